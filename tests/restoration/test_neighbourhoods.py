"""What lies around pixels, against OpenCV; PSNR and SSIM, against scikit-image."""

import cv2
import numpy as np
import pytest
from skimage.metrics import structural_similarity

from ssrgan_plugin.restoration.far_filling import along
from ssrgan_plugin.restoration.neighbourhoods import near, solid_areas
from ssrgan_plugin.restoration.similarity import ssim


@pytest.mark.parametrize('shape', [(1, 1), (3, 40), (50, 31)])
@pytest.mark.parametrize('reach', [1, 2, 6])
def test_near(shape, reach, rng):
    mask = rng.random(shape) < 0.02
    expected = cv2.dilate(mask.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1))) > 0
    assert np.array_equal(near(mask, reach), expected)
    both = np.stack([mask, ~mask], -1)
    assert np.array_equal(near(both, reach)[..., 0], expected)


@pytest.mark.parametrize('side', [1, 2, 3, 8, 60])
def test_solid_areas(side, rng):
    mask = rng.random((50, 31)) < 0.9
    expected = np.zeros_like(mask)
    for y in range(50 - side + 1):
        for x in range(31 - side + 1):
            square = np.s_[y : y + side, x : x + side]
            expected[square] |= mask[square].all()
    assert np.array_equal(solid_areas(mask, side), expected)


def test_along_is_linear_between_centres(rng):
    coarse = rng.random((5, 7, 2)).astype(np.float32)
    expected = cv2.resize(coarse, (14, 10), interpolation=cv2.INTER_LINEAR)
    assert np.allclose(along(along(coarse, 0, 10, 0, 2), 0, 14, 1, 2), expected, atol=1e-6)


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize('shape', [(11, 11, 1), (300, 40, 3)])
def test_similarity(dtype, shape, rng):
    top = 1.0 if dtype == np.float32 else float(np.iinfo(dtype).max)
    truth = rng.random(shape)
    found = (truth + rng.normal(0, 0.1, shape)).clip(0, 1)
    truth, found = ((image * top).astype(dtype) for image in (truth, found))
    gaussian = dict(gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
    expected = structural_similarity(truth, found, data_range=top, channel_axis=2, **gaussian)
    assert np.isclose(ssim(truth, found, top), expected, atol=1e-5)
    assert np.isclose(ssim(truth, truth, top), 1)
