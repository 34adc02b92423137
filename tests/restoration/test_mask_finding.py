import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from ssrgan_plugin.corruption import random_mask
from ssrgan_plugin.datasets.sample_photograph_dataset import find_photograph
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.restoration.backends import load_finder
from ssrgan_plugin.restoration.image_info import ImageInfo
from ssrgan_plugin.restoration.mask_finding import find_corrupted, find_lost
from ssrgan_plugin.restoration.values import array_source


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


def test_a_few_black_pixels_may_belong_to_the_picture():
    image = bright()
    image[[3, 50, 70], [4, 60, 10]] = 0
    with pytest.raises(InputError, match='too few to tell from the picture.* name the --fill'):
        find_corrupted(image)
    assert find_corrupted(image, 'black').sum() == 3


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
    image[lost] = np.nan
    assert np.array_equal(find_corrupted(image), lost)
    image[0, 0, 1] = np.nan
    assert np.array_equal(find_corrupted(image), np.isnan(image)), 'each band by itself'


@pytest.mark.parametrize('fill, colour', [('white', 255), ([9, 8, 7], [9, 8, 7])])
def test_other_fills(fill, colour):
    image, lost = bright().clip(0, 250), holes(0.5)
    image[lost] = colour
    assert np.array_equal(find_corrupted(image, fill), lost)


def test_a_dark_area_alone_is_asked_about():
    image = bright()
    image[30:60, 20:50] = 0
    with pytest.raises(InputError, match='lie in blocks .* give a mask'):
        find_corrupted(image)


@pytest.mark.parametrize('fill', [None, 'black'])
@pytest.mark.parametrize('ratio', [0.3, 0.7])
def test_scattered_pixels_beside_a_dark_area(ratio, fill):
    image, lost = bright(), holes(ratio)
    image[lost] = 0
    image[30:60, 20:50] = 0
    found = find_lost(array_source(image, ImageInfo()), fill)
    marked = found.lost.array()
    area = np.zeros_like(lost)
    area[30:60, 20:50] = True
    assert not marked[area].any() and not marked[~lost].any()
    fringe = cv2.dilate(area.astype(np.uint8), np.ones((9, 9))) > 0
    assert np.array_equal(marked[~fringe], lost[~fringe])
    assert any('in solid areas left as they are' in note for note in found.notes)


@pytest.mark.parametrize('colour', [0, 255])
def test_round_photograph_on_one_colour_is_no_damage(colour):
    y, x = np.mgrid[:256, :256] - 128
    photo = np.array(Image.open(find_photograph('skimage/data/astronaut.png')).crop((50, 50, 306, 306)))
    outside = x**2 + y**2 > 90**2
    image = np.where(outside[..., None], colour, photo.clip(3, 252)).astype(np.uint8)
    with pytest.raises(InputError, match='as pixels lost at random would not|no lost pixel'):
        find_corrupted(image)
    with pytest.raises(InputError, match='lie in blocks'):
        find_corrupted(image, [colour])
    cut_out = np.dstack([photo, np.where(outside, 0, 255).astype(np.uint8)])
    with pytest.raises(InputError, match='transparent pixels .* lie in blocks'):
        find_corrupted(cut_out)
    lost = holes(0.4, 256, 256)
    image[lost] = 0
    found = find_corrupted(image)
    assert (found & lost & ~outside).sum() > 0.95 * (lost & ~outside).sum()
    assert (found & outside).sum() < (0.02 if colour == 0 else 1) * outside.sum()


def test_dark_background_does_not_hide_the_loss():
    photo = np.array(Image.open(find_photograph('skimage/data/astronaut.png')))
    lost = holes(0.5, *photo.shape[:2])
    image = np.where(lost[..., None], 0, photo).astype(np.uint8)
    found = find_corrupted(image)
    assert found[lost & (photo.max(-1) > 30)].mean() > 0.99


def test_salt_and_pepper_by_name_and_unasked():
    photo = np.array(Image.open(find_photograph('skimage/data/chelsea.png')).crop((0, 0, 300, 200)))
    lost, salt = holes(0.2, 200, 300), holes(0.5, 200, 300, seed=1)
    image = np.where(lost[..., None], np.where(salt, 255, 0)[..., None], photo).astype(np.uint8)
    for fill in (None, 'salt_and_pepper', ['black', 'white'], [[0, 0, 0], [255, 255, 255]], ['black', 255]):
        assert np.array_equal(find_corrupted(image, fill), lost), fill
    assert 0.4 < find_corrupted(image, 'black')[lost].mean() < 0.6


