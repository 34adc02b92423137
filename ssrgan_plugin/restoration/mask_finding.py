"""Which pixels of a damaged image are lost, where nobody says so."""

from typing import Optional

import cv2
import numpy as np

from ..errors import InputError
from .values import Fill, fill_colour, top_of

CURE = 'give a mask, or name the --fill that lost pixels have'


def find_corrupted(image: np.ndarray, fill: Optional[Fill] = None) -> np.ndarray:
    """Finds lost pixels: NaN ones; else fully transparent ones, unless a fill is named; else those of the fill colour.

    Args:
        image: (H, W) or (H, W, C), C 1 to 4; with 2 or 4 channels the last is alpha.
        fill: ``'black'`` (default), ``'white'``, or a colour, one value or one a channel, in the image's own range.

    Returns:
        (H, W) bool, True = lost.

    Raises:
        InputError: if none or all are lost, or if they lie together as no random loss would: then they are probably
            part of the picture.
    """
    pixels = image.reshape(*image.shape[:2], -1)
    if np.issubdtype(image.dtype, np.floating) and np.isnan(pixels).any():
        return checked(np.isnan(pixels).any(-1))
    if pixels.shape[-1] in (2, 4):
        transparent = pixels[..., -1] == 0
        if fill is None and transparent.any():
            return scattered(transparent, 'transparent pixels')
        pixels = pixels[..., :-1]
    colour = fill_colour(fill, image.dtype, pixels.shape[-1])
    lost = (pixels == colour).all(-1)
    if fill is None:
        refuse_smeared(pixels, lost)
    return scattered(lost, 'pixels of the fill colour')


def refuse_smeared(pixels: np.ndarray, lost: np.ndarray) -> None:
    """Raises :class:`InputError` if the black pixels look like what lossy compression has left of many more.

    It makes lost pixels nearly black, beside bright ones; in a photograph's shadows the neighbours are dark too. The
    bounds tell 35 photographs at 1 to 95 % as PNG (none refused) from the same as JPEG and WebP (nine tenths refused
    from 30 % on).
    """
    brightest = pixels.max(-1)
    top = top_of(pixels.dtype)
    nearly = (brightest <= top / 32) & ~lost
    beside_bright = nearly & (cv2.dilate(brightest.astype(np.float32), np.ones((3, 3))) > top / 4)
    if (
        beside_bright.sum() > max(lost.sum() / 20, lost.size / 200)
        or lost.mean() < 0.01
        and nearly.sum() > 10 * lost.sum() > 0
    ):
        raise InputError(
            f'{lost.sum():,} pixels are black and {nearly.sum():,} nearly, as after lossy compression or '
            f'in shadows: {CURE}'
        )


def checked(lost: np.ndarray) -> np.ndarray:
    if not lost.any():
        raise InputError(f'no lost pixel found: {CURE}')
    if lost.all():
        raise InputError('every pixel is lost: nothing is left to restore the image from')
    return lost


def scattered(lost: np.ndarray, what: str) -> np.ndarray:
    block = largest_random_block(checked(lost))
    if block < min(lost.shape) and solid(lost, block).any():
        raise InputError(
            f'the {what} ({lost.sum():,}, {lost.mean():.1%}) lie in blocks of {block}×{block} and more, '
            f'as pixels lost at random would not: {CURE}'
        )
    return lost


def largest_random_block(lost: np.ndarray, chance: float = 1e-4) -> int:
    """The side that an all-lost square would have by chance less often than ``chance`` in this image.

    The level is the median of tiles, so that a dark area does not pass for a high level of corruption.
    """
    height, width = lost.shape
    tiles = [lost[y : y + 16, x : x + 16].mean() for y in range(0, height, 16) for x in range(0, width, 16)]
    ratio = float(np.clip(np.median(tiles), 1e-3, 0.999))
    return max(2, int(np.ceil(np.sqrt(np.log(chance / lost.size) / np.log(ratio)))))


def solid(lost: np.ndarray, side: int) -> np.ndarray:
    """Where all-lost squares of that side lie."""
    return cv2.erode(lost.astype(np.uint8), np.ones((side, side)), borderType=cv2.BORDER_CONSTANT, borderValue=0)
