"""Image files in and out, in their own type, with everything that comes with them."""

import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable, Iterator, List, Optional, Tuple, Union

import numpy as np

from ..errors import InputError
from .decoders import open_image
from .encoders import SUFFIXES, check_format, check_holds, left_behind, write_strips
from .image_info import ImageInfo, upright
from .opened import OpenImage

__all__ = [
    'READABLE',
    'STANDARD',
    'SUFFIXES',
    'ImageFile',
    'OpenImage',
    'check_format',
    'check_holds',
    'find',
    'left_behind',
    'open_file',
    'read',
    'write',
    'write_strips',
]

# What a folder is searched for; what a file is, its content tells.
READABLE = (*SUFFIXES, '.gif', '.avif', '.ppm', '.pgm', '.pbm', '.pnm')
STANDARD = Path('-')
STRIP = 512  # rows


@dataclass(frozen=True)
class ImageFile:
    """Pixels as stored, not yet turned as EXIF may ask: (H, W), or (H, W, bands); and what comes with them."""

    pixels: np.ndarray
    info: ImageInfo = field(default_factory=ImageInfo)

    def upright(self) -> np.ndarray:
        """The pixels as viewers show them."""
        return upright(self.pixels, self.info.orientation)


def open_file(path: Path, max_pixels: Optional[int] = None) -> OpenImage:
    """Reads an image file's header; ``-`` is the standard input.

    Args:
        path: File.
        max_pixels: More are refused. Default: see :func:`ssrgan_plugin.restoration.decoders.open_image`.

    Raises:
        InputError: naming the file that is missing, damaged, too large, no image or several.
    """
    if path == STANDARD:
        return open_image(sys.stdin.buffer.read(), 'standard input', max_pixels)
    name = str(path)
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f'{name} is a folder, not an image: name a file in it')
        if not stat.S_ISREG(mode):
            raise InputError(f'{name} is no file but a pipe or a device: give its content by -, the standard input')
        if os.stat(path).st_size == 0:
            raise InputError(f'{name} is empty, no image: get it again')
        return open_image(path, name, max_pixels)
    except OSError as error:
        if os.path.islink(path) and not os.path.exists(path):
            raise InputError(f'{name} is a link to nothing: check where it points') from error
        raise InputError(f'{name}: {error.strerror}: check the path') from error


def read(source: Union[Path, OpenImage], max_pixels: Optional[int] = None) -> ImageFile:
    """Reads an image file as a whole.

    Raises:
        InputError: as :func:`open_file`.
    """
    image = source if isinstance(source, OpenImage) else open_file(source, max_pixels)
    pixels = np.empty(image.shape, image.dtype)
    y = 0
    for strip in image.strips(STRIP):
        pixels[y : y + len(strip)] = strip
        y += len(strip)
    return ImageFile(pixels[..., 0] if image.bands == 1 else pixels, image.info)


def write(path: Path, image: ImageFile, overwrite: bool = True) -> None:
    """Writes an image file, whole or not at all; the suffix names the format.

    Raises:
        InputError: if the format cannot hold the image.
    """
    pixels = image.pixels if image.pixels.ndim == 3 else image.pixels[..., None]
    strips = (pixels[y : y + STRIP] for y in range(0, len(pixels), STRIP))
    write_strips(path, strips, pixels.shape, pixels.dtype, image.info, overwrite)


def find(folder: Path) -> Tuple[List[Path], List[Path]]:
    """All image files below a folder, and all other files, sorted; hidden ones, such as macOS' ``._*``, are neither."""
    images: List[Path] = []
    others: List[Path] = []
    for path in walk(folder):
        (images if path.suffix.lower() in READABLE else others).append(path)
    return sorted(images), sorted(others)


def walk(folder: Path) -> Iterable[Path]:
    def entries(place: Path) -> Iterator[Path]:
        for entry in sorted(place.iterdir()):
            if not entry.name.startswith('.'):
                if entry.is_dir():
                    if not entry.is_symlink():
                        yield from entries(entry)
                else:
                    yield entry

    return entries(folder)
