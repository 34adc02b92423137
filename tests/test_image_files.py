"""Types, orientation and profile survive a round trip; damaged files are named."""
import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from ssrgan_plugin import image_files
from ssrgan_plugin.errors import InputError

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()


def exif(orientation=6):
    data = Image.Exif()
    data[0x0112] = orientation
    return data.tobytes()


@pytest.mark.parametrize('suffix, dtype', [
    ('.png', np.uint8), ('.png', np.uint16), ('.tif', np.uint8), ('.tif', np.uint16), ('.tif', np.float32),
    ('.webp', np.uint8), ('.bmp', np.uint8)])  # yapf: disable
@pytest.mark.parametrize('channels', [None, 3, 4])
def test_pixels_round_trip(tmp_path, rng, suffix, dtype, channels):
    if suffix in ('.bmp', '.webp') and channels != 3:
        pytest.skip('the format turns it into three channels')
    shape = (7, 9, channels) if channels else (7, 9)
    pixels = rng.random(shape).astype(dtype) if dtype == np.float32 else rng.integers(
        0, np.iinfo(dtype).max, shape, dtype=dtype)
    image_files.write(tmp_path / f'a{suffix}', image_files.ImageFile(pixels, None, None))
    again = image_files.read(tmp_path / f'a{suffix}').pixels
    assert again.dtype == dtype
    assert np.array_equal(again, pixels)


@pytest.mark.parametrize('suffix, dtype', [('.png', np.uint8), ('.png', np.uint16), ('.jpg', np.uint8)])
def test_orientation_and_profile_survive(tmp_path, suffix, dtype):
    pixels = np.full((8, 12, 3), 99, dtype)
    image_files.write(tmp_path / f'a{suffix}', image_files.ImageFile(pixels, exif(), PROFILE))
    with Image.open(tmp_path / f'a{suffix}') as image:
        assert image.getexif()[0x0112] == 6
        assert image.info['icc_profile'] == PROFILE
    again = image_files.read(tmp_path / f'a{suffix}')
    assert again.pixels.shape == (8, 12, 3), 'as stored, not turned'
    image_files.write(tmp_path / f'b{suffix}', again)
    assert image_files.read(tmp_path / f'b{suffix}')[1:] == again[1:]
    assert cv2.imread(str(tmp_path / f'a{suffix}'), cv2.IMREAD_UNCHANGED).dtype == dtype


def test_cmyk_and_palette_become_rgb(tmp_path):
    Image.new('CMYK', (5, 4)).save(tmp_path / 'a.jpg')
    assert image_files.read(tmp_path / 'a.jpg').pixels.shape == (4, 5, 3)
    Image.new('P', (5, 4)).save(tmp_path / 'a.png')
    assert image_files.read(tmp_path / 'a.png').pixels.shape == (4, 5, 3)


def truncated():
    file = io.BytesIO()
    Image.effect_noise((64, 64), 50).convert('RGB').save(file, 'JPEG')
    return file.getvalue()[:600]


@pytest.mark.parametrize('content', [b'', b'<html>', truncated()])
def test_damaged_file_is_named(tmp_path, content):
    (tmp_path / 'a.jpg').write_bytes(content)
    with pytest.raises(InputError, match=r'a\.jpg is'):
        image_files.read(tmp_path / 'a.jpg')


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match='No such file'):
        image_files.read(tmp_path / 'a.png')


@pytest.mark.parametrize('name, pixels', [
    ('a.gif', np.zeros((2, 2), np.uint8)), ('a.jpg', np.zeros((2, 2, 4), np.uint8)),
    ('a.jpg', np.zeros((2, 2), np.uint16)), ('a.png', np.zeros((2, 2), np.float32))])  # yapf: disable
def test_what_a_format_cannot_hold_is_refused(tmp_path, name, pixels):
    with pytest.raises(InputError, match=name):
        image_files.write(tmp_path / name, image_files.ImageFile(pixels, None, None))
    assert not list(tmp_path.iterdir())
