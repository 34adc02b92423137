"""An image on the standard output: as a PNG, or a TIFF if no PNG can hold it and all that comes with it."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Iterable, List, Tuple

import numpy as np

from ..errors import InputError
from . import image_files
from .opened import OpenImage


def format_for(image: OpenImage) -> Tuple[Path, List[str]]:
    """A file's name of that format; and what to tell, if it is no PNG."""
    png = Path('image.png')
    try:
        image_files.check_holds(png, image.bands, image.dtype, image.info)
        left = image_files.left_behind(png, image.info)
    except InputError:
        left = [f'{image.bands} band{"s" * (image.bands > 1)} of {image.dtype}']
    return (png.with_suffix('.tif'), [f'a TIFF, for no PNG can hold {", ".join(left)}']) if left else (png, [])


def write(name: Path, strips: Iterable[np.ndarray], image: OpenImage) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        image_files.write_strips(path, strips, image.shape, image.dtype, image.info)
        with open(path, 'rb') as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()
