"""Pixels of every type and everything that comes with them survive a round trip; damaged files are named."""

import io
import os
import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, ImageOps

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.restoration import encoders, image_files, tiff_writing
from ssrgan_plugin.restoration.image_files import ImageFile
from ssrgan_plugin.restoration.image_info import ImageInfo, as_stored, upright

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'


def exif(orientation=6, date='2020:01:01 00:00:00'):
    data = Image.Exif()
    data[0x0112] = orientation
    data.get_ifd(0x8769)[0x9003] = date
    return data.tobytes()


def date_of(content):
    data = Image.Exif()
    data.load(content)
    return data.get_ifd(0x8769)[0x9003]


def noise(shape, dtype=np.uint8):
    rng = np.random.default_rng(0)
    if np.issubdtype(dtype, np.integer):
        return rng.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, shape, dtype, endpoint=True)
    return rng.normal(0, 1000, shape).astype(dtype)


def again(path, image):
    image_files.write(path, image)
    return image_files.read(path)


@pytest.mark.parametrize(
    'suffix, dtype, bands',
    [
        *(('.png', dtype, bands) for dtype in (np.uint8, np.uint16) for bands in (None, 2, 3, 4)),
        *(('.tif', dtype, bands) for dtype in (np.uint8, np.uint16, np.float32) for bands in (None, 2, 3, 4, 5, 7)),
        *(
            ('.tif', dtype, bands)
            for dtype in (np.int8, np.int16, np.int32, np.uint32, np.int64, np.uint64, np.float16, np.float64)
            for bands in (None, 3)
        ),
        ('.webp', np.uint8, 3),
        ('.webp', np.uint8, 4),
        ('.bmp', np.uint8, None),
        ('.bmp', np.uint8, 3),
    ],
)
def test_pixels_round_trip(tmp_path, suffix, dtype, bands):
    pixels = noise((7, 9, bands) if bands else (7, 9), dtype)
    copy = again(tmp_path / f'a{suffix}', ImageFile(pixels)).pixels
    assert copy.dtype == dtype and np.array_equal(copy, pixels)


@pytest.mark.parametrize(
    'options, bands, dtype, kind',
    [
        (dict(photometric='rgb', planarconfig='separate'), 3, np.uint16, 'rgb'),
        (dict(photometric='rgb', planarconfig='separate', extrasamples=[2]), 4, np.uint8, 'rgb'),
        (dict(photometric='minisblack', planarconfig='separate'), 5, np.uint8, 'bands'),
        (dict(photometric='minisblack', planarconfig='contig'), 5, np.uint16, 'bands'),
        (dict(photometric='minisblack', planarconfig='contig'), 2, np.uint8, 'bands'),
        (dict(photometric='rgb', extrasamples=[1]), 4, np.uint8, 'rgb'),
        (dict(photometric='rgb', extrasamples=[0]), 4, np.uint8, 'rgb'),
        (dict(photometric='separated'), 4, np.uint16, 'cmyk'),
        (dict(photometric='separated', extrasamples=[2]), 5, np.uint8, 'cmyk'),
        (dict(photometric='miniswhite'), None, np.uint8, 'grey'),
        (dict(photometric='miniswhite'), None, np.uint16, 'grey'),
        (dict(photometric='miniswhite', compression='zlib'), None, np.float32, 'grey'),
        (dict(photometric='minisblack', compression='zlib', predictor=2), None, np.int16, 'grey'),
    ],
)
def test_tiffs_of_any_layout_come_back_as_they_were(tmp_path, options, bands, dtype, kind):
    """Judged by tifffile: the very samples, what they mean, and which of them is transparency of which kind."""
    pixels = noise((20, 30, bands) if bands else (20, 30), dtype)
    planes = np.moveaxis(pixels, -1, 0) if options.get('planarconfig') == 'separate' else pixels
    tifffile.imwrite(tmp_path / 'a.tif', planes, **options)
    image = image_files.read(tmp_path / 'a.tif')
    assert image.info.kind(bands or 1) == kind
    image_files.write(tmp_path / 'b.tif', image)
    before, after = (tifffile.TiffFile(tmp_path / name).pages[0] for name in ('a.tif', 'b.tif'))
    assert after.dtype == dtype and np.array_equal(after.asarray(), pixels)
    assert (after.photometric, after.extrasamples) == (before.photometric, before.extrasamples)


