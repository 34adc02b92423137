"""Opening image files: the header first, the pixels in strips from top to bottom, by libvips, tifffile or Pillow."""

import io
import logging
import os
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable, Iterator, Optional, Union

import numpy as np
import pyvips
from PIL import Image

from ..errors import InputError
from . import tiff_files
from .image_info import ImageInfo

# What the decoders have to say goes into our own sentences, not on stderr beside them.
for library in ('pyvips', 'tifffile', 'PIL'):
    logging.getLogger(library).addHandler(logging.NullHandler())

MAX_PIXELS = 2**30
# Those that can only be decoded as a whole may have fewer pixels by default.
WHOLE_SHARE = 8
KINDS = 'PNG, JPEG, TIFF, WebP, GIF, AVIF, BMP, PNM'


@dataclass(frozen=True)
class OpenImage:
    """An image file of which the header is read.

    ``strips(rows)`` reads it from the top, in arrays of (rows, W, bands); each call begins anew.
    """

    name: str
    height: int
    width: int
    bands: int
    dtype: np.dtype
    info: ImageInfo
    strips: Callable[[int], Iterator[np.ndarray]]

    @property
    def shape(self) -> tuple:
        return self.height, self.width, self.bands


def open_image(source: Union[Path, bytes], name: str, max_pixels: Optional[int] = None) -> OpenImage:
    """Reads an image file's header.

    Args:
        source: Path, or the file's content.
        name: For messages.
        max_pixels: More than that are refused. Default: ``MAX_PIXELS``, an eighth of it for files that can only be
            decoded as a whole (all but TIFF, plain PNG and baseline JPEG).

    Raises:
        InputError: naming the file that is no image, damaged, too large, several or of a type that is not read.
    """
    if isinstance(source, bytes):
        begin = source[:32]
    else:
        with open(source, 'rb') as file:
            begin = file.read(32)
    kind = sniff(begin)
    if kind is None:
        raise InputError(f'{name} is no image of a kind that is read ({KINDS}): check it, or leave it out')
    limit = max_pixels or MAX_PIXELS

    def check_size(width: int, height: int, whole: bool) -> None:
        most = limit if max_pixels or not whole else limit // WHOLE_SHARE
        if width * height > most:
            raise InputError(
                f'{name} has {width:,} × {height:,} pixels, more than the {most:,} that are read without being told: '
                f'if that is meant, say --max-pixels {width * height}'
            )
        if not width * height:
            raise InputError(f'{name} has no pixels: leave it out')

    try:
        if kind == 'TIFF':
            return open_tiff(source, name, check_size)
        if kind in ('BMP', 'PNM'):
            return open_by_pillow(source, name, kind, check_size)
        return open_by_vips(source, name, kind, check_size)
    except InputError:
        raise
    except Exception as error:  # damaged headers make each library fail in ways of its own
        raise damaged(name, error) from error


def sniff(begin: bytes) -> Optional[str]:
    """The kind of file by its first bytes, whatever it is called."""
    for magic, kind in (
        (b'\x89PNG\r\n\x1a\n', 'PNG'),
        (b'\xff\xd8\xff', 'JPEG'),
        (b'GIF8', 'GIF'),
        (b'II*\0', 'TIFF'),
        (b'MM\0*', 'TIFF'),
        (b'II+\0', 'TIFF'),
        (b'MM\0+', 'TIFF'),
        (b'BM', 'BMP'),
    ):
        if begin.startswith(magic):
            return kind
    if begin[:4] == b'RIFF' and begin[8:12] == b'WEBP':
        return 'WEBP'
    if begin[4:8] == b'ftyp' and begin[8:12] in (b'avif', b'avis', b'mif1', b'heic', b'heix'):
        return 'HEIF'
    return 'PNM' if begin[:1] == b'P' and begin[1:2] in b'123456' and begin[2:3].isspace() else None


