"""BMP and PNM, which libvips leaves out, by Pillow."""

import io
import struct
from typing import Any, BinaryIO, Dict, Iterator, Optional

import numpy as np
from PIL import Image

from ..errors import InputError
from .image_info import ImageInfo
from .opened import OpenImage, SizeCheck, Source, damaged

# Pillow's modes, and what they are read as.
MODES = {'1': 'L', 'L': 'L', 'P': 'RGB', 'RGB': 'RGB', 'RGBA': 'RGBA', 'F': 'F'}


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
    if mode not in MODES or kind == 'PNM' and mode == 'RGB' and pnm_is_deep(source):
        raise InputError(f'{name} has more than 8 bits a channel, which are not read from {kind}: save it as PNG')
    notes = {'1': ['its 1 bit a pixel became 8'], 'P': ['its palette became colours of 8 bits']}.get(mode, [])
    found: Dict[str, Any] = dict(resolution=tuple(side / 25.4 for side in dots) if dots and all(dots) else None)
    if kind == 'BMP':
        found['profile'] = bmp_profile(source)
    elif pnm_has_comment(source):
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


def pnm_is_deep(source: Source) -> bool:
    """Whether the largest value, the fourth word of the header but for comments, is above 255."""
    words = b' '.join(line.split(b'#')[0] for line in beginning(source).split(b'\n')).split(None, 4)
    return len(words) > 3 and words[3].isdigit() and int(words[3]) > 255


def pnm_has_comment(source: Source) -> bool:
    """Whether there is one among the words of the header, three of a bitmap, four of others."""
    words, needed = 0, 3 if beginning(source)[1:2] in b'14' else 4
    for line in beginning(source).split(b'\n'):
        text, mark, _ = line.partition(b'#')
        words += len(text.split())
        if words >= needed:
            return False
        if mark:
            return True
    return False


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


def beginning(source: Source) -> bytes:
    with opened(source) as file:
        return file.read(2000)
