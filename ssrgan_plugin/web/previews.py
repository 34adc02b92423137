"""Pictures as a browser can show them: 8 bits, upright, no larger than a screen."""

from pathlib import Path
from typing import Optional, Tuple

import numpy as np
from PIL import Image

from ..restoration.image_files import STRIP, ImageFile
from ..restoration.image_info import upright
from ..restoration.lost_pixels import LostPixels
from ..restoration.opened import OpenImage
from ..restoration.side_by_side import range_of, to_rgb

SIDE = 1600
LOST = (214, 40, 96)


class Preview:
    """A picture made small: every ``step``-th pixel of it, then averaged to ``SIDE``.

    Args:
        image: The picture.
        limits: What is shown as black and as white. Default: its own range; 8 bits as they are.
    """

    def __init__(self, image: OpenImage, limits: Optional[Tuple[float, float]] = None):
        self.step = max(1, -(-max(image.height, image.width) // (2 * SIDE)))
        self.orientation = image.info.orientation
        rows, y = [], 0
        for strip in image.strips(STRIP):
            rows.append(strip[-y % self.step :: self.step, :: self.step].copy())
            y += len(strip)
        small = ImageFile(np.concatenate(rows), image.info)
        self.limits = limits or range_of(small)
        self.pixels = to_rgb(small, self.limits)

    def save(self, path: Path) -> Path:
        save(self.pixels, path)
        return path

    def save_marked(self, lost: LostPixels, path: Path) -> Path:
        """The picture in grey, and lost pixels in colour."""
        marked = lost.array()[:: self.step, :: self.step]
        marked = upright(marked if marked.ndim == 2 else marked.any(-1), self.orientation)
        grey = np.asarray(Image.fromarray(self.pixels).convert('L'), np.uint16)[..., None]
        save(np.where(marked[..., None], LOST, 48 + 3 * grey // 5).astype(np.uint8), path)
        return path


def save(pixels: np.ndarray, path: Path) -> None:
    picture = Image.fromarray(pixels)
    picture.thumbnail((SIDE, SIDE))
    small = picture.width * picture.height <= 2**19  # without loss: there a viewer looks at single pixels
    picture.save(path, 'WEBP', quality=90, lossless=small, method=2)