def test_a_picture_of_black_and_white_alone_is_no_salt_and_pepper():
    image = np.where(np.random.default_rng(0).random((96, 80, 1)) < 0.5, np.uint8(0), np.uint8(255))
    with pytest.raises(InputError, match='every pixel is lost'):
        find_corrupted(image)
    with pytest.raises(InputError, match='all values are black or white'):
        find_lost(array_source(np.where(holes(0.9)[..., None], np.uint8(0), image), ImageInfo()), finder=load_finder)


def test_fill_and_nodata_in_own_units():
    lost = holes(0.1)
    for dtype, value in ((np.int16, -9999), (np.float32, -3.4e38), (np.int32, 2**31 - 1), (np.uint16, 6000)):
        image = (bright(channels=1)[..., 0] * 10.0 + 250).astype(dtype)
        image[lost] = value
        image[30:60, 20:50] = value
        assert np.array_equal(find_corrupted(image, nodata=value), image == image.dtype.type(value)), 'wherever it is'
        assert not find_corrupted(image, value)[32:58, 22:48].any(), 'a fill may be in the picture too'
    with pytest.raises(InputError, match="none of the image's values, 0 to 255: give it in the units of the file"):
        find_corrupted(bright(), nodata=-9999)


def test_the_value_that_a_file_names_as_missing():
    image, lost = bright(channels=1).astype(np.int16), holes(0.1)
    image[lost] = -9999
    found = find_lost(array_source(image, ImageInfo(nodata='-9999')))
    assert np.array_equal(found.lost.array(), lost)
    assert 'which the file says is missing' in found.notes[0]


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
    for fill in (300, -1, 0.5, float('nan')):
        with pytest.raises(InputError, match="none of the image's values"):
            find_corrupted(bright(), fill)


def test_fill_of_single_precision():
    image, lost = (bright() / 255).astype(np.float32), holes(0.5)
    image[lost] = 0.3
    assert np.array_equal(find_corrupted(image, 0.3), lost)


def boxes(image):
    rng = np.random.default_rng(0)
    for _ in range(9):
        corner, other = (tuple(map(int, rng.integers(256, size=2))) for _ in range(2))
        cv2.rectangle(image, corner, other, (0, 0, 0), 1)


def letters(image):
    for y in range(14, 256, 16):
        cv2.putText(image, 'what is written here is no damage', (2, y), 0, 0.45, (0, 0, 0), 1)


def grid(image):
    image[::12] = image[:, ::12] = 0


def test_a_page_of_small_letters_is_no_salt_and_pepper():
    page = Image.new('RGB', (256, 256), (250, 248, 240))
    draw = ImageDraw.Draw(page)
    draw.fontmode = '1'
    for y in range(4, 256, 12):
        draw.text((3, y), 'The quick brown fox jumps over the lazy dog', fill=(0, 0, 0))
    with pytest.raises(InputError, match='hang together, in lines or letters.* give a mask'):
        find_lost(array_source(np.array(page), ImageInfo()), finder=load_finder)


def drawn_on(draw):
    """A photograph without black but for what is drawn."""
    photo = Image.open(find_photograph('skimage/data/astronaut.png')).convert('RGB').crop((100, 0, 356, 256))
    image = np.maximum(np.array(photo), 40)
    draw(image)
    return image


@pytest.mark.parametrize('draw', [boxes, letters, grid])
def test_drawn_black_is_part_of_the_picture(draw):
    image = drawn_on(draw)
    with pytest.raises(InputError, match='hang together, in lines or letters.* give a mask'):
        find_corrupted(image)
    if draw is not boxes:  # whose corners are solid
        assert np.array_equal(find_corrupted(image, 'black'), (image == 0).all(-1)), 'unless it is named'


@pytest.mark.parametrize('draw', [boxes, letters, grid])
def test_much_more_is_lost_than_drawn(draw):
    image, lost = drawn_on(draw), holes(0.3, 256, 256)
    image[lost] = 0
    assert find_corrupted(image)[lost].all()
