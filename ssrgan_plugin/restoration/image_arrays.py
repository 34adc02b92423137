"""What an image and a mask in memory must be."""

from typing import Tuple, Union

import numpy as np
from PIL import Image

from ..errors import InputError


def check_image(image: np.ndarray) -> np.ndarray:
    """(H, W, bands), in the machine's byte order."""
    if not isinstance(image, np.ndarray) or image.ndim not in (2, 3):
        raise InputError(
            'an image is a path, a PIL image, or a NumPy array of (H, W) or (H, W, bands), not '
            f'{getattr(image, "shape", type(image).__name__)}'
        )
    if 0 in image.shape:
        raise InputError(f'the image has no pixels: its shape is {image.shape}')
    if image.dtype.kind not in 'uif' or image.dtype.itemsize > 8:
        raise InputError(f'images of type {image.dtype} cannot be restored: convert it to integers or floats')
    return image.reshape(*image.shape[:2], -1)


def check_mask(mask: Union[np.ndarray, Image.Image], shape: Tuple[int, ...], colours: int) -> np.ndarray:
    """(H, W) bool, or (H, W, channels) of as many as the image has bands, or colours.

    Args:
        mask: As somebody has it: not 0, or not black, is lost.
        shape: Of the image.
        colours: Bands without transparency.

    Raises:
        InputError: if it fits no such image.
    """
    if isinstance(mask, Image.Image):
        if mask.mode not in ('1', 'L', 'P', 'RGB'):
            raise InputError(f"a mask of PIL's mode {mask.mode} can be read in several ways: convert it to L")
        mask = mask.convert('L') if mask.mode == 'P' else mask
    mask = np.asarray(mask)
    bands = shape[2] if len(shape) == 3 else 1
    if mask.dtype.kind not in 'buif' or np.isnan(mask).any():
        raise InputError(
            'a mask is a NumPy array of (H, W) or (H, W, bands), 0 where a pixel is known, and a number anywhere else'
        )
    if mask.shape not in (shape[:2], *((*shape[:2], channels) for channels in (1, colours, bands))):
        turned = mask.shape[:2] == shape[1::-1] != shape[:2]
        raise InputError(
            f'the mask is {mask.shape}, the image {shape}: '
            + (
                'they lie the other way round: turn the mask'
                if turned
                else f'both need the same height and width, and the mask one channel or {colours}'
            )
        )
    lost = mask != 0
    if lost.all():
        raise InputError('every pixel is lost: nothing is left to restore the image from')
    return lost[..., 0] if lost.ndim == 3 and lost.shape[2] == 1 else lost
