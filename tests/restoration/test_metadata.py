"""What comes with an image comes back, to the byte where the format allows, or is named."""

import io
import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, PngImagePlugin

from ssrgan_plugin.restoration import image_files
from ssrgan_plugin.restoration.image_files import ImageFile, left_behind
from ssrgan_plugin.restoration.image_info import ImageInfo

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
MAKER_NOTE = b'\1\0\1\0\3\0\2\0\0\0\1\2\0\0\0\0\0\0'
RGB = np.random.default_rng(0).integers(0, 255, (8, 9, 3), np.uint8)
ANY = {
    b'cICP': bytes([9, 16, 0, 1]),
    b'cHRM': struct.pack('>8I', 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000),
    b'gAMA': struct.pack('>I', 100000),
    b'sBIT': b'\5\6\5',
    b'bKGD': struct.pack('>3H', 1, 2, 3),
    b'tIME': struct.pack('>HBBBBB', 2020, 1, 2, 3, 4, 5),
    b'sPLT': b'n\0\x08' + bytes(6),
    b'oFFs': struct.pack('>iiB', 1, 2, 0),
    b'prVt': b'whatever',
    b'iTXt': b'Title\0\0\0de\0Titel\0' + 'Zoë'.encode(),
    b'zTXt': b'Comment\0\0' + zlib.compress(b'two words'),
    b'tEXt': b'Comment\0another',
}


def chunk(name, content):
    return struct.pack('>I', len(content)) + name + content + zlib.crc32(name + content).to_bytes(4, 'big')


def with_chunks(path, chunks, behind=False):
    """Puts chunks behind the header of a PNG, or behind its pixels."""
    content = path.read_bytes()
    place = len(content) - 12 if behind else 33
    path.write_bytes(content[:place] + b''.join(chunk(*each) for each in chunks.items()) + content[place:])


def chunks_of(path):
    content, place = path.read_bytes(), 8
    while place < len(content):
        size, name = struct.unpack_from('>I4s', content, place)
        yield name, content[place + 8 : place + 8 + size]
        place += size + 12


def full_exif(thumbnail=False):
    exif = Image.Exif()
    exif.update({0x010F: 'Canon', 0x0112: 6, 0x0132: '2020:01:01 00:00:00', 0x4746: 5, 50000: 7, 0x011A: 300.0})
    exif.update({0x011B: 300.0, 0x0128: 2})
    exif.get_ifd(0x8769).update({0x9003: '2020:01:01 00:00:00', 0x927C: MAKER_NOTE, 60000: 'odd', 0xA005: {1: 'R98'}})
    exif.get_ifd(0x8825).update({1: 'N', 2: (1.0, 2.0, 3.0)})
    content = exif.tobytes()
    if thumbnail:
        end = 6 + 8 + 2 + 12 * struct.unpack_from('>H', content, 14)[0]
        content = content[:end] + struct.pack('>I', len(content) - 6) + content[end + 4 :] + bytes(6)
    return content


def entries(path):
    with Image.open(path) as image:
        exif = image.getexif()
        found = {(0, key): value for key, value in exif.items() if key not in (0x8769, 0x8825, 0x011A, 0x011B, 0x0128)}
        for code in (0x8769, 0x8825, 0xA005):
            found.update({(code, key): value for key, value in exif.get_ifd(code).items() if key != 0xA005})
        return found


@pytest.mark.parametrize('behind', [False, True])
def test_all_chunks_of_a_png_come_back(tmp_path, behind):
    Image.fromarray(RGB).save(tmp_path / 'a.png')
    with_chunks(tmp_path / 'a.png', ANY, behind)
    image = image_files.read(tmp_path / 'a.png')
    assert image.info.notes == ()
    image_files.write(tmp_path / 'b.png', image)
    assert dict(chunks_of(tmp_path / 'b.png')).items() >= ANY.items()
    assert [name for name, _ in chunks_of(tmp_path / 'b.png')].count(b'pHYs') == 0, 'no resolution is made up'
    assert np.array_equal(np.asarray(Image.open(tmp_path / 'b.png')), RGB)
    left = left_behind(tmp_path / 'c.tif', image.info)
    assert left == ['the comments', 'the gamma of 1', 'the PNG chunks cICP, cHRM, sBIT, bKGD, tIME, sPLT, oFFs, prVt']


