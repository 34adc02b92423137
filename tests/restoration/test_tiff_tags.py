"""Tags of a TIFF come back as they are stored, whatever the library that reads them makes of them, or are named."""

import struct

import numpy as np
import pytest
import tifffile
from PIL import ExifTags, Image

from ssrgan_plugin.restoration import image_files, tiff_writing
from ssrgan_plugin.restoration.image_files import ImageFile, left_behind
from ssrgan_plugin.restoration.image_info import ImageInfo

GREY = np.random.default_rng(0).integers(0, 256, (20, 30), np.uint8)
RGB = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)


def written(folder, *tags, **options):
    """Header of a TIFF with these tags, and the page of its copy; all that is left out is told by the header."""
    tifffile.imwrite(folder / 'a.tif', GREY, extratags=tags, **dict(dict(metadata=None), **options))
    image = image_files.read(folder / 'a.tif')
    image_files.write(folder / 'b.tif', image)
    assert left_behind(folder / 'b.tif', image.info) == []
    page = tifffile.TiffFile(folder / 'b.tif').pages[0]
    assert np.array_equal(page.asarray(), GREY)
    return image.info, page


def raw(page, code):
    tag = page.tags[code]
    page.parent.filehandle.seek(tag.valueoffset)
    return int(tag.dtype), tag.count, page.parent.filehandle.read(tag.valuebytecount)


@pytest.mark.parametrize('byteorder', '<>')
@pytest.mark.parametrize(
    'code, dtype, content',
    [
        (33471, 2, b'[Main]\na=1\n\0'),  # Olympus
        (34118, 1, b'DP_MODE\r\nMode = 5\r\n' + bytes(40)),  # Zeiss
        (34680, 2, b'[User]\r\nDate=1\r\nTime=3.5\r\n\0'),  # FEI
        (34682, 2, b'[User]\r\nDate=1\r\nTime=3.5\r\n\0'),
        (37706, 1, bytes(100)),  # TVIPS
        (51123, 2, b'{"exposure": 5, "gain": 3}\0'),  # Micro-Manager
        (65000, 2, b'  blanks around  \0'),
    ],
)
def test_what_a_microscope_wrote_comes_back(tmp_path, byteorder, code, dtype, content):
    info, page = written(tmp_path, (code, dtype, len(content), content, True), byteorder=byteorder)
    assert raw(page, code) == (dtype, len(content), content) and info.notes == ()


@pytest.mark.parametrize('byteorder', '<>')
@pytest.mark.parametrize(
    'dtype, count, values',
    [('2I', 1500, (1, 70000) * 1500), ('d', 1500, (0.1,) * 1500), ('h', 2, (-3, 300)), ('q', 1, (-(2**40),))],
)
def test_numbers_of_any_width_and_count_come_back(tmp_path, byteorder, dtype, count, values):
    """tifffile itself loses half of many fractions."""
    code = tifffile.TIFF.DATA_DTYPES[dtype]
    info, page = written(tmp_path, (65000, code, count, values, True), byteorder=byteorder, bigtiff=dtype == 'q')
    assert raw(page, 65000) == (code, count, struct.pack(f'<{len(values)}{dtype[-1]}', *values)) and info.notes == ()


@pytest.mark.parametrize('byteorder', '<>')
def test_metadata_of_imagej_come_back(tmp_path, byteorder):
    """In the copy's byte order, which is theirs too."""
    beside = {'Info': 'Exposure 5 µs', 'Labels': ['x', 'y'], 'Ranges': (0.5, 255.0), 'ROI': b'Iout123', 'unit': 'um'}
    with tifffile.TiffWriter(tmp_path / 'a.tif', imagej=True, byteorder=byteorder) as writer:
        writer.write(GREY, metadata=beside)
    image_files.write(tmp_path / 'b.tif', image_files.read(tmp_path / 'a.tif'))
    before, after = (tifffile.TiffFile(tmp_path / name).imagej_metadata for name in ('a.tif', 'b.tif'))
    assert before == after and {key: after[key] for key in beside} == beside


def test_damaged_metadata_of_imagej_are_named(tmp_path):
    tags = [(50838, 4, 2, (28, 8), True), (50839, 1, 40, b'IJIJinfo\0\0\0\5' + bytes(28), True)]
    info, page = written(tmp_path, *tags, byteorder='>')
    assert info.notes == ('its TIFF tags (IJMetadata) are left out',) and 50839 not in page.tags


@pytest.mark.parametrize(
    'code, dtype, byteorder, left',
    [
        (33628, 4, '<', 'UIC1tag'),  # its numbers are places in the file
        (33631, 4, '<', 'UIC4tag'),
        (43314, 1, '>', 'NIHImageHeader'),  # its numbers are of the other byte order
        (43314, 1, '<', None),
        (65000, 13, '<', '65000'),  # points to a directory
    ],
)
def test_what_would_be_wrong_in_a_copy_is_named(tmp_path, code, dtype, byteorder, left):
    size = 1000 if dtype == 1 else 8
    value = bytes(size) if dtype == 1 else (0,) * size
    info, page = written(tmp_path, (code, dtype, size, value, True), byteorder=byteorder)
    assert info.notes == ((f'its TIFF tags ({left}) are left out',) if left else ())
    assert (code in page.tags) == (left is None)


def test_tags_that_cannot_be_written_are_named(tmp_path):
    image = ImageFile(GREY, ImageInfo(tags=((65000, 2, 1, {'no': 'text'}), (65001, 3, 1, 5))))
    image_files.write(tmp_path / 'b.tif', image)
    assert left_behind(tmp_path / 'b.tif', image.info) == ['the TIFF tags (65000)']
    assert tifffile.TiffFile(tmp_path / 'b.tif').pages[0].tags[65001].value == 5


