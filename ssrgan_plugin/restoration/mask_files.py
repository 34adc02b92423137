"""Masks as files: what counts as lost in them."""

from pathlib import Path

import numpy as np

from .image_arrays import check_mask
from .image_files import ImageFile, read


def read_mask(path: Path, damaged: ImageFile) -> np.ndarray:
    """(H, W) bool, True = lost, as the damaged image is stored."""
    file = read(path)
    mask = file.pixels if file.pixels.ndim == 3 else file.pixels[..., None]
    if file.lossy:
        mask = mask > 127
    marked = mask.any(-1)
    if mask.shape[-1] in (2, 4):
        colours, alpha = mask[..., :-1], mask[..., -1]
        # Of one colour throughout: then transparency alone tells.
        painted = (colours != colours[0, 0]).any() or alpha.all()
        marked = (alpha > 0) & colours.any(-1) if painted else alpha > 0
    return check_mask(file._replace(pixels=marked).stored_as(damaged), damaged.pixels.shape)