def damaged(name: str, error: Exception) -> InputError:
    if isinstance(error, InputError):
        return error
    if isinstance(error, MemoryError):
        return InputError(f'{name} needs more memory than there is: use a machine with more, or cut it up')
    lines = [line.strip() for line in str(error).splitlines()]
    lines = [line for line in lines if line and not line.startswith('unable to')]
    reason = lines[-1] if lines else 'it cannot be decoded'
    return InputError(f'{name} is damaged, or not what it says it is ({reason}): get it again')


def vips_image(source: Union[Path, bytes], kind: str) -> pyvips.Image:
    # libjpeg tells by a mere warning that half of a picture is missing.
    options = dict(access='sequential', fail_on='warning' if kind == 'JPEG' else 'error', revalidate=True)
    if isinstance(source, bytes):
        return pyvips.Image.new_from_buffer(source, '', **options)
    # By number, for libvips takes part of some names as options, and no name that is not UTF-8.
    descriptor = os.open(source, os.O_RDONLY | getattr(os, 'O_BINARY', 0))
    try:
        return pyvips.Image.new_from_source(pyvips.Source.new_from_descriptor(descriptor), '', **options)
    finally:
        os.close(descriptor)  # libvips keeps a copy


def vips_strips(name: str, source: Union[Path, bytes], kind: str) -> Callable[[int], Iterator[np.ndarray]]:
    def strips(rows: int) -> Iterator[np.ndarray]:
        try:
            image = vips_image(source, kind)
            for y in range(0, image.height, rows):
                height = min(rows, image.height - y)
                yield image.crop(0, y, image.width, height).numpy().reshape(height, image.width, image.bands)
        except pyvips.Error as error:
            raise damaged(name, error) from error

    return strips


def field(image: pyvips.Image, name: str):
    return image.get(name) if image.get_typeof(name) else None


def open_by_vips(source, name: str, kind: str, check_size) -> OpenImage:
    image = vips_image(source, kind)
    interlaced = bool(field(image, 'interlaced'))
    check_size(image.width, image.height, kind not in ('PNG', 'JPEG') or interlaced)
    pages = field(image, 'n-pages') or 1
    content = source if isinstance(source, bytes) else None
    chunks = {}
    if kind == 'PNG':
        chunks = png_chunks(content or source)
        pages = int.from_bytes(chunks.get(b'acTL', b'')[:4], 'big') or 1
    if pages > 1:
        raise InputError(f'{name} holds {pages} images: save each as a file of its own')
    notes = []
    bits = field(image, 'bits-per-sample') or 8
    if field(image, 'palette'):
        notes.append('its palette became colours of 8 bits')
    elif bits < 8:
        notes.append(f'its {bits} bit{"s" * (bits > 1)} a pixel became 8')
    gamma = int.from_bytes(chunks.get(b'gAMA', b''), 'big')
    if gamma not in (0, 45455) and b'iCCP' not in chunks:
        notes.append(f'its gamma of {gamma / 100000:g} is not kept')
    lossy = kind in ('JPEG', 'HEIF') or kind == 'WEBP' and webp_is_lossy(content or Path(source).read_bytes())
    remarks = comments(image, notes)
    info = ImageInfo(
        colours={'b-w': 'grey', 'grey16': 'grey', 'cmyk': 'cmyk'}.get(image.interpretation, 'rgb'),
        alpha=bool(image.hasalpha()),
        exif=field(image, 'exif-data'),
        profile=field(image, 'icc-profile-data'),
        xmp=field(image, 'xmp-data'),
        iptc=field(image, 'iptc-data'),
        resolution=None if image.xres == image.yres == 1 else (image.xres, image.yres),
        comments=remarks,
        lossy=lossy,
        notes=tuple(notes),
    )
    if kind == 'HEIF':  # comes upright
        info = replace(info, exif=without_orientation(info.exif))
    dtype = np.dtype(dict(uchar=np.uint8, ushort=np.uint16)[image.format])
    return OpenImage(name, image.height, image.width, image.bands, dtype, info, vips_strips(name, source, kind))


def comments(image: pyvips.Image, notes: list) -> dict:
    found = {}
    for key in image.get_fields():
        if key.startswith('png-comment-'):
            try:
                found[key.split('-', 3)[3]] = image.get(key)
            except UnicodeDecodeError:
                notes.append('a comment that is no text is left out')
    return found