def test_what_goes_without_saying_is_not_said(tmp_path):
    Image.fromarray(RGB).save(tmp_path / 'a.png')
    usual = {b'sRGB': b'\0', b'gAMA': struct.pack('>I', 45455), b'iDOT': bytes(28)}
    with_chunks(tmp_path / 'a.png', usual)
    info = image_files.open_file(tmp_path / 'a.png').info
    assert info.notes == () and left_behind(tmp_path / 'c.jpg', info) == []


@pytest.mark.parametrize('mode, options', [('P', {}), ('1', {}), ('RGB', dict(transparency=(1, 2, 3)))])
def test_chunks_that_would_be_wrong_are_named(tmp_path, mode, options):
    Image.new(mode, (5, 4)).save(tmp_path / 'a.png', **options)
    with_chunks(tmp_path / 'a.png', {b'bKGD': b'\0\1', b'prIV': b'unknown, and bound to these pixels'})
    assert 'its PNG chunks prIV, bKGD are left out' in image_files.open_file(tmp_path / 'a.png').info.notes


def test_damaged_chunks_are_named(tmp_path):
    Image.fromarray(RGB).save(tmp_path / 'a.png')
    with_chunks(tmp_path / 'a.png', {b'tEXt': b'Comment\0good'})
    content = (tmp_path / 'a.png').read_bytes()
    (tmp_path / 'a.png').write_bytes(content.replace(b'good', b'bad!'))
    assert image_files.open_file(tmp_path / 'a.png').info.notes == ('its PNG chunks tEXt are left out',)


def test_a_pixels_shape_is_no_resolution(tmp_path):
    Image.fromarray(RGB).save(tmp_path / 'a.png')
    with_chunks(tmp_path / 'a.png', {b'pHYs': struct.pack('>IIB', 4, 3, 0)})
    image = image_files.read(tmp_path / 'a.png')
    assert (image.info.resolution, image.info.scale) == (None, (4, 3))
    for name in ('b.png', 'b.jpg', 'b.tif'):
        image_files.write(tmp_path / name, image)
        assert image_files.open_file(tmp_path / name).info.scale == (4, 3)
    assert left_behind(tmp_path / 'b.webp', image.info) == ['the resolution, in a unit that the file does not name']


@pytest.mark.parametrize('source', ['a.png', 'a.jpg', 'a.webp'])
@pytest.mark.parametrize('target', ['b.png', 'b.jpg', 'b.webp', 'b.tif'])
def test_exif_comes_back_whole(tmp_path, source, target):
    Image.fromarray(RGB).save(tmp_path / source, exif=full_exif())
    image_files.write(tmp_path / target, image_files.read(tmp_path / source))
    assert entries(tmp_path / target).items() >= entries(tmp_path / source).items()


def test_texts_of_a_tiff_become_exif(tmp_path):
    tags = [(271, 's', 0, 'Maker', True), (274, 'H', 1, 6, True), (65000, 's', 0, 'mine', True)]
    tifffile.imwrite(
        tmp_path / 'a.tif', RGB, photometric='rgb', description='what it shows', extratags=tags, metadata=None
    )
    image = image_files.read(tmp_path / 'a.tif')
    image_files.write(tmp_path / 'b.jpg', image)
    with Image.open(tmp_path / 'b.jpg') as copy:
        assert {code: copy.getexif()[code] for code in (270, 271, 274)} == {270: 'what it shows', 271: 'Maker', 274: 6}
    assert left_behind(tmp_path / 'b.jpg', image.info) == ['the TIFF tags (65000)']


@pytest.mark.parametrize('name', ['a.png', 'a.jpg', 'a.webp'])
def test_a_preview_of_what_was_is_left_out(tmp_path, name):
    Image.fromarray(RGB).save(tmp_path / name, exif=full_exif(thumbnail=True))
    image = image_files.read(tmp_path / name)
    assert image.info.notes == ('its preview is left out',)
    image_files.write(tmp_path / 'b.png', image)
    with Image.open(tmp_path / 'b.png') as copy:
        assert not copy.getexif().get_ifd(0x0201) and copy.getexif()[0x010F] == 'Canon'


@pytest.mark.filterwarnings('ignore')
def test_malformed_exif_is_no_hindrance(tmp_path):
    content = full_exif()
    rng = np.random.default_rng(0)
    for _ in range(40):
        broken = bytearray(content)
        for place in rng.integers(14, len(content), 8):
            broken[place] = rng.integers(256)
        image = ImageFile(RGB, ImageInfo(exif=bytes(broken)))
        for name in ('b.png', 'b.tif'):
            image_files.write(tmp_path / name, image)
            assert np.array_equal(image_files.read(tmp_path / name).pixels, RGB)


