"""Pixels are lost and errors measured strip by strip as in the whole picture, in memory that does not grow."""

import tracemalloc

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from ssrgan_plugin import corruption
from ssrgan_plugin.nmse import nmse
from ssrgan_plugin.restoration import differences
from ssrgan_plugin.restoration.differences import errors
from ssrgan_plugin.restoration.image_info import ImageInfo
from ssrgan_plugin.restoration.losing import corrupted_strips
from ssrgan_plugin.restoration.opened import OpenImage
from ssrgan_plugin.restoration.values import array_source

PICTURE = np.random.default_rng(0).integers(0, 256, (300, 40, 3), np.uint8)


def source(pixels, info=None):
    return array_source(pixels, info or ImageInfo())


@pytest.mark.parametrize('ratio', [0.001, 0.3, 0.999])
def test_masks_drawn_piece_by_piece_are_the_same(monkeypatch, ratio):
    generators = [corruption.seeded_rng(0, 'a.png') for _ in range(2)]
    at_once = corruption.random_mask(50, 31, ratio, generators[0])
    monkeypatch.setattr(corruption, 'DRAWN_AT_ONCE', 100)
    assert np.array_equal(corruption.random_mask(50, 31, ratio, generators[1]), at_once)
    assert generators[0].bit_generator.state == generators[1].bit_generator.state


@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize('fill', corruption.FILLS)
def test_strips_lose_what_the_whole_loses(fill, channels):
    generators = [corruption.seeded_rng(0, 'a.png') for _ in range(2)]
    mask = corruption.random_mask(300, 40, 0.4, generators[0], channels)
    corruption.random_mask(300, 40, 0.4, generators[1], channels)
    whole = corruption.corrupt(PICTURE, mask, fill, generators[0])
    strips = [*corrupted_strips(source(PICTURE), mask, fill, generators[1])]
    assert len(strips) == 3 and np.array_equal(np.concatenate(strips), whole)


@pytest.mark.parametrize('dtype, bands', [(np.uint8, 3), (np.uint16, 1), (np.float64, 5)])
def test_strips_err_as_the_whole_does(monkeypatch, dtype, bands):
    monkeypatch.setattr(differences, 'AT_ONCE', 1)
    rng = np.random.default_rng(0)
    original = (rng.random((300, 40, bands)) * 200).astype(dtype)
    restored = (original + rng.random(original.shape) * 20).astype(dtype)
    top = original.max() - original.min() if dtype == np.float64 else np.iinfo(dtype).max
    options = dict(channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
    expected = (
        nmse(restored, original),
        peak_signal_noise_ratio(original, restored, data_range=top),
        structural_similarity(original, restored, data_range=top, **options),
    )
    info = ImageInfo(alpha=False)
    assert errors(source(restored, info), source(original, info), 'a') == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize('value', [5, -20])
def test_an_original_of_one_value_has_that_as_its_peak(value):
    original = np.full((20, 20, 1), value, np.float32)
    assert errors(source(original), source(original), 'a') == (0, np.inf, 1)
    error, psnr, ssim = errors(source(original * np.float32(1.125)), source(original), 'a')
    assert (error, psnr) == (1 / 64, pytest.approx(10 * np.log10(64))) and 0 < ssim < 1


def test_memory_does_not_grow_with_the_picture():
    def peak(height):
        def strips(rows):
            for y in range(0, height, rows):
                yield PICTURE[: min(rows, height - y)].repeat(20, 1)

        picture = OpenImage('large', height, 800, 3, np.dtype(np.uint8), ImageInfo(), strips)
        mask = np.ones((height, 800, 1), np.uint8)
        tracemalloc.start()
        try:
            assert errors(picture, picture, 'large')[0] == 0
            for _ in corrupted_strips(picture, mask, 'salt_and_pepper', corruption.seeded_rng(0, 'large')):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(3000) < 1.2 * peak(1000)
