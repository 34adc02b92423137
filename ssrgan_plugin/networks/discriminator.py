"""SSRGAN's discriminator (arXiv 2409.12636, the architecture section; sizes from the authors' published notebook)."""

from typing import List, Sequence

import torch
from torch import Tensor, nn

from ..errors import InputError


class SSRGANDiscriminator(nn.Module):
    """Judges every pixel: four 3×3 convolution blocks, then a transposed convolution back to full size.

    The blocks' strides alternate 1, 2, so that four blocks divide height and width by 4.

    Args:
        in_channels: Channels of the image, and of the answer. Default: 3.
        channels: Output channels of each block. Default: (64, 128, 256, 512).

    Shape:
        - Input: (N, in_channels, H, W), intensities in [-1, 1]; H and W multiples of 4 (with four blocks).
        - Output: (N, in_channels, H, W), unbounded (no sigmoid): 1 means real, 0 means restored.

    Raises:
        InputError: (a ValueError) if the input has another number of channels, or H or W is no such multiple.

    Example:
        >>> import torch
        >>> SSRGANDiscriminator()(torch.zeros(1, 3, 32, 48)).shape
        torch.Size([1, 3, 32, 48])
    """

    def __init__(self, in_channels: int = 3, channels: Sequence[int] = (64, 128, 256, 512)):
        super().__init__()
        self.in_channels = in_channels
        self.size_divisor = 2 ** (len(channels) // 2)
        layers: List[nn.Module] = []
        for i, (before, after) in enumerate(zip((in_channels, *channels), channels)):
            first = i == 0
            layers.append(nn.Conv2d(before, after, 3, stride=1 + i % 2, padding=1, bias=first))
            if not first:
                layers.append(nn.BatchNorm2d(after))
            layers.append(nn.LeakyReLU(0.2))
        self.features = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.Conv2d(channels[-1], 32, 1),
            nn.ReLU(),
            nn.ConvTranspose2d(32, in_channels, self.size_divisor, stride=self.size_divisor),
        )

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            raise InputError(
                f'SSRGANDiscriminator takes (N, {self.in_channels}, H, W), got {tuple(x.shape)}: convert '
                'the images, or set in_channels'
            )
        if x.shape[2] % self.size_divisor or x.shape[3] % self.size_divisor:
            raise InputError(
                f'SSRGANDiscriminator needs height and width to be multiples of {self.size_divisor}, '
                f'got {x.shape[2]}×{x.shape[3]}: resize or crop the images'
            )
        return self.head(self.features(x.contiguous(memory_format=torch.channels_last)))
