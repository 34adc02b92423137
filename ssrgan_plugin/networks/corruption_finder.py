import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import InputError
from .generator import ResidualBlock
from .prelu import PReLU


class CorruptionFinder(nn.Module):
    """Tells which values of an image are lost, channel by channel, where no mask is at hand.

    SSRGAN's residual blocks (arXiv 2409.12636), each of which also sees what the image is like as a whole, which tells
    the kind of damage and its level. Beside the image they are shown which values are the lowest or highest
    possible, and how far each is from the most similar half of its eight neighbours (the rank-ordered absolute
    difference of Garnett et al., A universal noise removal algorithm, 2005).

    Args:
        channels: Colour channels. Default: 3.
        mid_channels: Channels of the residual blocks. Default: 32.
        num_blocks: Residual blocks. Default: 8.

    Shape:
        - Input: (N, channels, H, W), in [-1, 1], any H and W.
        - Output: (N, channels, H, W): logits; their sigmoid is the probability that the value is lost.

    Raises:
        InputError: (a ValueError) if the input has another number of channels.

    Example:
        >>> CorruptionFinder()(torch.zeros(1, 3, 50, 37)).shape
        torch.Size([1, 3, 50, 37])
    """

    tile = 512

    def __init__(self, channels: int = 3, mid_channels: int = 32, num_blocks: int = 8):
        super().__init__()
        self.channels = self.image_channels = channels
        self.head = nn.Conv2d(3 * channels, mid_channels, 3, padding=1)
        self.body = nn.Sequential(
            *(nn.Sequential(ResidualBlock(mid_channels), WholeImage(mid_channels)) for _ in range(num_blocks))
        )
        self.tail = nn.Conv2d(mid_channels, channels, 3, padding=1)

    @property
    def margin(self) -> int:
        """How far one output value looks for details in any direction, or a little further, pixels; even."""
        return 2 * len(self.body) + 4

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 4 or x.shape[1] != self.channels:
            raise InputError(f'CorruptionFinder takes (N, {self.channels}, H, W), got {tuple(x.shape)}')
        extreme = (x >= 1).to(x.dtype) - (x <= -1).to(x.dtype)
        planes = torch.cat([x, extreme, distance_from_similar(x)], 1)
        features = self.head(planes.contiguous(memory_format=torch.channels_last))
        return self.tail(features + self.body(features))


class WholeImage(nn.Module):
    """Adds to every place what follows from the mean of each channel: what kind of damage it is, and how much."""

    def __init__(self, channels: int):
        super().__init__()
        last = nn.Conv2d(channels, channels, 1)
        self.body = nn.Sequential(nn.Conv2d(channels, channels, 1), PReLU(channels), last)
        nn.init.zeros_(last.weight)  # begins without
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]  # it has one

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x.mean((2, 3), keepdim=True))


def distance_from_similar(x: Tensor, count: int = 4) -> Tensor:
    """Mean absolute difference from the ``count`` most similar ones of a value's eight neighbours.

    Args:
        x: (N, C, H, W).
        count: Default: 4, as in the source.

    Returns:
        (N, C, H, W).
    """
    height, width = x.shape[-2:]
    padded = F.pad(x, (1, 1, 1, 1), mode='replicate')
    others = [
        (padded[..., dy : dy + height, dx : dx + width] - x).abs()
        for dy in range(3)
        for dx in range(3)
        if (dy, dx) != (1, 1)
    ]
    total = torch.zeros_like(x)
    for _ in range(count):  # the smallest goes to the front, the rest stays for the next round
        smallest, *rest = others
        others = []
        for other in rest:
            others.append(torch.maximum(smallest, other))
            smallest = torch.minimum(smallest, other)
        total = total + smallest
    return total / count