@pytest.mark.parametrize('target', ['b.png', 'b.jpg', 'b.webp', 'b.tif'])
@pytest.mark.parametrize('text', ['José Müller'.encode(), 'José Müller'.encode('latin-1'), '東京'.encode()])
def test_texts_that_are_not_ascii_become_exif_as_they_are(tmp_path, target, text):
    tifffile.imwrite(tmp_path / 'a.tif', RGB, photometric='rgb', extratags=[(315, 2, 0, text, True)], metadata=None)
    image_files.write(tmp_path / target, image_files.read(tmp_path / 'a.tif'))
    assert text + b'\0' in (tmp_path / target).read_bytes()
    with Image.open(tmp_path / target) as copy:
        assert copy.getexif()[315] == text.decode('latin-1')


@pytest.mark.parametrize('source', ['a.jpg', 'a.tif'])
def test_texts_of_exif_that_are_not_ascii_come_back_as_texts(tmp_path, source):
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif).update({0xA430: 'Jose Owner', 0xA005: {1: 'R98', 4096: 'Jose'}})
    exif.get_ifd(ExifTags.IFD.GPSInfo)[0x001D] = 'Jose day'
    image_files.write(tmp_path / source, ImageFile(RGB, ImageInfo(exif=exif.tobytes())))
    (tmp_path / source).write_bytes((tmp_path / source).read_bytes().replace(b'Jose', b'Jos\xe9'))
    image_files.write(tmp_path / 'b.tif', image_files.read(tmp_path / source))
    content = (tmp_path / 'b.tif').read_bytes()
    assert struct.pack('<HHI', 0xA430, 2, 11) in content, 'of the type of texts'
    assert all(text in content for text in (b'Jos\xe9 Owner\0', b'Jos\xe9 day\0', b'Jos\xe9\0'))


@pytest.mark.parametrize('large', [False, True])
def test_directories_of_exif_stand_before_the_pixels(tmp_path, monkeypatch, large):
    """Where four bytes tell their place in a file of any size."""
    if large:
        monkeypatch.setattr(tiff_writing, 'LARGE', 0)
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif).update({0x9003: '2020:01:01 00:00:00', 0x829A: 0.125, 0xA005: {1: 'R98'}})
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: 'N', 2: (1.0, 2.0, 3.0)})
    image_files.write(tmp_path / 'b.tif', ImageFile(RGB, ImageInfo(exif=exif.tobytes())))
    page = tifffile.TiffFile(tmp_path / 'b.tif').pages[0]
    assert page.parent.is_bigtiff == large and np.array_equal(page.asarray(), RGB)
    exposure, place = (page.tags[code] for code in (34665, 34853))
    assert max(exposure.valueoffset, place.valueoffset) < page.dataoffsets[0]
    assert exposure.value['DateTimeOriginal'] == '2020:01:01 00:00:00' and exposure.value['ExposureTime'] == 0.125
    assert (place.value['GPSLatitudeRef'], place.value['GPSLatitude']) == ('N', (1, 1, 2, 1, 3, 1))
    with Image.open(tmp_path / 'b.tif') as copy:
        assert copy.getexif().get_ifd(0xA005) == {1: 'R98'}
    assert image_files.open_file(tmp_path / 'b.tif').info.notes == ()


def test_what_tifffile_was_told_comes_back_with_the_shape(tmp_path):
    beside = dict(exposure_ms=12.5, gain=3)
    _, page = written(tmp_path, metadata=beside)
    assert page.description == '{"shape": [20, 30], "exposure_ms": 12.5, "gain": 3}'
    info, page = written(tmp_path, metadata=beside, description='what it shows')
    assert [tag.value for tag in page.tags if tag.code == 270] == [
        'what it shows',
        '{"shape": [20, 30], "exposure_ms": 12.5, "gain": 3}',
    ]
    info, page = written(tmp_path, metadata={}, software=False)
    assert 270 not in page.tags and info.notes == info.tags == (), 'a shape alone says nothing'


def test_a_shape_that_is_no_longer_so_is_named(tmp_path):
    planes = np.moveaxis(RGB, -1, 0)
    tifffile.imwrite(tmp_path / 'a.tif', planes, photometric='rgb', planarconfig='separate', metadata=dict(gain=3))
    image = image_files.read(tmp_path / 'a.tif')
    assert image.info.notes == ('its TIFF tags (ImageDescription) are left out',)
    image_files.write(tmp_path / 'b.tif', image)
    assert np.array_equal(tifffile.imread(tmp_path / 'b.tif'), RGB)


@pytest.mark.parametrize('number, resolution', [(300.0, 300 / 25.4), (0.0, None)])
def test_a_resolution_may_be_a_plain_number(tmp_path, number, resolution):
    tifffile.imwrite(tmp_path / 'a.tif', GREY, resolution=(1, 1), resolutionunit='INCH', metadata=None)
    with tifffile.TiffFile(tmp_path / 'a.tif') as file:
        tags = [file.pages[0].tags[code] for code in (282, 283)]
    with open(tmp_path / 'a.tif', 'r+b') as file:
        for tag in tags:  # a fraction and a double are of eight bytes
            file.seek(tag.offset + 2)
            file.write(struct.pack('<H', 12))
            file.seek(tag.valueoffset)
            file.write(struct.pack('<d', number))
    image = image_files.read(tmp_path / 'a.tif')
    assert np.array_equal(image.pixels, GREY)
    assert image.info.resolution == (resolution and pytest.approx((resolution, resolution)))
