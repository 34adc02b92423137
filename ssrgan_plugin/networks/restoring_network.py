from abc import ABC, abstractmethod
from typing import Optional

from torch import Tensor, nn


class RestoringNetwork(nn.Module, ABC):
    """A generator that says itself how it wants to be used, so that nobody need ask its type.

    Attributes:
        image_channels: Channels of the images that it restores.
        tile: Side of the tiles, pixels, in which large images suit it; even.
        reach: How far from known pixels it still restores detail, pixels; further it wants to be shown what to begin
            with. Default: None, it does what it can.
        any_range: Whether it may be shown any range of values as -1 to 1; else only that of training. Default: False.
        by_channel: What it is shown where channels are lost by themselves: ``'union'``, pixels as lost of which
            anything is (default); ``'apart'``, each channel as a grey image; ``'together'``, a mask for each.
        half_precision: Whether bfloat16 changes an 8-bit image by no more than a grey level or two. Default: False.
    """

    image_channels: int
    tile: int
    reach: Optional[int] = None
    any_range = False
    by_channel = 'union'
    half_precision = False

    @property
    @abstractmethod
    def margin(self) -> int:
        """How far one output pixel looks in any direction, or a little further, pixels; even."""

    @abstractmethod
    def shown(self, image: Tensor, mask: Tensor, fill: Tensor, far: Optional[Tensor] = None) -> Tensor:
        """What :meth:`forward` takes.

        Args:
            image: (N, C, H, W), in [-1, 1]; lost pixels may hold anything.
            mask: (N, 1, H, W), 1 = lost, else 0; or (N, C, H, W), if channels are taken together.
            fill: (1, C, 1, 1), what stood in lost pixels in training.
            far: (N, C, H, W), what to begin with beyond reach. Default: nothing is.
        """
