"""Types, orientation and profile survive a round trip; damaged files are named."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.restoration import image_files

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()


def exif(orientation=6):
    data = Image.Exif()
    data[0x0112] = orientation
    return data.tobytes()


@pytest.mark.parametrize(
    'suffix, dtype',
    [
        ('.png', np.uint8),
        ('.png', np.uint16),
        ('.tif', np.uint8),
        ('.tif', np.uint16),
        ('.tif', np.float32),
        ('.webp', np.uint8),
        ('.bmp', np.uint8),
    ],
)
@pytest.mark.parametrize('channels', [None, 2, 3, 4])
def test_pixels_round_trip(tmp_path, rng, suffix, dtype, channels):
    if suffix in ('.bmp', '.webp') and channels != 3:
        pytest.skip('the format turns it into three channels')
    if channels == 2 and dtype != np.uint8:
        pytest.skip('OpenCV knows no grey with transparency')
    shape = (7, 9, channels) if channels else (7, 9)
    pixels = (
        rng.random(shape).astype(dtype)
        if dtype == np.float32
        else rng.integers(0, np.iinfo(dtype).max, shape, dtype=dtype)
    )
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


def test_every_orientation_turns_as_pillow_does_and_back():
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    for orientation in range(1, 9):
        picture = Image.fromarray(pixels)
        picture.getexif()[0x0112] = orientation
        upright = np.array(ImageOps.exif_transpose(picture))
        stored = image_files.ImageFile(pixels, exif(orientation))
        assert np.array_equal(stored.upright(), upright)
        assert np.array_equal(image_files.ImageFile(upright).stored_as(stored), pixels)


@pytest.mark.parametrize(
    'name, dtype',
    [
        ('a.png', np.uint8),
        ('a.png', np.uint16),
        ('a.jpg', np.uint8),
        ('a.webp', np.uint8),
        ('a.tif', np.uint8),
        ('a.tif', np.uint16),
        ('a.tif', np.float32),
        ('a.bmp', np.uint8),
    ],
)
def test_every_format_shows_the_image_upright(tmp_path, name, dtype):
    pixels = np.zeros((16, 24, 3), dtype)
    pixels[:8] = 200
    image = image_files.ImageFile(pixels, exif(8))
    image_files.write(tmp_path / name, image)
    shown = image_files.read(tmp_path / name).upright()
    assert shown.shape == (24, 16, 3) and shown.dtype == dtype
    assert np.allclose(shown, image.upright(), atol=2)


@pytest.mark.parametrize(
    'name, options, lossy',
    [
        ('a.png', {}, False),
        ('a.jpg', {}, True),
        ('a.png', dict(format='JPEG'), True),
        ('a.webp', dict(lossless=True), False),
        ('a.webp', dict(quality=90), True),
        ('a.webp', dict(quality=90, exif=exif()), True),
        ('a.webp', dict(lossless=True, exif=exif()), False),
    ],
)
def test_lossy_compression_is_known(tmp_path, name, options, lossy):
    Image.effect_noise((32, 33), 50).convert('RGB').save(tmp_path / name, **options)
    assert image_files.read(tmp_path / name).lossy == lossy


@pytest.mark.parametrize('exif', [None, b'', b'Exif\0\0', b'nonsense', b'Exif\0\0II*\0\xff\xff\xff\xff', exif()[:20]])
def test_no_or_malformed_exif_turns_nothing(exif):
    assert image_files.ImageFile(np.zeros((2, 3), np.uint8), exif).orientation == 1


def test_orientation_behind_the_pixels_of_a_png(tmp_path):
    image_files.write(tmp_path / 'a.png', image_files.ImageFile(np.zeros((8, 12, 3), np.uint8)))
    png = (tmp_path / 'a.png').read_bytes()
    end = png.index(b'IEND') - 4
    chunk = image_files.chunk(b'eXIf', exif().removeprefix(b'Exif\0\0'))
    (tmp_path / 'a.png').write_bytes(png[:end] + chunk + png[end:])
    assert image_files.read(tmp_path / 'a.png').orientation == 6


def test_transparency_by_colour_key_and_hidden_colours_survive(tmp_path):
    Image.new('RGB', (3, 2), (255, 0, 255)).save(tmp_path / 'a.png', transparency=(255, 0, 255))
    assert (image_files.read(tmp_path / 'a.png').pixels == (255, 0, 255, 0)).all()
    pixels = np.random.default_rng(0).integers(0, 256, (9, 9, 4), dtype=np.uint8)
    pixels[:5, :, 3] = 0
    image_files.write(tmp_path / 'a.webp', image_files.ImageFile(pixels))
    assert np.array_equal(image_files.read(tmp_path / 'a.webp').pixels, pixels)


def test_several_images_in_one_file_are_refused(tmp_path):
    frame = Image.new('L', (3, 2))
    frame.save(tmp_path / 'a.tif', save_all=True, append_images=[frame, frame])
    with pytest.raises(InputError, match='a.tif holds 3 images'):
        image_files.read(tmp_path / 'a.tif')


def test_double_precision_colour_tiff(tmp_path, rng):
    pixels = rng.random((5, 6, 3))
    cv2.imwrite(str(tmp_path / 'a.tif'), pixels[..., ::-1])
    again = image_files.read(tmp_path / 'a.tif')
    assert np.array_equal(again.pixels, pixels)
    image_files.write(tmp_path / 'b.tif', again)
    assert np.array_equal(image_files.read(tmp_path / 'b.tif').pixels, pixels)


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


@pytest.mark.parametrize(
    'name, pixels',
    [
        ('a.gif', np.zeros((2, 2), np.uint8)),
        ('a.jpg', np.zeros((2, 2, 4), np.uint8)),
        ('a.jpg', np.zeros((2, 2), np.uint16)),
        ('a.png', np.zeros((2, 2), np.float32)),
    ],
)
def test_what_a_format_cannot_hold_is_refused(tmp_path, name, pixels):
    with pytest.raises(InputError, match=name):
        image_files.write(tmp_path / name, image_files.ImageFile(pixels, None, None))
    assert not list(tmp_path.iterdir())
