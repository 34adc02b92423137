import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from mmagic.registry import TRANSFORMS
from PIL import Image

from ssrgan_plugin.datasets.sample_photograph_dataset import find_photograph
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.transforms.load_whole_image import without_profile


def load(path):
    return TRANSFORMS.build(dict(type='LoadWholeImageFromFile', key='gt'))(dict(gt_path=str(path)))['gt']


@pytest.fixture
def photograph(flowers):
    return flowers / 'jpg' / 'image_00000.jpg'


def test_loads_bgr(photograph):
    """As the stock class does, whose decoder may differ by a grey level or two."""
    stock = TRANSFORMS.build(dict(type='LoadImageFromFile', key='gt'))(dict(gt_path=str(photograph)))['gt']
    image = load(photograph)
    assert image.shape == (128, 128, 3) and image.dtype == np.uint8
    assert np.abs(image.astype(int) - stock).mean() < 1


@pytest.mark.parametrize('mode', ['L', 'CMYK', 'P', 'RGBA', 'GIF'])
def test_every_mode_comes_as_three_channels(photograph, tmp_path, mode):
    path = tmp_path / ('x.jpg' if mode in ('L', 'CMYK') else 'x.png')
    image = Image.open(photograph)
    image.convert('P').save(path, 'GIF') if mode == 'GIF' else image.convert(mode).save(path)
    loaded = load(path)
    assert loaded.shape == (128, 128, 3) and loaded.flags.c_contiguous
    assert abs(loaded.mean() - np.asarray(image).mean()) < 8


def test_sixteen_bits_are_scaled(photograph, tmp_path):
    grey = np.asarray(Image.open(photograph).convert('L')).astype(np.uint16)
    Image.fromarray(grey * 257).save(tmp_path / 'deep.png')
    assert np.abs(load(tmp_path / 'deep.png').astype(int) - grey[..., None]).max() <= 1


@pytest.mark.parametrize('suffix', ['jpg', 'png'])
def test_truncated_image_is_named(photograph, tmp_path, suffix):
    path = tmp_path / f'half.{suffix}'
    Image.open(photograph).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match=f'half.{suffix} is truncated or no image'):
        load(path)


@pytest.mark.parametrize('content', [b'', b'not a picture'])
def test_file_that_is_no_image_is_named(tmp_path, content):
    path = tmp_path / 'text.jpg'
    path.write_bytes(content)
    with pytest.raises(InputError, match='text.jpg is truncated or no image'):
        load(path)


def test_floats_are_called_floats(photograph, tmp_path):
    """OpenCV cannot read those in colour, nor can Pillow."""
    path = tmp_path / 'floats.tif'
    tifffile.imwrite(path, np.asarray(Image.open(photograph), np.float32) / 255)
    with pytest.raises(InputError, match='floats.tif is of float32, whose range is unknown'):
        load(path)


def test_profiles_are_no_reason_to_complain(capfd):
    """One of scikit-image's photographs has the profile that libpng knows as wrong."""
    path = find_photograph('skimage/data/chelsea.png')
    content = Path(path).read_bytes()
    expected = cv2.imread(path)
    assert np.array_equal(load(path), expected)
    assert b'iCCP' in content and b'iCCP' not in without_profile(content)
    told = capfd.readouterr().err
    assert told.count('libpng warning') == 1, 'by the one that is loaded for comparison'


def test_only_profiles_are_left_out(photograph, tmp_path):
    for profile in (b'', b'profile'):
        Image.open(photograph).save(tmp_path / 'x.png', icc_profile=profile, dpi=(72, 72))
        content = (tmp_path / 'x.png').read_bytes()
        size = 12 + struct.unpack('>I', content[33:37])[0] if profile else 0
        expected = content[:33] + content[33 + size :]
        assert without_profile(content) == expected
        for end in range(80):  # truncated
            assert any(whole.startswith(without_profile(content[:end])) for whole in (content, expected))
    assert without_profile(photograph.read_bytes()) == photograph.read_bytes()


def test_missing_image_is_named(tmp_path):
    with pytest.raises(InputError, match='gone.jpg does not exist'):
        load(tmp_path / 'gone.jpg')


@pytest.mark.parametrize('bits', [10, 12, 14])
@pytest.mark.parametrize('suffix', ['png', 'tif'])
def test_range_of_a_camera_is_refused(photograph, tmp_path, bits, suffix):
    """8 bits of it would be almost black."""
    grey = np.asarray(Image.open(photograph).convert('L')).astype(np.uint16)
    Image.fromarray(grey << (bits - 8)).save(tmp_path / f'camera.{suffix}')
    with pytest.raises(InputError, match=f'camera.{suffix} has 16 bits a channel and does not fill their range'):
        load(tmp_path / f'camera.{suffix}')


@pytest.mark.parametrize('mode', ['L', 'RGB'])
@pytest.mark.parametrize('top', [1, 255])
def test_floats_are_refused(photograph, tmp_path, mode, top):
    """OpenCV would read those of colours as something else: at 0 to 1 by up to 73 grey levels."""
    pixels = np.asarray(Image.open(photograph).convert(mode)).astype(np.float32) / 255 * top
    cv2.imwrite(str(tmp_path / 'float.tif'), pixels)
    with pytest.raises(InputError, match='float.tif'):
        load(tmp_path / 'float.tif')


def test_tiffs_of_bytes_are_read(photograph, tmp_path):
    for name, factor, kind in (('8.tif', 1, np.uint8), ('16.tif', 257, np.uint16)):
        cv2.imwrite(str(tmp_path / name), cv2.imread(str(photograph)).astype(kind) * kind(factor))
        assert np.array_equal(load(tmp_path / name), cv2.imread(str(photograph)))


def test_dark_photograph_is_read(photograph, tmp_path):
    dark = np.asarray(Image.open(photograph)) // 8
    Image.fromarray(dark).save(tmp_path / 'dark.png')
    assert np.array_equal(load(tmp_path / 'dark.png'), dark[..., ::-1])
