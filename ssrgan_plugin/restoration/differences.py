"""NMSE, PSNR and SSIM of pictures of any size: they are read in strips, twice."""

from dataclasses import replace
from typing import Iterator, Tuple

import numpy as np

from ..errors import InputError
from . import image_files
from .image_files import ImageFile
from .opened import OpenImage
from .plausibility import SCANNED, colour_bands
from .similarity import REACH, ssim
from .tiling import with_margins
from .values import array_source, top_of

AT_ONCE = 2**20  # values


def errors(restored: OpenImage, original: OpenImage, name: str) -> Tuple[float, float, float]:
    """NMSE, PSNR and SSIM; NaN where one is not defined: NMSE of a black original, SSIM below 11 pixels.

    Transparency does not count; the pictures are compared as viewers show them.

    Raises:
        InputError: if the two cannot be compared, or one of them is NaN or infinite somewhere.
    """
    (shape, dtype), (true_shape, true_dtype) = (
        (seen_shape(image), np.dtype(image.dtype)) for image in (restored, original)
    )
    if (shape, dtype) != (true_shape, true_dtype):
        raise InputError(f'{name}: {shape} {dtype}, its original {true_shape} {true_dtype}: both must agree')
    if restored.info.orientation != original.info.orientation:  # else they are turned alike, and no error depends on it
        restored, original = turned(restored), turned(original)
    error = power = 0.0
    least, most = np.inf, -np.inf
    for found, truth in zip(colours(restored, SCANNED), colours(original, SCANNED)):
        for pixels, what in ((found, 'restored'), (truth, 'original')):
            if dtype.kind == 'f' and not np.isfinite(pixels).all():
                raise InputError(f'{name}: the {what} image is NaN or infinite somewhere: there is no error to be told')
        least, most = min(least, float(truth.min())), max(most, float(truth.max()))
        exact = truth.astype(np.float64)
        power += float((exact**2).sum())
        error += float(((found - exact) ** 2).sum())
    top = top_of(dtype)
    if dtype.kind != 'u' and (least < 0 or most > top):
        top = most - least or abs(most)  # of one value throughout, that
    with np.errstate(divide='ignore', invalid='ignore'):
        psnr = float(10 * np.log10(top**2 / (np.float64(error) / np.prod(shape, dtype=np.float64))))
    return error / power if power else float('nan'), psnr, similarity(restored, original, top)


def similarity(restored: OpenImage, original: OpenImage, top: float) -> float:
    height, width = original.height, original.width
    if min(height, width) < 2 * REACH + 1:
        return float('nan')
    side = max(1, AT_ONCE // (width * colour_bands(original)))
    total, counted = 0.0, height - 2 * REACH  # rows; a window is within the picture
    pairs = (with_margins(colours(image, SCANNED), side, REACH) for image in (restored, original))
    for (y, above, found), (_, _, truth) in zip(*pairs):
        begin, end = max(y, REACH), min(y + side, height - REACH)
        if begin < end:
            rows = np.s_[begin - REACH - y + above : end + REACH - y + above]
            total += ssim(truth[rows], found[rows], top) * (end - begin)
    return total / counted


def colours(image: OpenImage, rows: int) -> Iterator[np.ndarray]:
    return (strip[..., : colour_bands(image)] for strip in image.strips(rows))


def seen_shape(image: OpenImage) -> Tuple[int, int, int]:
    height, width = image.height, image.width
    return (height, width, colour_bands(image)) if image.info.orientation < 5 else (width, height, colour_bands(image))


def turned(image: OpenImage) -> OpenImage:
    """Upright, in memory."""
    pixels = ImageFile(image_files.read(image).pixels.reshape(image.shape), image.info).upright()
    return array_source(pixels, replace(image.info, exif=None))
