"""TIFFs of which something would be lost without a word: further planes, other colours, texts, scales."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.restoration import image_files

RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 256, (20, 30, 3), np.uint8)
GREY = RGB[..., 0]


def copied(folder):
    image_files.write(folder / 'b.tif', image_files.read(folder / 'a.tif'))
    return tifffile.TiffFile(folder / 'b.tif').pages[0]


@pytest.mark.parametrize('options', [dict(shaped=True), dict(imagej=True)])
def test_planes_without_pages_of_their_own_are_counted(tmp_path, options):
    stack = np.stack([GREY, GREY // 2, GREY // 3])
    with tifffile.TiffWriter(tmp_path / 'a.tif', **options) as writer:
        writer.write(stack, truncate=True, metadata=dict(axes='ZYX'), photometric='minisblack')
    with pytest.raises(InputError, match='a.tif holds 3 images: save each'):
        image_files.open_file(tmp_path / 'a.tif')


def test_volumes_are_refused(tmp_path):
    tifffile.imwrite(tmp_path / 'a.tif', np.stack([GREY] * 4), volumetric=True, photometric='minisblack')
    with pytest.raises(InputError, match='a.tif holds 4 images: save each'):
        image_files.open_file(tmp_path / 'a.tif')


@pytest.mark.parametrize('inside', [0, 1])
def test_a_preview_in_front_is_not_taken_for_the_image(tmp_path, inside):
    """As in many cameras' raw files."""
    with tifffile.TiffWriter(tmp_path / 'a.tif') as writer:
        writer.write(RGB[::2, ::2], subfiletype=1, subifds=inside, photometric='rgb', metadata=None)
        writer.write(RGB, photometric='rgb', metadata=None)
    with pytest.raises(InputError, match='begins with a smaller copy of its image: save the image as a file'):
        image_files.open_file(tmp_path / 'a.tif')


def test_another_image_inside_is_no_smaller_copy(tmp_path):
    for other, images in ((255 - RGB, 2), (RGB[::2, ::2], 1)):
        with tifffile.TiffWriter(tmp_path / 'a.tif') as writer:
            writer.write(RGB, subifds=1, photometric='rgb', metadata=None)
            writer.write(other, photometric='rgb', metadata=None)
        if images == 2:
            with pytest.raises(InputError, match='a.tif holds 2 images: save each'):
                image_files.open_file(tmp_path / 'a.tif')
        else:
            assert image_files.open_file(tmp_path / 'a.tif').info.notes == ('its smaller copies are left out',)


def test_colours_that_would_be_taken_for_others_are_refused(tmp_path):
    Image.fromarray(RGB).convert('YCbCr').save(tmp_path / 'a.tif')
    with pytest.raises(InputError, match='a.tif is stored as YCBCR, which is not read: convert it to RGB'):
        image_files.open_file(tmp_path / 'a.tif')
    for photometric in ('cfa', 'logl', 'mask'):
        tifffile.imwrite(tmp_path / 'a.tif', GREY, photometric=photometric)
        with pytest.raises(InputError, match=f'is stored as {photometric.upper()}, which is not read'):
            image_files.open_file(tmp_path / 'a.tif')


def test_ycbcr_of_a_jpeg_in_a_tiff_becomes_rgb(tmp_path):
    smooth = np.kron(RGB[:4, :4], np.ones((16, 16, 1), np.uint8))
    Image.fromarray(smooth).convert('YCbCr').save(tmp_path / 'a.tif', compression='jpeg', quality=100)
    assert tifffile.TiffFile(tmp_path / 'a.tif').pages[0].photometric == 6
    difference = np.abs(image_files.read(tmp_path / 'a.tif').pixels.astype(int) - smooth)
    assert np.median(difference) <= 3


@pytest.mark.parametrize('text', ['Zoë, 東京'.encode(), 'Zoë'.encode('latin-1'), b'plain'])
def test_texts_of_any_encoding_come_back(tmp_path, text):
    tags = [(315, 2, 0, text, True), (270, 2, 0, text, True), (305, 2, 0, b'Camera 1.0', True)]
    tifffile.imwrite(tmp_path / 'a.tif', GREY, extratags=tags, metadata=None, software=False)
    copied(tmp_path)
    for name in ('a.tif', 'b.tif'):
        for content in (text, b'Camera 1.0'):
            assert content + b'\0' in (tmp_path / name).read_bytes()


def test_iptc_and_a_scale_without_unit_come_back(tmp_path):
    tags = [(33723, 7, 12, b'\x1c\x02\x05\x00\x05hello\0\0', True)]
    tifffile.imwrite(tmp_path / 'a.tif', GREY, extratags=tags, resolution=(2.5, 4), resolutionunit='NONE')
    page = copied(tmp_path)
    assert bytes(page.tags[33723].value) == tags[0][3]
    assert (page.tags[282].value, page.tags[283].value, page.tags[296].value) == ((5, 2), (4, 1), 1)
    info = image_files.open_file(tmp_path / 'a.tif').info
    assert 'the resolution, in a unit that the file does not name' in image_files.left_behind(tmp_path / 'c.png', info)
    tifffile.imwrite(tmp_path / 'a.tif', GREY, metadata=None)
    assert image_files.left_behind(tmp_path / 'c.png', image_files.open_file(tmp_path / 'a.tif').info) == []
