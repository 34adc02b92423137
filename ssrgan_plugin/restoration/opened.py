"""An image file of which the header is read."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator, Union

import numpy as np

from ..errors import InputError
from .image_info import ImageInfo

Source = Union[Path, bytes]
# Refuses an image of this width and height, that is decoded whole or not.
SizeCheck = Callable[[int, int, bool], None]


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


def damaged(name: str, error: Exception) -> InputError:
    if isinstance(error, InputError):
        return error
    if isinstance(error, MemoryError):
        return InputError(f'{name} needs more memory than there is: use a machine with more, or cut it up')
    lines = [line.strip() for line in str(error).splitlines()]
    lines = [line for line in lines if line and not line.startswith('unable to')]
    reason = lines[-1] if lines else 'it cannot be decoded'
    compression = re.search(
        r'(\w+) compression support is not configured|(ompression scheme \d+) .* not implemented', reason
    )
    if compression:
        way = compression[1] or f'c{compression[2]}'
        return InputError(
            f'{name} is compressed in a way that is not read ({way}): save it uncompressed, or as deflate'
        )
    return InputError(f'{name} is damaged, or not what it says it is ({reason}): get it again')
