"""Pictures to compare by eye."""

from typing import List

import numpy as np

from ..errors import InputError


def side_by_side(pictures: List[np.ndarray]) -> np.ndarray:
    """RGB, 8 bits, with a white line between.

    Raises:
        InputError: if they are of different sizes.
    """
    pictures = [to_rgb(picture) for picture in pictures]
    if len({picture.shape for picture in pictures}) > 1:
        raise InputError('the original is of another size than the image: leave --original out, or name the right one')
    line = np.full((pictures[0].shape[0], 4, 3), 255, np.uint8)
    return np.concatenate([part for picture in pictures for part in (line, picture)][1:], 1)


def to_rgb(picture: np.ndarray) -> np.ndarray:
    if picture.dtype == np.uint16:
        picture = picture >> 8
    elif picture.dtype != np.uint8:
        picture = np.rint(np.nan_to_num(picture).clip(0, 1) * 255)
    picture = picture.astype(np.uint8)
    if picture.ndim == 2:
        return np.repeat(picture[..., None], 3, -1)
    if picture.shape[2] in (2, 4):
        picture = np.where(picture[..., -1:] > 0, picture[..., :-1], 0)
        return picture if picture.shape[2] == 3 else np.repeat(picture, 3, -1)
    return picture
