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


def without(path, block):
    """Takes a tile or strip out of a TIFF, as GDAL's SPARSE_OK does: its place and length are 0."""
    with tifffile.TiffFile(path) as file:
        tags = file.pages[0].tags
        found = [tags[code] for code in (324, 325, 273, 279) if code in tags]
    with open(path, 'r+b') as file:
        for tag in found:
            size = tag.valuebytecount // tag.count
            file.seek(tag.valueoffset + block * size)
            file.write(bytes(size))


@pytest.mark.parametrize('layout', [dict(tile=(16, 16)), dict(rowsperstrip=16)])
@pytest.mark.parametrize('photometric', ['minisblack', 'miniswhite'])
@pytest.mark.parametrize(
    'dtype, nodata', [(np.float32, '-9999'), (np.float64, 'nan'), (np.uint16, '7.0'), (np.uint8, '0')]
)
def test_what_a_sparse_file_leaves_out_is_missing(tmp_path, layout, photometric, dtype, nodata):
    pixels = RNG.integers(10, 200, (32, 40)).astype(dtype)
    tags = [(42113, 2, 0, nodata, True)]
    options = dict(layout, photometric=photometric, compression='zlib', extratags=tags, metadata=None)
    tifffile.imwrite(tmp_path / 'a.tif', pixels, **options)
    without(tmp_path / 'a.tif', 0)
    image = image_files.read(tmp_path / 'a.tif')
    pixels[:16, : 16 if 'tile' in layout else None] = dtype(float(nodata))
    white = np.iinfo(dtype).max if photometric == 'miniswhite' and np.dtype(dtype).kind == 'u' else None
    assert np.array_equal(image.pixels, pixels if white is None else white - pixels, equal_nan=True)
    image_files.write(tmp_path / 'b.tif', image)
    assert np.array_equal(tifffile.imread(tmp_path / 'b.tif'), pixels, equal_nan=True)


def test_sparse_files_that_only_libvips_decodes_are_refused(tmp_path):
    Image.fromarray(RGB[..., 0]).save(
        tmp_path / 'a.tif', compression='tiff_lzw', tiffinfo={42113: '7', 278: 5}, strip_size=150
    )
    assert np.array_equal(image_files.read(tmp_path / 'a.tif').pixels, RGB[..., 0])
    without(tmp_path / 'a.tif', 1)
    with pytest.raises(InputError, match='a.tif leaves out parts in which all is 7, its value of missing pixels, and'):
        image_files.open_file(tmp_path / 'a.tif')


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16, np.uint64])
@pytest.mark.parametrize('extra', [[2], [0], [0, 0]])
@pytest.mark.parametrize('separate', [False, True])
def test_white_is_zero_in_the_first_band_alone(tmp_path, dtype, extra, separate):
    """Others are transparency, or no grey."""
    bands = 1 + len(extra)
    pixels = RNG.integers(0, 256, (20, 30, bands)).astype(dtype)
    pixels[..., 1] = 6
    planes = np.moveaxis(pixels, -1, 0) if separate else pixels
    options = dict(photometric='miniswhite', extrasamples=extra, planarconfig='separate' if separate else 'contig')
    tifffile.imwrite(tmp_path / 'a.tif', planes, **options)
    image = image_files.read(tmp_path / 'a.tif')
    assert image.info.has_alpha(bands) == (extra == [2])
    assert np.array_equal(image.pixels[..., 0], np.iinfo(dtype).max - pixels[..., 0])
    assert np.array_equal(image.pixels[..., 1:], pixels[..., 1:])
    copy = copied(tmp_path)
    assert copy.photometric == 0 and list(copy.extrasamples) == extra
    assert np.array_equal(copy.asarray(), pixels)


@pytest.mark.parametrize(
    'code, way', [(50000, 'ZSTD'), (34887, 'LERC'), (34925, 'LZMA'), (34712, 'compression scheme')]
)
def test_compressions_that_are_not_read_are_no_damage(tmp_path, code, way):
    tifffile.imwrite(tmp_path / 'a.tif', GREY, metadata=None)
    with tifffile.TiffFile(tmp_path / 'a.tif') as file:
        place = file.pages[0].tags[259].valueoffset
    with open(tmp_path / 'a.tif', 'r+b') as file:
        file.seek(place)
        file.write(code.to_bytes(2, 'little'))
    with pytest.raises(
        InputError, match=rf'a.tif is compressed in a way that is not read \({way}.*\): save it uncompressed, or as def'
    ):
        image_files.read(tmp_path / 'a.tif')
