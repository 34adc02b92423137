"""BMP and PNM, which libvips leaves out, by Pillow."""

import io
import re
import struct
from typing import Any, BinaryIO, Dict, Iterator, List, NamedTuple, Optional

import numpy as np
from PIL import Image

from ..errors import InputError
from .image_info import ImageInfo
from .opened import OpenImage, SizeCheck, Source, damaged

# Pillow's modes, and what they are read as.
MODES = {'1': 'L', 'L': 'L', 'P': 'RGB', 'RGB': 'RGB', 'RGBA': 'RGBA', 'F': 'F'}

# Of a PNM: a bitmap's width and height, others' largest value too, with comments before any; then one white space.
NUMBER = rb'(?:\s|#[^\r\n]*[\r\n])+(\d+)'
HEADER = re.compile(rb'(?:P[14]' + 2 * NUMBER + rb'|P[2356]' + 3 * NUMBER + rb')\s')


def open_by_pillow(source: Source, name: str, kind: str, check_size: SizeCheck) -> OpenImage:
    """Reads the header; there is no metadata but the resolution."""

    def load() -> Image.Image:
        file = io.BytesIO(source) if isinstance(source, bytes) else source
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # ours is checked next
        try:
            return Image.open(file, formats=['BMP' if kind == 'BMP' else 'PPM'])
        finally:
            Image.MAX_IMAGE_PIXELS = limit

    with load() as image:
        check_size(*image.size, True)
        mode, (width, height) = image.mode, image.size
        dots = image.info.get('dpi') if kind == 'BMP' else None
    pnm = read_pnm(source, name) if kind == 'PNM' else None
    if pnm and pnm.images > 1:
        raise InputError(f'{name} holds {pnm.images} images: save each as a file of its own')
    if mode not in MODES or pnm and pnm.most and pnm.most > 255:
        raise InputError(f'{name} has more than 8 bits a channel, which are not read from {kind}: save it as PNG')
    notes = {'1': ['its 1 bit a pixel became 8'], 'P': ['its palette became colours of 8 bits']}.get(mode, [])
    found: Dict[str, Any] = dict(resolution=tuple(side / 25.4 for side in dots) if dots and all(dots) else None)
    if kind == 'BMP':
        found['profile'] = bmp_profile(source)
    if pnm and pnm.most and pnm.most < 255:
        notes.append(f'its values up to {pnm.most} became values up to 255')
    if pnm and pnm.comment:
        notes.append('its comment is left out')
    bands = len(Image.new(MODES[mode], (1, 1)).getbands())

    def strips(rows: int) -> Iterator[np.ndarray]:
        try:
            with load() as image:
                pixels = np.asarray(image.convert(MODES[mode]))
        except Exception as error:
            raise damaged(name, error) from error
        for y in range(0, height, rows):
            yield pixels[y : y + rows].reshape(-1, width, bands)

    dtype = np.dtype(np.float32 if mode == 'F' else np.uint8)
    return OpenImage(name, height, width, bands, dtype, ImageInfo(**found, notes=tuple(notes)), strips)


class Pnm(NamedTuple):
    """The largest value, but of a bitmap; whether the header has a comment; and the number of images."""

    most: Optional[int]
    comment: bool
    images: int


def read_pnm(source: Source, name: str) -> Pnm:
    """Reads the headers alone."""
    headers: List[re.Match] = []
    begin = 0
    with opened(source) as file:
        while header := HEADER.match(file.read(2**12)):
            headers.append(header)
            kind, (width, height, *most) = header[0][1:2], numbers(header)
            if kind in b'123':  # in digits: there is one
                break
            bits = 1 if kind == b'4' else (3 if kind == b'6' else 1) * (16 if most[0] > 255 else 8)
            begin += header.end() + height * ((width * bits + 7) // 8)
            file.seek(begin)
    if not headers:
        raise InputError(f'{name} has a header that is not understood: save it as PNG')
    most = numbers(headers[0])[2:]
    return Pnm(most[0] if most else None, b'#' in headers[0][0], len(headers))


def numbers(header: re.Match) -> List[int]:
    return [int(number) for number in header.groups() if number]


def bmp_profile(source: Source) -> Optional[bytes]:
    """What stands at the end of files with the longest of the headers, and only there."""
    with opened(source) as file:
        header = file.read(14 + 124).ljust(14 + 124, b'\0')
        (length,) = struct.unpack_from('<I', header, 14)
        if length < 124 or header[70:74] != b'DEBM':
            return None
        place, size = struct.unpack_from('<II', header, 14 + 112)
        file.seek(14 + place)
        return file.read(min(size, 2**26)) or None


def opened(source: Source) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else open(source, 'rb')
