"""BMP and PNM, which libvips leaves out, by Pillow."""

import io
from pathlib import Path
from typing import Iterator, Union

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
    if mode not in MODES or kind == 'PNM' and mode == 'RGB' and pnm_is_deep(source):
        raise InputError(f'{name} has more than 8 bits a channel, which are not read from {kind}: save it as PNG')
    notes = {'1': ('its 1 bit a pixel became 8',), 'P': ('its palette became colours of 8 bits',)}.get(mode, ())
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
    return OpenImage(name, height, width, bands, dtype, ImageInfo(notes=notes), strips)


def pnm_is_deep(source: Union[Path, bytes]) -> bool:
    """Whether the largest value, the fourth word of the header but for comments, is above 255."""
    with io.BytesIO(source) if isinstance(source, bytes) else open(source, 'rb') as file:
        begin = file.read(2000)
    words = b' '.join(line.split(b'#')[0] for line in begin.split(b'\n')).split(None, 4)
    return len(words) > 3 and words[3].isdigit() and int(words[3]) > 255
