"""The classical methods: what a direct call of their library gives."""

import cv2
import numpy as np
import pytest
from scipy.interpolate import griddata
from skimage.restoration import inpaint_biharmonic

from ssrgan_plugin.classical_inpainting import METHODS, restore
from ssrgan_plugin.corruption import random_mask
from ssrgan_plugin.nmse import nmse


@pytest.fixture
def original():
    yy, xx = np.mgrid[:40, :56] / 40
    return np.stack([127 + 100 * np.sin(3 * xx + k) * np.cos(4 * yy) for k in range(3)], -1).astype(np.uint8)


@pytest.fixture
def mask(original):
    return random_mask(40, 56, 0.5, np.random.default_rng(0))[..., 0] != 0


def direct(image, mask, method):
    black = np.where(mask[..., None], 0, image).astype(np.uint8)
    if method in ('telea', 'navier_stokes'):
        flag = cv2.INPAINT_TELEA if method == 'telea' else cv2.INPAINT_NS
        return cv2.inpaint(black, mask.astype(np.uint8), 3, flag)
    if method == 'biharmonic':
        return inpaint_biharmonic(black, mask, channel_axis=-1) * 255
    filled = griddata(np.argwhere(~mask), image[~mask].astype(float), np.argwhere(mask), method)
    restored = image.astype(float)
    restored[mask] = filled
    return restored


@pytest.mark.parametrize('method', METHODS)
def test_gives_what_the_library_gives(original, mask, method):
    restored, expected = restore(original, mask, method), direct(original, mask, method)
    assert restored.dtype == np.float32 and restored.shape == original.shape
    if method == 'nearest':  # where two are equally near, the libraries may choose differently
        assert np.mean(np.any(restored != expected, -1)) < 0.2
    else:
        inside = ~np.isnan(expected)  # outside of the triangles the library has no answer, ours the nearest
        np.testing.assert_allclose(restored[inside], np.clip(expected[inside], 0, 255), atol=0.01)
    assert np.array_equal(restored[~mask], original[~mask])
    assert nmse(restored, original) < 0.02


@pytest.mark.parametrize('method', METHODS)
def test_ignores_what_stands_in_corrupted_pixels(original, mask, method):
    noisy = np.where(mask[..., None], 199, original).astype(np.uint8)
    assert np.array_equal(restore(noisy, mask, method), restore(original, mask, method))


@pytest.mark.parametrize('method', METHODS)
@pytest.mark.parametrize('known', [0, 1, 2, 40 * 56])
def test_extreme_masks(original, method, known):
    mask = np.ones(40 * 56, bool)
    mask[np.random.default_rng(0).permutation(mask.size)[:known]] = False
    mask = mask.reshape(40, 56)
    restored = restore(original, mask, method)
    assert np.isfinite(restored).all() and restored.min() >= 0 and restored.max() <= 255
    if known in (0, mask.size):
        assert np.array_equal(restored, original)


@pytest.mark.parametrize('method', METHODS)
def test_masks_of_channels(original, method):
    """Each channel is restored as a grey image would be; three masks that are one are that one."""
    mask = random_mask(40, 56, 0.5, np.random.default_rng(0), 3) != 0
    restored = restore(original, mask, method)
    for channel in range(3):
        grey = np.repeat(original[..., channel : channel + 1], 3, -1)
        np.testing.assert_allclose(restored[..., channel], restore(grey, mask[..., channel], method)[..., 0], atol=1e-3)
    assert np.array_equal(restored[~mask], original[~mask]) and nmse(restored, original) < 0.02
    one = mask[..., :1]
    assert np.array_equal(restore(original, np.repeat(one, 3, -1), method), restore(original, one[..., 0], method))
    assert np.array_equal(restore(original, one, method), restore(original, one[..., 0], method))
