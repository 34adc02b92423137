"""Pixels of any type are lost as asked."""

import numpy as np
import pytest
import tifffile

from ssrgan_plugin.restoration.image_info import ImageInfo
from ssrgan_plugin.restoration.losing import corrupted_strips
from ssrgan_plugin.restoration.values import array_source

INTEGERS = [np.uint8, np.uint16, np.uint32, np.uint64, np.int16, np.int32, np.int64]


def corrupted(image, fill):
    mask = np.random.default_rng(0).integers(0, 2, (*image.shape, 1), np.uint8)
    strips = corrupted_strips(array_source(image[..., None], ImageInfo()), mask, fill, np.random.default_rng(0))
    return np.concatenate(list(strips))[..., 0], mask[..., 0] != 0


@pytest.mark.parametrize('dtype', INTEGERS)
@pytest.mark.parametrize('fill', ['white', 'black', 'salt_and_pepper', 'uniform_noise'])
def test_named_fills_reach_the_ends_of_every_type(dtype, fill):
    """The largest of 64 bits have no double of their own."""
    image, top = np.random.default_rng(0).integers(1, 100, (40, 50)).astype(dtype), np.iinfo(dtype).max
    found, lost = corrupted(image, fill)
    assert np.array_equal(found[~lost], image[~lost])
    values = set(found[lost].tolist())
    if fill == 'uniform_noise':
        assert {0, top} < values and 0 <= min(values) and max(values) == top
    else:
        assert values == dict(white={top}, black={0}, salt_and_pepper={0, top})[fill]


@pytest.mark.parametrize('dtype', [np.uint64, np.int64])
def test_a_colour_stays_an_integer(ssrgan, tmp_path, dtype):
    top = int(np.iinfo(dtype).max)
    tifffile.imwrite(tmp_path / 'a.tif', np.full((8, 9), 5, dtype))
    ssrgan('corrupt', tmp_path / 'a.tif', '-o', tmp_path / 'b.tif', '--ratio', '0.5', '--fill', top - 1)
    assert set(tifffile.imread(tmp_path / 'b.tif').ravel().tolist()) == {5, top - 1}


def test_a_colour_where_white_is_zero_is_the_stored_one(ssrgan, tmp_path):
    tifffile.imwrite(tmp_path / 'a.tif', np.full((8, 9), 5, np.uint8), photometric='miniswhite')
    ssrgan('corrupt', tmp_path / 'a.tif', '-o', tmp_path / 'b.tif', '--ratio', '0.5', '--fill', 7)
    assert set(tifffile.imread(tmp_path / 'b.tif').ravel().tolist()) == {5, 7}