def test_white_is_zero_is_read_from_black_up(tmp_path):
    pixels = noise((5, 6), np.uint16)
    tifffile.imwrite(tmp_path / 'a.tif', pixels, photometric='miniswhite')
    assert np.array_equal(image_files.read(tmp_path / 'a.tif').pixels, 65535 - pixels)
    shown = again(tmp_path / 'b.png', image_files.read(tmp_path / 'a.tif')).pixels
    assert np.array_equal(shown, 65535 - pixels), 'no negative in another format'


def test_geographic_and_other_tags_come_back(tmp_path):
    tags = [
        (33550, 'd', 3, (10.0, 10.0, 0.0), True),
        (33922, 'd', 6, (0.0, 0.0, 0.0, 500000.0, 4100000.0, 0.0), True),
        (34735, 'H', 4, (1, 1, 0, 0), True),
        (42113, 's', 0, '-9999', True),
        (700, 'B', len(XMP), XMP, True),
        (315, 's', 0, 'Somebody', True),
    ]
    tifffile.imwrite(
        tmp_path / 'a.tif',
        noise((8, 9), np.int16),
        extratags=tags,
        resolution=(300, 300),
        resolutionunit='INCH',
        iccprofile=PROFILE,
        metadata=None,
        description='what it shows',
    )
    image = image_files.read(tmp_path / 'a.tif')
    assert image.info.nodata == '-9999'
    copy = again(tmp_path / 'b.tif', image)
    assert copy.info.tags == image.info.tags and {tag[0] for tag in copy.info.tags} >= {33550, 33922, 34735, 42113, 315}
    assert (copy.info.xmp, copy.info.profile) == (XMP, PROFILE)
    assert copy.info.resolution == pytest.approx(image.info.resolution)
    with Image.open(tmp_path / 'b.tif') as picture:
        assert picture.tag_v2[270] == 'what it shows'
    left = image_files.left_behind(tmp_path / 'c.png', image.info)
    assert left == ['the TIFF tags (ModelPixelScaleTag, ModelTiepointTag, GeoKeyDirectoryTag, GDAL_NODATA)']


@pytest.mark.parametrize('name', ['a.png', 'a.jpg', 'a.webp', 'a.tif'])
@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_metadata_goes_from_any_format_to_any(tmp_path, name, dtype):
    if dtype == np.uint16 and name in ('a.jpg', 'a.webp'):
        pytest.skip('8 bits alone')
    info = ImageInfo(exif=exif(), profile=PROFILE, xmp=XMP, resolution=(4.0, 4.0))
    copy = again(tmp_path / name, ImageFile(noise((8, 12, 3), dtype), info))
    assert copy.pixels.shape == (8, 12, 3), 'as stored, not turned'
    assert (copy.info.orientation, copy.info.profile, copy.info.xmp) == (6, PROFILE, XMP)
    assert date_of(copy.info.exif) == '2020:01:01 00:00:00'
    if name != 'a.webp':
        assert copy.info.resolution == pytest.approx((4, 4), rel=0.03)
    with Image.open(tmp_path / name) as picture:
        assert picture.getexif()[0x0112] == 6 and picture.info['icc_profile'] == PROFILE
        assert picture.getexif().get_ifd(0x8769)[0x9003] == '2020:01:01 00:00:00'


def test_cmyk_stays_with_its_profile(tmp_path):
    pixels = np.kron(noise((4, 5, 4)), np.ones((16, 16, 1), np.uint8))
    Image.fromarray(pixels, 'CMYK').save(tmp_path / 'a.jpg', quality=100, subsampling=0, icc_profile=PROFILE)
    image = image_files.read(tmp_path / 'a.jpg')
    assert image.info.kind(4) == 'cmyk' and not image.info.has_alpha(4) and image.info.profile == PROFILE
    again(tmp_path / 'b.jpg', image)
    with Image.open(tmp_path / 'a.jpg') as before, Image.open(tmp_path / 'b.jpg') as after:
        assert np.abs(np.asarray(before).astype(int) - np.asarray(after)).max() < 12
    with pytest.raises(InputError, match='has no CMYK: write .tif'):
        image_files.write(tmp_path / 'b.png', image)


