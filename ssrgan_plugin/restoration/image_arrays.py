"""What an image and a mask in memory must be."""

from typing import Tuple

import numpy as np

from ..errors import InputError
from .values import top_of


def check_image(image: np.ndarray) -> Tuple[np.ndarray, float]:
    """(H, W, C), and the value of white."""
    if (
        not isinstance(image, np.ndarray)
        or image.ndim not in (2, 3)
        or (image.ndim == 3 and image.shape[2] not in (1, 2, 3, 4))
    ):
        raise InputError(
            f'an image is a NumPy array of (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), not '
            f'{getattr(image, "shape", type(image).__name__)}'
        )
    if 0 in image.shape:
        raise InputError(f'the image has no pixels: its shape is {image.shape}')
    if image.dtype.newbyteorder('=') not in (np.uint8, np.uint16) and not np.issubdtype(image.dtype, np.floating):
        raise InputError(f'images of type {image.dtype} cannot be restored: convert it to uint8, uint16 or float')
    return image.reshape(*image.shape[:2], -1), top_of(image.dtype)


def check_mask(mask: np.ndarray, shape: Tuple[int, ...]) -> np.ndarray:
    mask = np.asarray(mask)
    if mask.shape not in (shape[:2], (*shape[:2], 1)):
        raise InputError(
            f'the mask is {mask.shape}, the image {shape}: both need the same height and width, and the '
            'mask one channel'
        )
    lost = mask.reshape(shape[:2]) != 0
    if lost.all():
        raise InputError('every pixel is lost: nothing is left to restore the image from')
    return lost
