"""Values that say that a pixel is missing: no numbers, and those that the file or the user names."""

from typing import Callable, Optional

import numpy as np

from .lost_pixels import LostPixels
from .opened import OpenImage
from .plausibility import SCANNED, colour_bands
from .values import fill_colours

# From here on few digits of a value may be written: -3.40282e+38 for the least of single precision.
HUGE = 1e30


def named_by_file(source: OpenImage) -> Optional[np.ndarray]:
    """(1,): the value that a TIFF names as missing, if its pixels can have it."""
    try:
        value = float(source.info.nodata or '')
    except ValueError:
        return None
    if np.issubdtype(source.dtype, np.integer):
        limits = np.iinfo(source.dtype)
        if not (limits.min <= value <= limits.max and value == np.rint(value)):
            return None
    with np.errstate(over='ignore'):
        return np.array([value]).astype(source.dtype)


def select(source: OpenImage, look: Callable[[np.ndarray], np.ndarray]) -> LostPixels:
    """Which pixels look so, strip by strip."""
    return LostPixels.of_strips(source.height, source.width, (look(strip) for strip in source.strips(SCANNED)))


def equal(strip: np.ndarray, colour: Optional[np.ndarray], source: OpenImage) -> np.ndarray:
    """(H, W): whether all colours have that value; None is no number."""
    colours = strip[..., : colour_bands(source)]
    if colour is None or np.isnan(colour).all():
        return np.isnan(colours).all(-1)
    if np.issubdtype(source.dtype, np.floating) and np.abs(colour).max() > HUGE:
        return np.isclose(colours, colour, rtol=1e-5, atol=0).all(-1)
    return (colours == colour).all(-1)


def not_finite(strip: np.ndarray) -> np.ndarray:
    return ~np.isfinite(strip).all(-1)


def missing_besides(source: OpenImage, lost: LostPixels, nodata: Optional[float] = None) -> Optional[LostPixels]:
    """Pixels that are missing too, but not to be restored, such as the sea around an elevation model; None if none.

    Taken as known, they would pull their neighbours towards a value that is none.
    """
    floating = np.issubdtype(source.dtype, np.floating)
    named = None if nodata is None else fill_colours([float(nodata)], source.dtype, colour_bands(source))[0]
    values = [value for value in (named_by_file(source), named) if value is not None]
    if not floating and not values:
        return None

    def look(strip: np.ndarray) -> np.ndarray:
        looks = [equal(strip, value, source) for value in values]
        return np.any([*looks, not_finite(strip)] if floating else looks, axis=0)

    missing = select(source, look) - lost
    return missing if missing.count else None