@pytest.mark.parametrize(
    'mode, options, bands, note',
    [
        ('P', {}, 3, 'palette'),
        ('P', dict(transparency=0), 4, 'palette'),
        ('1', {}, 1, '1 bit a pixel became 8'),
        ('RGB', dict(transparency=(255, 0, 255)), 4, None),
        ('L', dict(transparency=7), 2, None),
    ],
)
def test_palettes_and_colour_keys_become_plain_and_are_told(tmp_path, mode, options, bands, note):
    Image.new(mode, (5, 4)).save(tmp_path / 'a.png', **options)
    image = image_files.open_file(tmp_path / 'a.png')
    assert image.bands == bands and image.info.has_alpha(bands) == (bands in (2, 4))
    assert [note in each for each in image.info.notes] == ([True] if note else [])


def test_transparency_by_colour_key_and_hidden_colours_survive(tmp_path):
    Image.new('RGB', (3, 2), (255, 0, 255)).save(tmp_path / 'a.png', transparency=(255, 0, 255))
    assert (image_files.read(tmp_path / 'a.png').pixels == (255, 0, 255, 0)).all()
    pixels = noise((9, 9, 4))
    pixels[:5, :, 3] = 0
    assert np.array_equal(again(tmp_path / 'a.webp', ImageFile(pixels)).pixels, pixels)


def test_every_orientation_turns_as_pillow_does_and_back():
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    for orientation in range(1, 9):
        picture = Image.fromarray(pixels)
        picture.getexif()[0x0112] = orientation
        shown = upright(pixels, orientation)
        assert np.array_equal(shown, np.array(ImageOps.exif_transpose(picture)))
        assert np.array_equal(as_stored(shown, orientation), pixels)


@pytest.mark.parametrize('name', ['a.png', 'a.jpg', 'a.webp', 'a.tif', 'a.bmp'])
def test_every_format_shows_the_image_upright(tmp_path, name):
    pixels = np.zeros((16, 24, 3), np.uint8)
    pixels[:8] = 200
    image = ImageFile(pixels, ImageInfo(exif=exif(8)))
    shown = again(tmp_path / name, image).upright()
    assert shown.shape == (24, 16, 3) and np.allclose(shown, image.upright(), atol=2)


@pytest.mark.parametrize(
    'name, options, lossy',
    [
        ('a.png', {}, False),
        ('a.jpg', {}, True),
        ('a.png', dict(format='JPEG'), True),
        ('a.tif', dict(compression='jpeg'), True),
        ('a.tif', dict(compression='tiff_lzw'), False),
        ('a.webp', dict(lossless=True), False),
        ('a.webp', dict(quality=90), True),
        ('a.webp', dict(quality=90, exif=exif()), True),
        ('a.webp', dict(lossless=True, exif=exif()), False),
        ('a.avif', {}, True),
        ('a.gif', {}, False),
    ],
)
def test_lossy_compression_is_known(tmp_path, name, options, lossy):
    Image.effect_noise((32, 33), 50).convert('RGB').save(tmp_path / name, **options)
    assert image_files.read(tmp_path / name).info.lossy == lossy


BROKEN = [None, b'', b'Exif\0\0', b'nonsense', b'Exif\0\0II*\0\xff\xff\xff\xff', exif()[:20]]


@pytest.mark.parametrize('content', BROKEN)
def test_no_or_malformed_exif_turns_nothing(content):
    assert ImageInfo(exif=content).orientation == 1


def test_avif_comes_upright(tmp_path):
    Image.effect_noise((32, 20), 50).convert('RGB').save(tmp_path / 'a.avif', exif=exif(6))
    image = image_files.read(tmp_path / 'a.avif')
    assert image.pixels.shape == (32, 20, 3) and image.info.orientation == 1


def test_animated_avif_is_no_damage(tmp_path):
    frame = Image.fromarray(noise((16, 16, 3)))
    frame.save(tmp_path / 'a.avif', save_all=True, append_images=[frame.rotate(90)])
    with pytest.raises(InputError, match='a.avif is an animated AVIF, which holds several images: save each'):
        image_files.open_file(tmp_path / 'a.avif')