def resource(number, content):
    return b'8BIM' + struct.pack('>HHI', number, 0, len(content)) + content + bytes(len(content) % 2)


def segments(path, *parts):
    content = path.read_bytes()
    more = b''.join(struct.pack('>BBH', 0xFF, marker, len(part) + 2) + part for marker, part in parts)
    path.write_bytes(content[:2] + more + content[2:])


def test_segments_of_a_jpeg_come_back_or_are_named(tmp_path):
    Image.new('L', (9, 8)).save(tmp_path / 'a.jpg', icc_profile=PROFILE * 200, xmp=XMP, comment='who', dpi=(300, 300))
    iptc = b'\x1c\x02\x05\x00\x05hello'
    resources = (
        b'8BIM\4\4\0\0' + struct.pack('>I', len(iptc)) + iptc + b'8BIM\4\x0c\0\0' + struct.pack('>I', 30) + bytes(30)
    )
    segments(
        tmp_path / 'a.jpg',
        (0xED, b'Photoshop 3.0\0' + resources),
        (0xE2, b'MPF\0' + bytes(8)),
        (0xEB, b'JP' + bytes(9)),
    )
    image = image_files.read(tmp_path / 'a.jpg')
    assert (image.info.iptc, image.info.xmp, image.info.profile) == (iptc, XMP, PROFILE * 200)
    assert image.info.resolution == pytest.approx((300 / 25.4, 300 / 25.4))
    assert set(image.info.notes) == {
        'its comment is left out',
        'further pictures behind it are left out',
        'its segment APP11 is left out',
        'its preview is left out',
    }
    image_files.write(tmp_path / 'b.jpg', image)
    image_files.write(tmp_path / 'b.tif', image)
    for name in ('b.jpg', 'b.tif'):
        copy = image_files.open_file(tmp_path / name).info
        assert (copy.iptc, copy.xmp, copy.profile) == (iptc, XMP, PROFILE * 200), name
        assert copy.resolution == pytest.approx(image.info.resolution)
        assert left_behind(tmp_path / name, image.info) == []
    named = ['the TIFF tags (ImageResources)', 'the resolution', 'the IPTC']
    assert left_behind(tmp_path / 'b.webp', image.info) == named


def test_a_grey_image_keeps_the_profile_of_colours_that_it_had(tmp_path):
    Image.new('L', (9, 8)).save(tmp_path / 'a.tif', icc_profile=PROFILE)
    for name in ('b.png', 'b.jpg', 'b.webp', 'b.tif'):
        image_files.write(tmp_path / name, image_files.read(tmp_path / 'a.tif'))
        assert image_files.open_file(tmp_path / name).info.profile == PROFILE, name


def test_what_is_too_long_for_a_jpeg_is_named(tmp_path):
    info = ImageInfo(xmp=XMP * 2000)
    assert left_behind(tmp_path / 'a.jpg', info) == ['the XMP'] and left_behind(tmp_path / 'a.png', info) == []
    image_files.write(tmp_path / 'a.jpg', ImageFile(RGB, info))
    assert image_files.read(tmp_path / 'a.jpg').pixels.shape == RGB.shape


def test_layers_and_previews_of_a_tiff_are_left_out(tmp_path):
    resources = (
        b'8BIM\4\x0c\0\0' + struct.pack('>I', 30) + bytes(30) + b'8BIM\4\x0b\0\0' + struct.pack('>I', 4) + b'what'
    )
    tags = [(37724, 7, 20, b'Adobe Photoshop Docu', True), (34377, 7, len(resources), resources, True)]
    tifffile.imwrite(tmp_path / 'a.tif', RGB, photometric='rgb', extratags=tags, metadata=None, software=False)
    image = image_files.read(tmp_path / 'a.tif')
    assert image.info.notes == ('its preview is left out', "its layers, Photoshop's, are left out")
    assert image.info.tags == ((34377, 7, 16, resources[-16:]),)


def test_transparency_between_other_bands_is_told(tmp_path):
    tifffile.imwrite(tmp_path / 'a.tif', np.zeros((8, 9, 5), np.uint8), photometric='rgb', extrasamples=[2, 0])
    notes = image_files.open_file(tmp_path / 'a.tif').info.notes
    assert notes == ('that one of its bands is transparency is not kept',)


