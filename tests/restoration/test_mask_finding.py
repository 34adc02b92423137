import io

import numpy as np
import pytest
from PIL import Image

from ssrgan_plugin.corruption import random_mask
from ssrgan_plugin.datasets.sample_photograph_dataset import find_photograph
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.restoration.mask_finding import find_corrupted


def bright(height=96, width=80, channels=3):
    return np.random.default_rng(1).integers(1, 256, (height, width, channels), dtype=np.uint8)


def holes(ratio, height=96, width=80, seed=0):
    return random_mask(height, width, ratio, np.random.default_rng(seed))[..., 0] != 0


@pytest.mark.parametrize('ratio', [0.01, 0.05, 0.3, 0.5, 0.8, 0.9])
@pytest.mark.parametrize('seed', range(5))
def test_finds_random_black_at_every_level(ratio, seed):
    image, lost = bright(), holes(ratio, seed=seed)
    image[lost] = 0
    assert np.array_equal(find_corrupted(image), lost)


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize('channels', [1, 3])
def test_types(dtype, channels):
    image, lost = (bright(channels=channels) / 255).astype(dtype), holes(0.5)
    image = image if dtype == np.float32 else bright(channels=channels).astype(dtype)
    image[lost] = 0
    assert np.array_equal(find_corrupted(image), lost)
    if channels == 1:
        assert np.array_equal(find_corrupted(image[..., 0]), lost)


def test_a_few_single_black_pixels_are_no_block():
    image = bright()
    image[[3, 50, 70], [4, 60, 10]] = 0
    assert find_corrupted(image).sum() == 3


@pytest.mark.parametrize('name', ['sklearn/datasets/images/flower.jpg', 'skimage/data/coffee.png'])
@pytest.mark.parametrize('ratio', [0.3, 0.5, 0.8, 0.95])
def test_lossy_compression_is_asked_about(name, ratio):
    image = np.array(Image.open(find_photograph(name)).convert('RGB').crop((100, 100, 356, 356)))
    lost = holes(ratio, *image.shape[:2])
    image[lost] = 0
    found = find_corrupted(image)
    assert found[lost].all() and found.mean() < lost.mean() + 0.01, 'nothing is wrong without compression'
    for options in (dict(format='JPEG', quality=75), dict(format='JPEG', quality=95), dict(format='WEBP', quality=80)):
        file = io.BytesIO()
        Image.fromarray(image).save(file, **options)
        smeared = np.array(Image.open(file))
        with pytest.raises(InputError, match='as after lossy compression .* give a mask'):
            find_corrupted(smeared)


def test_named_fill_is_taken_at_its_word():
    image, lost = bright(), holes(0.5)
    image[lost] = np.random.default_rng(0).integers(1, 8, (lost.sum(), 3))
    image[[3, 50, 70], [4, 60, 10]] = 0
    with pytest.raises(InputError, match='as after lossy compression'):
        find_corrupted(image)
    assert find_corrupted(image, 'black').sum() == 3


def test_transparent_and_nan_come_first():
    lost = holes(0.5)
    image = np.dstack([bright(), np.where(lost, 0, 255).astype(np.uint8)])
    image[0, 0, :3] = 0
    assert np.array_equal(find_corrupted(image), lost)
    image = (bright() / 255).astype(np.float32)
    image[lost, 1] = np.nan
    assert np.array_equal(find_corrupted(image), lost)


@pytest.mark.parametrize('fill, colour', [('white', 255), ([9, 8, 7], [9, 8, 7])])
def test_other_fills(fill, colour):
    image, lost = bright().clip(0, 250), holes(0.5)
    image[lost] = colour
    assert np.array_equal(find_corrupted(image, fill), lost)


@pytest.mark.parametrize('ratio', [None, 0.3, 0.7])
def test_dark_areas_are_asked_about(ratio):
    image = bright()
    if ratio:
        image[holes(ratio)] = 0
    image[30:60, 20:50] = 0
    with pytest.raises(InputError, match='lie in blocks .* give a mask'):
        find_corrupted(image)


def test_transparent_background_is_asked_about():
    image = np.dstack([bright(), np.full((96, 80), 255, np.uint8)])
    image[10:40, 10:50, 3] = 0
    with pytest.raises(InputError, match='transparent pixels .* lie in blocks'):
        find_corrupted(image)


@pytest.mark.parametrize(
    'image, sentence',
    [(bright(), 'no lost pixel found: give a mask'), (np.zeros((8, 8), np.uint8), 'every pixel is lost')],
)
def test_implausible(image, sentence):
    with pytest.raises(InputError, match=sentence):
        find_corrupted(image)


def test_bad_fill():
    with pytest.raises(InputError, match='unknown fill'):
        find_corrupted(bright(), 'blak')
    with pytest.raises(InputError, match='has 2 channels, the image 3'):
        find_corrupted(bright(), [1, 2])
    for fill in (300, -1, float('nan')):
        with pytest.raises(InputError, match='outside the image'):
            find_corrupted(bright(), fill)


def test_fill_of_single_precision():
    image, lost = (bright() / 255).astype(np.float32), holes(0.5)
    image[lost] = 0.3
    assert np.array_equal(find_corrupted(image, 0.3), lost)
