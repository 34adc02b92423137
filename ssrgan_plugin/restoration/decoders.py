"""Opening image files: the header first, the pixels in strips from top to bottom, by libvips, tifffile or Pillow."""

import io
import logging
import os
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple, Union

import numpy as np
import pyvips
from PIL import Image
from PIL.GifImagePlugin import GifImageFile

from ..errors import InputError
from . import tiff_files
from .chunks import KNOWN, avif_colours, webp_chunks
from .exif import checked, resolution
from .image_info import ImageInfo
from .jpeg_segments import read_segments
from .opened import OpenImage, SizeCheck, Source, damaged
from .pillow_files import open_by_pillow
from .png_chunks import read_chunks

# What the decoders have to say goes into our own sentences, not on stderr beside them.
for library in ('pyvips', 'tifffile', 'PIL'):
    logging.getLogger(library).addHandler(logging.NullHandler())

pyvips.cache_set_max(0)  # no image is read twice alike; kept ones hold memory and files
MAX_PIXELS = 2**30
# Those that can only be decoded as a whole may have fewer pixels by default.
WHOLE_SHARE = 8
DTYPES = dict(
    uchar=np.uint8, char=np.int8, ushort=np.uint16, short=np.int16, uint=np.uint32, int=np.int32, float=np.float32
)
KINDS = 'PNG, JPEG, TIFF, WebP, GIF, AVIF, BMP, PNM'


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
    if begin[4:12] == b'ftypavis':
        raise InputError(f'{name} is an animated AVIF, which holds several images: save each as a file of its own')
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
            region = pyvips.Region.new(image)  # keeps what it has read, where crop after crop would begin anew
            dtype = DTYPES[image.format]
            for y in range(0, image.height, rows):
                height = min(rows, image.height - y)
                pixels = np.frombuffer(region.fetch(0, y, image.width, height), dtype)
                yield pixels.reshape(height, image.width, image.bands)
        except pyvips.Error as error:
            raise damaged(name, error) from error

    return strips


def field(image: pyvips.Image, name: str) -> Any:
    return image.get(name) if image.get_typeof(name) else None


def open_by_vips(source: Source, name: str, kind: str, check_size: SizeCheck) -> OpenImage:
    image = vips_image(source, kind)
    interlaced = bool(field(image, 'interlaced'))
    check_size(image.width, image.height, kind not in ('PNG', 'JPEG') or interlaced)
    pages = field(image, 'n-pages') or 1
    if kind == 'PNG':
        found, notes, pages = read_chunks(source)
    else:
        found, notes = with_pixels(image, source, kind)
    if pages > 1:
        raise InputError(f'{name} holds {pages} images: save each as a file of its own')
    bits = field(image, 'bits-per-sample') or 8
    if field(image, 'palette'):
        notes.insert(0, 'its palette became colours of 8 bits')
    elif bits < 8:
        notes.insert(0, f'its {bits} bit{"s" * (bits > 1)} a pixel became 8')
    elif bits not in (8, 16):
        notes.insert(0, f'its {bits} bits a channel became 16')
    info = ImageInfo(
        colours={'b-w': 'grey', 'grey16': 'grey', 'cmyk': 'cmyk'}.get(image.interpretation, 'rgb'),
        alpha=bool(image.hasalpha()),
        **found,
        notes=tuple(notes),
    )
    dtype = np.dtype(DTYPES[image.format])
    return OpenImage(name, image.height, image.width, image.bands, dtype, info, vips_strips(name, source, kind))


def with_pixels(image: pyvips.Image, source: Source, kind: str) -> Tuple[Dict[str, Any], List[str]]:
    """What comes with them, but of a PNG: fields of :class:`ImageInfo`; and what is left out."""
    if kind == 'JPEG':
        found, notes = read_segments(source)
        return dict(found, lossy=True), notes
    content, preview = checked(field(image, 'exif-data'), upright=kind == 'HEIF')  # which comes upright
    found = dict(exif=content, profile=field(image, 'icc-profile-data'), xmp=field(image, 'xmp-data'))
    found['resolution'] = resolution(content)
    notes = ['its preview is left out'] if preview else []
    if kind == 'WEBP':
        names = webp_chunks(source)
        others = [name.decode('ascii', 'backslashreplace') for name in dict.fromkeys(names) if name not in KNOWN]
        if others:
            notes.append(f'its WebP chunks {", ".join(others)} are left out')
        found['lossy'] = b'VP8 ' in names
    elif kind == 'HEIF':
        colours = avif_colours(source)
        found.update(lossy=True, chunks=(colours,) if colours else ())
    elif kind == 'GIF':
        remarks = texts(source, GifImageFile)
        found['xmp'] = remarks.get('xmp')
        if remarks.get('comment'):
            notes.append('its comment is left out')
    return found, notes


def texts(source: Source, reader: Callable[[Any], Image.Image]) -> Dict[Any, Any]:
    """What Pillow reads in a file's header; nothing if it does not like it."""
    try:
        with reader(io.BytesIO(source) if isinstance(source, bytes) else source) as image:
            return dict(image.info)
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, struct.error):
        return {}


def open_tiff(source: Source, name: str, check_size: SizeCheck) -> OpenImage:
    header = tiff_files.read_header(source, name)
    check_size(header.width, header.height, not header.by_vips)
    if header.by_vips:
        strips = vips_strips(name, source, 'TIFF')
        image = vips_image(source, 'TIFF')
        if header.palette and image.bands == 1:  # of greys alone
            header = replace(header, bands=1, info=replace(header.info, colours='grey'))
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
