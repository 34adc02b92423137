"""What restoring needs of whatever computes it."""

from typing import Optional, Protocol

import numpy as np


class Backend(Protocol):
    """Restores what fits into memory: image and mask in, image out.

    Attributes:
        tile: Side of the tiles, pixels, in which large images suit it.
        margin: How far it looks in any direction, pixels.
        reach: How far from known pixels it restores detail, pixels; None, if it does what it can.
        any_range: Whether it may be shown any range of values as -1 to 1; else only the type's, as in training.
        by_channel: Whether it takes a mask for each channel; else it is told of whole pixels that they are lost.
    """

    tile: int
    margin: int
    reach: Optional[int]
    any_range: bool
    by_channel: bool

    def __call__(self, pixels: np.ndarray, lost: np.ndarray, coarse: bool = False) -> np.ndarray:
        """Restores one tile.

        Args:
            pixels: (H, W, 1 or 3), float32, -1 to 1 or a little beyond; lost pixels may hold anything.
            lost: (H, W) bool; or, if ``by_channel``, of the shape of ``pixels``.
            coarse: Half precision will do. Default: False.

        Returns:
            The same shape; what exceeds -1 to 1 in known pixels comes back as a mean of its known neighbours.
        """
