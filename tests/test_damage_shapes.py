import numpy as np
import pytest

from ssrgan_plugin.damage_shapes import SHAPES, shape_mask
from ssrgan_plugin.errors import InputError


@pytest.mark.parametrize('shape', SHAPES)
@pytest.mark.parametrize('size', [(64, 96), (5, 7), (1, 9)])
def test_covers_the_share_and_leaves_something(shape, size):
    for seed in range(20):
        mask = shape_mask(*size, shape, 0.1, np.random.default_rng(seed))
        assert mask.shape == (*size, 1) and mask.dtype == np.uint8
        assert set(np.unique(mask)) <= {0, 1} and not mask.all()
        if min(size) > 8:
            assert mask.mean() >= 0.1


def test_shapes_are_no_scattered_pixels():
    """A lost pixel's neighbour is lost too, far more often than the share of lost ones."""
    for shape in SHAPES:
        mask = shape_mask(128, 128, shape, 0.1, np.random.default_rng(0))[..., 0]
        beside = max(mask[:, 1:][mask[:, :-1] == 1].mean(), mask[1:][mask[:-1] == 1].mean())
        assert beside > 2 * mask.mean()


def test_unknown_shape():
    with pytest.raises(InputError, match='unknown shape .* blobs'):
        shape_mask(8, 8, 'stars', 0.1, np.random.default_rng(0))


@pytest.mark.parametrize('shape', SHAPES)
def test_one_pixel_has_no_part(shape):
    with pytest.raises(InputError, match='one pixel'):
        shape_mask(1, 1, shape, 0.5, np.random.default_rng(0))
