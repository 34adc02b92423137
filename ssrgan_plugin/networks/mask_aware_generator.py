from typing import Optional

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import InputError
from .first_estimate import first_estimate
from .prelu import PReLU
from .restoring_network import RestoringNetwork


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
          stands in corrupted pixels does not matter. Or (N, 2·channels, H, W), a mask for each channel; or
          (N, 3·channels, H, W), also what to begin with where no known value is within reach.
        - Output: (N, channels, H, W).

    Raises:
        InputError: (a ValueError) if the input is none of these.

    Example:
        >>> MaskAwareSSRGANGenerator()(torch.zeros(1, 4, 50, 37)).shape
        torch.Size([1, 3, 50, 37])
    """

    tile = 512
    reach = 6  # of the first estimate
    any_range = True  # it errs by a share of what it is shown
    by_channel = 'apart'  # it takes masks of channels together, but the shipped weights err twice as much by them
    half_precision = True  # it adds to a first estimate in single precision

    def __init__(self, channels: int = 3, mid_channels: int = 96, num_blocks: int = 8):
        super().__init__()
        self.channels = self.image_channels = channels
        self.head = nn.Conv2d(3 * channels * 4, mid_channels, 3, padding=1)
        self.body = nn.Sequential(*(PlainResidualBlock(mid_channels) for _ in range(num_blocks)))
        self.tail = nn.Conv2d(mid_channels, channels * 4, 3, padding=1)
        nn.init.zeros_(self.tail.weight)  # begins as the first estimate
        nn.init.zeros_(self.tail.bias)  # type: ignore[arg-type]  # it has one

    @property
    def margin(self) -> int:
        # The first estimate and one pixel for the pairing; at half resolution two convolutions a block, two more.
        return 2 * (2 * len(self.body) + 2) + self.reach + 2

    def shown(self, image: Tensor, mask: Tensor, fill: Tensor, far: Optional[Tensor] = None) -> Tensor:
        """Image and mask, and what to begin with; ``fill`` does not matter."""
        return torch.cat([image, mask] if far is None else [image, mask.expand_as(image), far], 1)

    def forward(self, x: Tensor) -> Tensor:
        channels = self.channels
        if x.ndim != 4 or x.shape[1] not in (channels + 1, 2 * channels, 3 * channels):
            raise InputError(
                f'MaskAwareSSRGANGenerator takes (N, {channels + 1}, H, W), image and mask, or '
                f'(N, {2 * channels}, H, W), with a mask for each channel, or (N, {3 * channels}, H, W), with a first '
                f'estimate too, got {tuple(x.shape)}'
            )
        height, width = x.shape[-2:]
        x = F.pad(x, (0, width % 2, 0, height % 2), mode='replicate')
        mask = x[:, channels : 2 * channels]
        far = x[:, 2 * channels :].float() if x.shape[1] == 3 * channels else None
        image = torch.where(mask > 0, 0, x[:, :channels])  # lost pixels may hold anything, NaN too
        with torch.autocast(x.device.type, enabled=False):  # half precision would cost more than the network gains
            first = first_estimate(image.float(), 1 - mask.float(), far).to(x.dtype)
        features = F.pixel_unshuffle(torch.cat([image, first, mask.expand_as(image)], 1), 2)
        features = self.head(features.contiguous(memory_format=torch.channels_last))
        features = features + self.body(features)
        residual = F.pixel_shuffle(self.tail(features), 2)
        restored = torch.where(mask > 0, first + residual, image)
        return restored[..., :height, :width]
