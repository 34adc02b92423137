import numpy as np
import pytest
from mmagic.registry import TRANSFORMS

from ssrgan_plugin.errors import InputError


def corruption(**kwargs):
    return TRANSFORMS.build(dict(type='RandomShapeCorruption', **kwargs))


def results(size=(40, 60, 3)):
    return dict(gt=np.full(size, 100, np.uint8), key='a')


def test_writes_image_and_mask():
    out = corruption(ratio=0.2, shapes=['blobs'], seed=0)(results())
    assert out['mask'].shape == (40, 60, 1) and 0.2 <= out['mask'].mean() < 1
    assert (out['img'] == 100 * (1 - out['mask'])).all()
    again = corruption(ratio=0.2, shapes=['blobs'], seed=0)(results())
    assert (out['mask'] == again['mask']).all()


def test_each_channel_by_itself():
    mask = corruption(ratio=0.1, by_channel=True, seed=0)(results())['mask']
    assert mask.shape == (40, 60, 3) and (mask[..., 0] != mask[..., 1]).any()


def test_unknown_shape():
    with pytest.raises(InputError, match='unknown shape'):
        corruption(ratio=0.1, shapes=['stars'])