def frames(path, **options):
    pages = [Image.fromarray(noise((8, 9, 3)) // (i + 1)) for i in range(3)]
    pages[0].save(path, save_all=True, append_images=pages[1:], **options)


@pytest.mark.parametrize('name', ['a.tif', 'a.png', 'a.webp', 'a.gif'])
def test_several_images_in_one_file_are_refused(tmp_path, name):
    frames(tmp_path / name)
    with pytest.raises(InputError, match=f'{name} holds 3 images: save each'):
        image_files.open_file(tmp_path / name)


def test_previews_are_no_further_images(tmp_path):
    frames(tmp_path / 'a.jpg', format='MPO')
    assert image_files.read(tmp_path / 'a.jpg').pixels.shape == (8, 9, 3)
    with tifffile.TiffWriter(tmp_path / 'b.tif') as writer:
        writer.write(noise((40, 40)), metadata=None)
        writer.write(noise((20, 20)), metadata=None, subfiletype=1)
    image = image_files.read(tmp_path / 'b.tif')
    assert image.pixels.shape == (40, 40) and image.info.notes == ('its smaller copies are left out',)


@pytest.mark.parametrize('photometric', ['cielab', 'icclab'])
def test_cielab_is_refused(tmp_path, photometric):
    tifffile.imwrite(tmp_path / 'a.tif', noise((5, 6, 3)), photometric=photometric)
    with pytest.raises(InputError, match='CIELAB: convert it to RGB'):
        image_files.open_file(tmp_path / 'a.tif')


def test_complex_values_are_refused(tmp_path):
    tifffile.imwrite(tmp_path / 'a.tif', np.ones((5, 6), np.complex64))
    with pytest.raises(InputError, match='type that is not read'):
        image_files.open_file(tmp_path / 'a.tif')


def huge(kind):
    """A few bytes that promise billions of pixels."""
    if kind == 'png':
        header = struct.pack('>IIBBBBB', 60000, 60000, 8, 2, 0, 0, 0)
        body = b''.join(
            struct.pack('>I', len(content)) + name + content + struct.pack('>I', zlib.crc32(name + content))
            for name, content in ((b'IHDR', header), (b'IDAT', zlib.compress(b'')), (b'IEND', b''))
        )
        return b'\x89PNG\r\n\x1a\n' + body
    if kind == 'bmp':
        return b'BM' + struct.pack('<IHHIIiiHHIIiiII', 54, 0, 0, 54, 40, 60000, 60000, 1, 24, 0, 0, 0, 0, 0, 0)
    if kind == 'ppm':
        return b'P6 60000 60000 255\n'
    bits = 16383 - 1 | (16383 - 1) << 14
    chunk = b'VP8L' + struct.pack('<I', 5) + b'\x2f' + struct.pack('<I', bits) + b'\0'
    return b'RIFF' + struct.pack('<I', 4 + len(chunk)) + b'WEBP' + chunk


@pytest.mark.parametrize('kind', ['png', 'bmp', 'ppm', 'webp'])
def test_size_is_checked_before_any_pixel_is_decoded(tmp_path, kind):
    (tmp_path / f'a.{kind}').write_bytes(huge(kind))
    with pytest.raises(InputError, match=r'a\.\w+ has (60,000|16,383) × (60,000|16,383) pixels.*say --max-pixels'):
        image_files.open_file(tmp_path / f'a.{kind}')


def test_limit_can_be_raised_and_lowered(tmp_path):
    image_files.write(tmp_path / 'a.png', ImageFile(noise((10, 10))))
    with pytest.raises(InputError, match='more than the 99 '):
        image_files.open_file(tmp_path / 'a.png', 99)
    assert image_files.open_file(tmp_path / 'a.png', 100).shape == (10, 10, 1)


def jpeg(**options):
    file = io.BytesIO()
    Image.effect_noise((256, 256), 50).convert('RGB').save(file, 'JPEG', **options)
    return file.getvalue()


CUT = jpeg()[: len(jpeg()) // 2]
PROGRESSIVE = jpeg(progressive=True)[:3000]


@pytest.mark.parametrize('content', [b'', b'<html>', CUT, CUT + b'\xff\xd9', PROGRESSIVE + b'\xff\xd9'])
def test_damaged_file_is_named(tmp_path, content, capfd):
    (tmp_path / 'a.jpg').write_bytes(content)
    with pytest.raises(InputError, match=r'a\.jpg is '):
        image_files.read(tmp_path / 'a.jpg')
    assert capfd.readouterr() == ('', ''), 'libraries keep to themselves what they think of it'


def test_bytes_behind_the_end_of_a_jpeg_do_no_harm(tmp_path):
    (tmp_path / 'a.jpg').write_bytes(jpeg() + b'junk' * 100)
    assert image_files.read(tmp_path / 'a.jpg').pixels.shape == (256, 256, 3)


def test_what_is_no_file(tmp_path):
    os.mkfifo(tmp_path / 'pipe.png')
    (tmp_path / 'link.png').symlink_to(tmp_path / 'nowhere.png')
    for name, sentence in (
        ('a.png', 'No such file'),
        ('pipe.png', 'no file but a pipe or a device: give its content by -'),
        ('link.png', 'a link to nothing'),
        ('.', 'is a folder'),
    ):
        with pytest.raises(InputError, match=sentence):
            image_files.read(tmp_path / name)


@pytest.mark.parametrize(
    'name, shape, dtype, sentence',
    [
        ('a.gif', (2, 2), np.uint8, "unknown format '.gif'"),
        ('a.jpg', (2, 2, 4), np.uint8, 'no transparency: write .png'),
        ('a.jpg', (2, 2), np.uint16, 'write .png or .tif'),
        ('a.png', (2, 2), np.float32, 'holds 8 or 16 bits a channel, the image is float32: write .tif'),
        ('a.png', (2, 2, 5), np.uint8, 'cannot hold 5 bands'),
    ],
)
def test_what_a_format_cannot_hold_is_refused(tmp_path, name, shape, dtype, sentence):
    with pytest.raises(InputError, match=f'{name}.*{sentence}'):
        image_files.write(tmp_path / name, ImageFile(np.zeros(shape, dtype)))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('name', ['a.png', 'a.tif'])
@pytest.mark.parametrize('white_is_zero', [False, True])
def test_large_images_are_written_in_strips(tmp_path, monkeypatch, name, white_is_zero):
    pixels = noise((1100, 70), np.uint16)
    monkeypatch.setattr(encoders, 'IN_MEMORY', 1000)
    monkeypatch.setattr(tiff_writing, 'STRIP_SIZE', 70 * 2 * 33)
    image = ImageFile(pixels, ImageInfo(white_is_zero=white_is_zero))
    assert np.array_equal(again(tmp_path / name, image).pixels, pixels)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize('name', ['a.png', 'a.jpg', 'a.webp', 'a.gif', 'a.avif', 'a.tif', 'a.bmp', 'a.ppm'])
@pytest.mark.parametrize(
    'options', [{}, dict(compression='jpeg'), dict(compression='tiff_lzw'), dict(progressive=True)]
)
def test_strips_of_any_height_are_the_whole(tmp_path, name, options):
    if options and name not in ('a.tif', 'a.jpg'):
        pytest.skip('options of others')
    Image.effect_noise((70, 1100), 50).convert('RGB').save(tmp_path / name, **options)
    image = image_files.open_file(tmp_path / name)
    whole = next(image.strips(1100))
    for rows in (7, 100, 512):
        assert np.array_equal(np.concatenate(list(image.strips(rows))), whole), rows


def test_find_leaves_hidden_files_out(tmp_path):
    for name in ('b.png', 'sub/a.TIF', '._b.png', '.hidden/c.png', 'notes.txt', 'c.gif'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    images, others = image_files.find(tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in images] == ['b.png', 'c.gif', 'sub/a.TIF']
    assert [path.name for path in others] == ['notes.txt']


@pytest.mark.parametrize('name', ['a[1].png', 'a.png[page=2]', b'\xff\xfe.png', 'Жук.png', '-.png', 'a%d.png'])
@pytest.mark.parametrize('suffix', ['.png', '.jpg', '.tif'])
def test_any_name(tmp_path, name, suffix):
    path = tmp_path / os.fsdecode(name) / f'{os.fsdecode(name)}{suffix}'
    assert again(path, ImageFile(noise((8, 9)))).pixels.shape == (8, 9)