def without_orientation(content: Optional[bytes]) -> Optional[bytes]:
    if not content:
        return content
    exif = Image.Exif()
    exif.load(content)
    exif.pop(0x0112, None)
    return exif.tobytes()


def png_chunks(source: Union[Path, bytes]) -> dict:
    """The small chunks before the pixels, by name."""
    chunks = {}
    with io.BytesIO(source) if isinstance(source, bytes) else open(source, 'rb') as file:
        file.seek(8)
        while len(head := file.read(8)) == 8:
            size, name = struct.unpack('>I4s', head)
            if name == b'IDAT':
                break
            chunks[name] = file.read(size) if size < 100 else b''
            file.seek(size + 4 if size >= 100 else 4, 1)
    return chunks


def webp_is_lossy(riff: bytes) -> bool:
    place = 12
    while place + 8 <= len(riff):
        name, size = struct.unpack_from('<4sI', riff, place)
        if name == b'VP8 ':
            return True
        place += 8 + size + size % 2
    return False


def open_tiff(source, name: str, check_size) -> OpenImage:
    header = tiff_files.read_header(source, name)
    check_size(header.width, header.height, not header.by_vips)
    if header.by_vips:
        strips = vips_strips(name, source, 'TIFF')
        image = vips_image(source, 'TIFF')
        if (image.height, image.width, image.bands) != (header.height, header.width, header.bands):
            raise InputError(f'{name} is a TIFF of a layout that is not read: save it without compression')
    else:

        def strips(rows: int) -> Iterator[np.ndarray]:
            try:
                pixels = tiff_files.read_pixels(source, header)
            except Exception as error:
                raise damaged(name, error) from error
            for y in range(0, len(pixels), rows):
                yield pixels[y : y + rows]

    return OpenImage(name, header.height, header.width, header.bands, header.dtype, header.info, strips)


def open_by_pillow(source, name: str, kind: str, check_size) -> OpenImage:
    """BMP and PNM, which libvips leaves out; small headers, and no metadata but the resolution."""

    def load() -> Image.Image:
        file = io.BytesIO(source) if isinstance(source, bytes) else source
        return Image.open(file, formats=['BMP' if kind == 'BMP' else 'PPM'])

    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # ours is checked next
    try:
        with load() as image:
            check_size(*image.size, True)
            mode, size = image.mode, image.size
    finally:
        Image.MAX_IMAGE_PIXELS = limit
    modes = {'1': 'L', 'L': 'L', 'P': 'RGB', 'RGB': 'RGB', 'RGBA': 'RGBA', 'F': 'F'}
    if mode not in modes:
        raise InputError(f'{name} has more than 8 bits a channel, which are not read from {kind}: save it as PNG')
    notes = {'1': ('its 1 bit a pixel became 8',), 'P': ('its palette became colours of 8 bits',)}.get(mode, ())
    if kind == 'PNM' and mode == 'RGB' and pnm_is_deep(source):
        raise InputError(f'{name} has more than 8 bits a channel, which are not read from {kind}: save it as PNG')
    bands = len(Image.new(modes[mode], (1, 1)).getbands())

    def strips(rows: int) -> Iterator[np.ndarray]:
        try:
            with load() as image:
                pixels = np.asarray(image.convert(modes[mode]))
        except Exception as error:
            raise damaged(name, error) from error
        for y in range(0, size[1], rows):
            yield pixels[y : y + rows].reshape(-1, size[0], bands)

    dtype = np.dtype(np.float32 if mode == 'F' else np.uint8)
    return OpenImage(name, size[1], size[0], bands, dtype, ImageInfo(notes=notes), strips)


def pnm_is_deep(source: Union[Path, bytes]) -> bool:
    """Whether the largest value, the fourth word of the header but for comments, is above 255."""
    begin = source[:2000] if isinstance(source, bytes) else open(source, 'rb').read(2000)
    words = b' '.join(line.split(b'#')[0] for line in begin.split(b'\n')).split(None, 4)
    return len(words) > 3 and words[3].isdigit() and int(words[3]) > 255
