"""Values that say that a pixel is missing: no numbers, and those that the file or the user names."""

from numbers import Real
from typing import Any, Callable, Optional

import numpy as np

from ..errors import InputError
from .lost_pixels import LostPixels
from .opened import OpenImage
from .plausibility import SCANNED, colour_bands
from .values import as_read, exactly, named_value, top_of

# From here on few digits of a value may be written: -3.40282e+38 for the least of single precision.
HUGE = 1e30


def named_by_file(source: OpenImage) -> Optional[np.ndarray]:
    """(1,) or (colours,): the value that a TIFF names as missing, if its pixels can have it."""
    value = named_value(source.info.nodata, source.dtype)
    return None if value is None else as_read(value, source)


def named_by_user(source: OpenImage, nodata: Any) -> np.ndarray:
    """(1,) or (colours,).

    Raises:
        InputError: if it is no number, or none of the image's values.
    """
    if not isinstance(nodata, Real):
        raise InputError(f'nodata is one number, the value of missing pixels, not {nodata!r}')
    return as_read(exactly(np.array([nodata]), source.dtype, 'nodata'), source)


def select(source: OpenImage, look: Callable[[np.ndarray], np.ndarray]) -> LostPixels:
    """Which pixels, or values, look so, strip by strip."""
    looks = (look(strip) for strip in source.strips(SCANNED))
    return LostPixels.of_strips(source.height, source.width, looks).simplest()


def equal(strip: np.ndarray, colour: Optional[np.ndarray], source: OpenImage) -> np.ndarray:
    """(H, W): whether all colours have that value; None is no number."""
    return each_equal(strip[..., : colour_bands(source)], colour).all(-1)


def each_equal(values: np.ndarray, value: Optional[np.ndarray]) -> np.ndarray:
    if value is None or np.isnan(value).all():
        return np.isnan(values)
    if np.issubdtype(values.dtype, np.floating) and np.abs(value).max() > HUGE:
        return np.isclose(values, value, rtol=1e-5, atol=0)
    return values == value


def not_finite(strip: np.ndarray) -> np.ndarray:
    """(H, W, bands)."""
    return ~np.isfinite(strip)


def is_missing(strip: np.ndarray, value: Optional[np.ndarray], source: OpenImage) -> np.ndarray:
    """(H, W, colours): which have a value that means missing.

    0 and 255 are ordinary in one channel of a colour, and mean it in all; -9999 does in one, and in an instrument's
    bands, each by itself, any value.
    """
    missing = each_equal(strip[..., : colour_bands(source)], value)
    of_colour = source.info.kind(source.bands) in ('rgb', 'cmyk')
    if of_colour and value is not None and 0 <= value.min() <= value.max() <= top_of(source.dtype):
        missing &= missing.all(-1, keepdims=True)
    return missing


def missing_besides(source: OpenImage, lost: LostPixels, nodata: Optional[float] = None) -> Optional[LostPixels]:
    """What is missing too, but not to be restored, such as the sea around an elevation model; None if nothing is.

    Taken as known, they would pull their neighbours towards a value that is none.
    """
    floating = np.issubdtype(source.dtype, np.floating)
    named = None if nodata is None else named_by_user(source, nodata)
    values = [value for value in (named_by_file(source), named) if value is not None]
    if not floating and not values:
        return None
    colours = colour_bands(source)

    def look(strip: np.ndarray) -> np.ndarray:
        looks = not_finite(strip) if floating else np.zeros(strip.shape, bool)
        for value in values:
            looks[..., :colours] |= is_missing(strip, value, source)
        if colours < source.bands:  # transparency
            looks[..., colours:] |= looks[..., :colours].all(-1, keepdims=True)
        return looks

    others = (select(source, look) - lost).simplest()
    return others if others.count else None
