import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssrgan_plugin.corruption import BAYER_PATTERNS, FILLS, bayer_mask, corrupt, random_mask, ratio_range, seeded_rng
from ssrgan_plugin.errors import InputError

HALF = np.indices((32, 32)).sum(0)[..., None] % 2  # a chessboard of holes


@given(st.integers(1, 40), st.integers(1, 40), st.floats(0.01, 0.99), st.integers(0, 2**32))
def test_exact_count(height, width, ratio, seed):
    mask = random_mask(height, width, ratio, np.random.default_rng(seed))
    assert mask.shape == (height, width, 1) and mask.dtype == np.uint8
    assert set(np.unique(mask)) <= {0, 1}
    assert mask.sum() == round(ratio * height * width)


def test_uniform_over_the_image(rng):
    """Every position is hit about equally often: chi-squared over positions, far inside its 6-sigma bound."""
    runs, ratio, size = 2000, 0.3, 24
    hits = sum(random_mask(size, size, ratio, rng).astype(int) for _ in range(runs)).ravel()
    expected = runs * ratio
    # Fixed counts correlate positions only by 1/(H·W); the variance of a hit count is runs·p·(1-p).
    chi2 = ((hits - expected) ** 2 / (expected * (1 - ratio))).sum()
    degrees = size * size - 1
    assert abs(chi2 - degrees) < 6 * np.sqrt(2 * degrees)


def test_neighbours_are_independent(rng):
    mask = random_mask(400, 400, 0.5, rng)[..., 0].astype(float) - 0.5
    assert abs((mask[:, 1:] * mask[:, :-1]).mean() * 4) < 0.02
    assert abs((mask[1:] * mask[:-1]).mean() * 4) < 0.02


def test_seeded_masks_are_nested_and_differ_by_name():
    low, high = (random_mask(64, 64, ratio, seeded_rng(0, 'a')) for ratio in (0.3, 0.8))
    assert (high >= low).all()
    assert (random_mask(64, 64, 0.3, seeded_rng(0, 'b')) != low).any()
    assert (random_mask(64, 64, 0.3, seeded_rng(1, 'a')) != low).any()


def test_seeded_mask_never_changes():
    """Published numbers depend on it."""
    golden = [5, 11, 15, 17, 22, 24, 26, 32, 34]
    assert np.flatnonzero(random_mask(6, 6, 0.25, seeded_rng(0, 'image_00001'))).tolist() == golden


@pytest.mark.parametrize('ratio', [0, 1, -0.1, 30, float('nan'), 'abc', None])
def test_ratio_outside_its_range(ratio):
    with pytest.raises(InputError, match=rf'corruption ratio {ratio} is outside \(0, 1\)'):
        random_mask(4, 4, ratio, np.random.default_rng())


def test_range_of_three():
    with pytest.raises(InputError, match='a .low, high. range'):
        ratio_range((0.3, 0.4, 0.5))


def test_range_upside_down():
    with pytest.raises(InputError, match='upside down'):
        ratio_range((0.8, 0.3))


@pytest.mark.parametrize('dtype', [np.uint8, np.float32])
@pytest.mark.parametrize(
    'fill, channels', [((1, 2, 3), (3,))] + [(fill, channels) for fill in (*FILLS, 7) for channels in ((), (1,), (3,))]
)
def test_only_holes_change(fill, dtype, channels, rng):
    image = rng.integers(1, 255, (32, 32, *channels)).astype(dtype)
    original = image.copy()
    corrupted = corrupt(image, HALF, fill, rng)
    holes = HALF[..., 0] == 1
    assert corrupted.dtype == dtype and corrupted.shape == image.shape
    assert (corrupted[~holes] == image[~holes]).all() and (image == original).all()
    assert 0 <= corrupted.min() and corrupted.max() <= 255
    assert (corrupted[holes] != image[holes]).mean() > 0.9


def holes_of(fill, rng, size=200, image=None):
    image = np.full((size, size, 3), 40, np.uint8) if image is None else image
    mask = np.zeros((*image.shape[:2], 1), np.uint8)
    mask[::2] = 1
    return corrupt(image, mask, fill, rng)[::2]


def test_fill_values(rng):
    assert (holes_of('black', rng) == 0).all()
    assert (holes_of('white', rng) == 255).all()
    assert (holes_of((9, 8, 7), rng) == (9, 8, 7)).all()


def test_mean_grey_knows_only_uncorrupted_pixels(rng):
    image = np.full((8, 8, 3), 40, np.uint8)
    image[::2] = 250  # to be corrupted: must not count
    assert (holes_of('mean_grey', rng, image=image) == 40).all()


def test_salt_and_pepper_statistics(rng):
    holes = holes_of('salt_and_pepper', rng)
    assert set(np.unique(holes)) == {0, 255}
    assert (holes == holes[..., :1]).all(), 'a pixel is salt or pepper in all its channels'
    assert abs((holes == 255).mean() - 0.5) < 0.03


def test_noise_statistics(rng):
    uniform, gaussian = holes_of('uniform_noise', rng), holes_of('gaussian_noise', rng)
    assert abs(uniform.mean() - 127.5) < 2 and abs(uniform.std() - np.sqrt((256**2 - 1) / 12)) < 1
    # Clipping at two deviations leaves the mean and takes a little off the deviation.
    assert abs(gaussian.mean() - 127.5) < 2 and 55 < gaussian.std() < 64
    assert abs(np.corrcoef(uniform[..., 0].ravel(), uniform[..., 1].ravel())[0, 1]) < 0.03


@pytest.mark.parametrize('fill', ['blac', 300, (0, 0, -1), None, (255, 'a')])
def test_unknown_fill(fill, rng):
    with pytest.raises(InputError, match='fill'):
        corrupt(np.zeros((4, 4, 3), np.uint8), HALF[:4, :4], fill, rng)


def test_fill_colour_of_another_channel_count(rng):
    with pytest.raises(InputError, match='has 3 channels'):
        corrupt(np.zeros((4, 4, 1), np.uint8), HALF[:4, :4], (1, 2, 3), rng)


@pytest.mark.parametrize('pattern', BAYER_PATTERNS)
def test_bayer_mask_is_what_demosaicing_takes(pattern):
    """OpenCV's takes the mosaic of a picture of one colour for that picture."""
    colour = np.full((16, 20, 3), (200, 90, 40), np.uint8)
    mask = bayer_mask(16, 20, pattern)
    assert mask.dtype == np.uint8 and mask.sum(-1).min() == mask.sum(-1).max() == 2
    assert [int((mask[..., i] == 0).sum()) for i in range(3)] == [80, 160, 80]
    mosaic = np.where(mask == 0, colour, 0).max(-1)
    assert np.array_equal(cv2.cvtColor(mosaic, getattr(cv2, f'COLOR_Bayer{pattern}2RGB')), colour)
    assert np.array_equal(bayer_mask(7, 9, pattern), mask[:7, :9])


def test_no_bayer_pattern_is_refused():
    with pytest.raises(InputError, match='RGB is no pattern of a Bayer filter: choose one of RGGB, BGGR, GRBG, GBRG'):
        bayer_mask(4, 4, 'RGB')
