from abc import ABC, abstractmethod
from typing import Optional

from torch import Tensor, nn


class RestoringNetwork(nn.Module, ABC):
    """A generator that says itself how it wants to be used, so that nobody need ask its type.

    Attributes:
        image_channels: Channels of the images that it restores.
        tile: Side of the tiles, pixels, in which large images suit it; even.
        reach: How far from known pixels it still restores detail, pixels. Default: None, it does what it can.
        any_range: Whether it may be shown any range of values as -1 to 1; else only that of training. Default: False.
        by_channel: Whether it takes a mask for each channel; else one for all. Default: False.
        half_precision: Whether bfloat16 changes an 8-bit image by no more than a grey level or two. Default: False.
    """

    image_channels: int
    tile: int
    reach: Optional[int] = None
    any_range = False
    by_channel = False
    half_precision = False

    @property
    @abstractmethod
    def margin(self) -> int:
        """How far one output pixel looks in any direction, or a little further, pixels; even."""

    @abstractmethod
    def shown(self, image: Tensor, mask: Tensor, fill: Tensor) -> Tensor:
        """What :meth:`forward` takes.

        Args:
            image: (N, C, H, W), in [-1, 1]; lost pixels may hold anything.
            mask: (N, 1, H, W), 1 = lost, else 0; if ``by_channel``, also (N, C, H, W).
            fill: (1, C, 1, 1), what stood in lost pixels in training.
        """
