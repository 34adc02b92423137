"""Pictures to compare by eye."""

from typing import Optional, Sequence, Tuple

import numpy as np

from ..captions import captioned
from ..errors import InputError
from .image_files import ImageFile
from .image_info import upright

MAX_PIXELS = 2**27


def side_by_side(pictures: Sequence[ImageFile], captions: Sequence[str]) -> np.ndarray:
    """RGB, 8 bits, upright, with a white line between and a caption above each.

    Other types than 8 bits are shown by the range of the second picture, the restored one.

    Raises:
        InputError: if they are of different sizes.
    """
    limits = range_of(pictures[1])
    shown = [to_rgb(picture, limits) for picture in pictures]
    if len({picture.shape for picture in shown}) > 1:
        raise InputError('the original is of another size than the image: leave --original out, or name the right one')
    return captioned(shown, captions)


def range_of(picture: ImageFile) -> Optional[Tuple[float, float]]:
    """What is shown as black and as white; none for 8 bits, which are shown as they are."""
    if picture.pixels.dtype == np.uint8:
        return None
    low, high = np.nanquantile(
        colours(picture).astype(np.float64)[:: max(1, len(picture.pixels) // 500)], (0.001, 0.999)
    )
    return low, high if high > low else low + 1


def colours(picture: ImageFile) -> np.ndarray:
    """(H, W, colours)."""
    pixels = picture.pixels if picture.pixels.ndim == 3 else picture.pixels[..., None]
    return pixels[..., :-1] if picture.info.has_alpha(pixels.shape[2]) else pixels


def seen(picture: ImageFile) -> np.ndarray:
    """(H, W, colours), as viewers show them."""
    return upright(colours(picture), picture.info.orientation)


def to_rgb(picture: ImageFile, limits: Optional[Tuple[float, float]]) -> np.ndarray:
    shown = colours(picture)
    if limits:
        shown = np.rint(np.nan_to_num((shown - limits[0]) * (255 / (limits[1] - limits[0]))).clip(0, 255))
    shown = shown.astype(np.uint8)
    if picture.info.kind(shown.shape[2]) == 'cmyk' and shown.shape[2] == 4:
        shown = (255 - shown[..., :3].astype(int)) * (255 - shown[..., 3:].astype(int)) // 255
    shown = shown[..., :3] if shown.shape[2] >= 3 else np.repeat(shown[..., :1], 3, -1)
    bands = picture.pixels.shape[2] if picture.pixels.ndim == 3 else 1
    if picture.info.has_alpha(bands):
        shown = np.where(picture.pixels[..., -1:] > 0, shown, 0)
    return ImageFile(shown.astype(np.uint8), picture.info).upright()