def test_samples_limits_stay_with_the_samples_alone(tmp_path):
    for mode, notes in (('L', ()), ('P', ('its TIFF tags (MinSampleValue, MaxSampleValue) are left out',))):
        Image.new(mode, (5, 4)).save(tmp_path / 'a.tif', tiffinfo={280: 0, 281: 255})
        info = image_files.open_file(tmp_path / 'a.tif').info
        assert info.notes[-1:] == notes and len(info.tags) == (2 if mode == 'L' else 0)


def test_a_bitmap_keeps_resolution_and_profile(tmp_path):
    content = io.BytesIO()
    Image.fromarray(RGB).save(content, 'BMP', dpi=(300, 150))
    pixels = content.getvalue()[54:]
    head = struct.pack('<IiiHHIIiiII', 124, 9, 8, 1, 24, 0, len(pixels), 11811, 5906, 0, 0)
    head += bytes(16) + b'DEBM' + bytes(36 + 12 + 4) + struct.pack('<III', 124 + len(pixels), len(PROFILE), 0)
    size = 14 + 124 + len(pixels) + len(PROFILE)
    (tmp_path / 'a.bmp').write_bytes(b'BM' + struct.pack('<III', size, 0, 138) + head + pixels + PROFILE)
    image = image_files.read(tmp_path / 'a.bmp')
    assert np.array_equal(image.pixels, RGB) and image.info.profile == PROFILE
    image_files.write(tmp_path / 'b.bmp', image)
    resolution = image_files.open_file(tmp_path / 'b.bmp').info.resolution
    assert resolution == pytest.approx((300 / 25.4, 150 / 25.4), rel=1e-3)
    assert left_behind(tmp_path / 'b.bmp', image.info) == ['the profile']


def test_other_colours_of_an_avif_are_told_to_viewers(tmp_path):
    Image.fromarray(RGB).resize((16, 16)).save(tmp_path / 'a.avif')
    assert image_files.open_file(tmp_path / 'a.avif').info.chunks == ()
    content = (tmp_path / 'a.avif').read_bytes()
    usual = b'colrnclx' + struct.pack('>HH', 1, 13)
    assert usual in content
    (tmp_path / 'b.avif').write_bytes(content.replace(usual, b'colrnclx' + struct.pack('>HH', 9, 16)))
    image = image_files.read(tmp_path / 'b.avif')
    image_files.write(tmp_path / 'b.png', image)
    assert (b'cICP', bytes([9, 16, 0, 1])) in chunks_of(tmp_path / 'b.png')
    assert left_behind(tmp_path / 'b.tif', image.info) == ['the PNG chunks cICP']


def test_comments_of_a_gif_and_chunks_of_a_webp_are_named(tmp_path):
    Image.new('P', (5, 4)).save(tmp_path / 'a.gif', comment='who made it')
    assert 'its comment is left out' in image_files.open_file(tmp_path / 'a.gif').info.notes
    Image.fromarray(RGB).save(tmp_path / 'a.webp', xmp=XMP)
    content = (tmp_path / 'a.webp').read_bytes() + b'ABCD' + struct.pack('<I', 2) + b'xy'
    (tmp_path / 'a.webp').write_bytes(content[:4] + struct.pack('<I', len(content) - 8) + content[8:])
    info = image_files.open_file(tmp_path / 'a.webp').info
    assert info.notes == ('its WebP chunks ABCD are left out',) and info.xmp == XMP and info.lossy


def test_texts_of_a_png_are_what_they_were_to_others(tmp_path):
    info = PngImagePlugin.PngInfo()
    info.add_text('Title', 'Zoë', zip=False)  # Latin-1
    info.add_itxt('Place', '東京', 'ja', 'Ort')
    info.add_text('Plain', 'abc')
    Image.effect_noise((30, 20), 50).save(tmp_path / 'a.png', pnginfo=info)
    image_files.write(tmp_path / 'b.png', image_files.read(tmp_path / 'a.png'))
    with Image.open(tmp_path / 'b.png') as copy:
        assert copy.text == {'Title': 'Zoë', 'Place': '東京', 'Plain': 'abc'}
        assert (copy.text['Place'].lang, copy.text['Place'].tkey) == ('ja', 'Ort')
        assert np.array_equal(np.asarray(copy), np.asarray(Image.open(tmp_path / 'a.png')))
    assert sorted(path.name for path in tmp_path.iterdir()) == ['a.png', 'b.png']
