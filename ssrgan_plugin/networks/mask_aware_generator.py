import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import InputError
from .prelu import PReLU
from .restoring_network import RestoringNetwork


def fill_by_neighbours(image: Tensor, known: Tensor, rounds: int = 3, sigma: float = 0.8) -> Tensor:
    """Fills unknown pixels with a Gaussian-weighted mean of the known ones in 5×5, again and again from the fringe.

    Normalised convolution (Knutsson and Westin, 1993). Three rounds reach six pixels far; beyond that stays 0.

    Args:
        image: (N, C, H, W).
        known: (N, 1, H, W), 1 = known, else 0.

    Returns:
        (N, C, H, W), known pixels as they were.
    """
    distance = torch.arange(-2, 3, device=image.device, dtype=image.dtype)
    window = torch.exp(-(distance**2) / (2 * sigma**2))
    stack = torch.cat([image * known, known], 1)
    channels = stack.shape[1]
    row, column = (window.view(1, 1, *shape).expand(channels, 1, *shape) for shape in ((1, 5), (5, 1)))
    for _ in range(rounds):
        sums = F.conv2d(F.conv2d(stack, row, padding=(0, 2), groups=channels), column, padding=(2, 0), groups=channels)
        values, weights = sums[:, :-1], sums[:, -1:]
        reached = (weights > 0).to(image.dtype)
        filled = torch.where(stack[:, -1:] > 0, stack[:, :-1], values / weights.clamp_min(1e-12) * reached)
        stack = torch.cat([filled, reached], 1)
    return stack[:, :-1]


class PlainResidualBlock(nn.Module):
    """SSRGAN's residual block without batch normalisation, whose statistics would differ from level to level."""

    def __init__(self, channels: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1), PReLU(channels), nn.Conv2d(channels, channels, 3, padding=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class MaskAwareSSRGANGenerator(RestoringNetwork):
    """A generator that sees which pixels are lost, and serves every level of corruption with one set of weights.

    In SSRGAN's spirit (arXiv 2409.12636): residual blocks and a pixel shuffle of r = 2; ours: it works at half
    the resolution, adds to a first estimate from the known neighbours, and returns known pixels as they were.

    Args:
        channels: Colour channels. Default: 3.
        mid_channels: Channels of the residual blocks. Default: 96.
        num_blocks: Residual blocks. Default: 8.

    Shape:
        - Input: (N, channels + 1, H, W): the image, in [-1, 1], and the mask, 1 = corrupted; any H and W. What
          stands in corrupted pixels does not matter.
        - Output: (N, channels, H, W).

    Raises:
        InputError: (a ValueError) if the input is not (N, channels + 1, H, W).

    Example:
        >>> MaskAwareSSRGANGenerator()(torch.zeros(1, 4, 50, 37)).shape
        torch.Size([1, 3, 50, 37])
    """

    tile = 512
    reach = 6  # of the first estimate
    any_range = True  # it errs by a share of what it is shown
    half_precision = True  # it adds to a first estimate in single precision

    def __init__(self, channels: int = 3, mid_channels: int = 96, num_blocks: int = 8):
        super().__init__()
        self.channels = self.image_channels = channels
        self.head = nn.Conv2d((2 * channels + 1) * 4, mid_channels, 3, padding=1)
        self.body = nn.Sequential(*(PlainResidualBlock(mid_channels) for _ in range(num_blocks)))
        self.tail = nn.Conv2d(mid_channels, channels * 4, 3, padding=1)
        nn.init.zeros_(self.tail.weight)  # begins as the first estimate
        nn.init.zeros_(self.tail.bias)  # type: ignore[arg-type]  # it has one

    @property
    def margin(self) -> int:
        # The first estimate and one pixel for the pairing; at half resolution two convolutions a block, two more.
        return 2 * (2 * len(self.body) + 2) + self.reach + 2

    def shown(self, image: Tensor, mask: Tensor, fill: Tensor) -> Tensor:
        """Image and mask; ``fill`` does not matter."""
        return torch.cat([image, mask], 1)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 4 or x.shape[1] != self.channels + 1:
            raise InputError(
                f'MaskAwareSSRGANGenerator takes (N, {self.channels + 1}, H, W), image and mask, got {tuple(x.shape)}'
            )
        height, width = x.shape[-2:]
        x = F.pad(x, (0, width % 2, 0, height % 2), mode='replicate')
        mask = x[:, -1:]
        known = 1 - mask
        image = torch.where(mask > 0, 0, x[:, :-1])  # lost pixels may hold anything, NaN too
        with torch.autocast(x.device.type, enabled=False):  # half precision would cost more than the network gains
            first = fill_by_neighbours(image.float(), known.float()).to(x.dtype)
        features = F.pixel_unshuffle(torch.cat([image, first, mask], 1), 2)
        features = self.head(features.contiguous(memory_format=torch.channels_last))
        features = features + self.body(features)
        residual = F.pixel_shuffle(self.tail(features), 2)
        restored = torch.where(mask > 0, first + residual, image)
        return restored[..., :height, :width]
