"""What restoring needs of whatever computes it."""

from typing import Optional, Protocol

import numpy as np


class Backend(Protocol):
    """Restores what fits into memory: image and mask in, image out.

    Attributes:
        tile: Side of the tiles, pixels, in which large images suit it.
        margin: How far it looks in any direction, pixels.
        reach: How far from known pixels it restores detail, pixels, and needs no ``far``; None, if it does what it can.
        any_range: Whether it may be shown any range of values as -1 to 1; else only the type's, as in training.
        by_channel: What it is shown where channels are lost by themselves: ``'union'``, pixels as lost of which
            anything is; ``'apart'``, each channel as a grey picture; ``'together'``, a mask for each.
    """

    tile: int
    margin: int
    reach: Optional[int]
    any_range: bool
    by_channel: str

    def __call__(
        self, pixels: np.ndarray, lost: np.ndarray, coarse: bool = False, far: Optional[np.ndarray] = None
    ) -> np.ndarray:
        """Restores one tile.

        Args:
            pixels: (H, W, 1 or 3), float32, -1 to 1 or a little beyond; lost pixels may hold anything.
            lost: (H, W) bool; or of the shape of ``pixels``, for those who take channels together.
            coarse: Half precision will do. Default: False.
            far: Of the shape of ``pixels``: what to begin with beyond reach. Default: nothing is.

        Returns:
            The same shape; what exceeds -1 to 1 in known pixels comes back as a mean of its known neighbours.
        """


class Finder(Protocol):
    """Finds what is lost in what fits into memory: image in, probabilities out.

    Attributes:
        tile: Side of the tiles, pixels, in which large images suit it.
        margin: How far it looks in any direction, pixels.
    """

    tile: int
    margin: int

    def __call__(self, pixels: np.ndarray) -> np.ndarray:
        """Looks at one tile.

        Args:
            pixels: (H, W, 1 or 3), float32, -1 to 1.

        Returns:
            The same shape: the probability of each value to be lost, 0 to 1.
        """
