"""What numbers in an image mean: the value of white by type, and colours in that range."""

from typing import Optional, Sequence, Union

import numpy as np

from ..corruption import COLOURS
from ..errors import InputError

Fill = Union[str, Sequence[float]]


def top_of(dtype: np.dtype) -> float:
    """The value of white."""
    return float(np.iinfo(dtype).max) if np.issubdtype(dtype, np.integer) else 1.0


def in_range(value, dtype: np.dtype) -> np.ndarray:
    """A value from 0 to 255 in an image's own range."""
    if np.issubdtype(dtype, np.integer):
        return np.rint(np.multiply(value, top_of(dtype) / 255))
    return np.divide(value, 255)


def fill_colour(fill: Optional[Fill], dtype: np.dtype, channels: int) -> np.ndarray:
    """What lost pixels look like, one value or one a channel, in the image's own range.

    Raises:
        InputError: if it is no colour of such an image.
    """
    top = top_of(dtype)
    try:
        colour = np.ravel(in_range(COLOURS[fill or 'black'], dtype) if fill is None or isinstance(fill, str) else fill)
    except KeyError:
        raise InputError(f'unknown fill {fill!r}: choose black, white or a colour') from None
    if colour.size not in (1, channels):
        raise InputError(f'fill colour {fill} has {colour.size} channels, the image {channels}')
    if not ((colour >= 0) & (colour <= top)).all():
        raise InputError(f"fill colour {fill} lies outside the image's range, 0 to {top}")
    return colour if np.issubdtype(dtype, np.integer) else colour.astype(dtype)


def parse_colour(text: Optional[str]) -> Union[str, Sequence[float], None]:
    """A colour such as "255,0,0" as numbers; a name as it is."""
    try:
        return text and [float(value) for value in text.split(',')]
    except ValueError:
        return text
