"""SSRGAN's generator (arXiv 2409.12636, the architecture section; sizes from the authors' published notebook)."""

from typing import Iterable, Optional, Tuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import InputError
from .prelu import PReLU, prelu
from .restoring_network import RestoringNetwork


class ResidualBlock(nn.Module):
    """Conv - BN - PReLU - Conv - BN, plus the input."""

    def __init__(self, channels: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            PReLU(channels),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class UpsamplingStage(nn.Sequential):
    """Conv - PixelShuffle - PReLU.

    Since a slope belongs to a channel, the activation may come before the shuffle, and a shuffle may be left to the
    next convolution or be made cheap by another order of this one's output channels: the same numbers, without
    the passes over the largest tensors of the network that move single values.
    """

    def __init__(self, channels: int, factor: int):
        super().__init__(
            nn.Conv2d(channels, channels * factor**2, 3, padding=1), nn.PixelShuffle(factor), PReLU(channels)
        )
        self.channels = channels
        self.factor = factor

    @property
    def layers(self) -> Tuple[nn.Conv2d, PReLU]:
        return self[0], self[2]  # type: ignore[return-value]

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, r·H, r·W)."""
        conv, activation = self.layers
        r, c = self.factor, self.channels
        # Output channels ordered (row, column, channel): in channels-last memory the shuffle then moves runs of c.
        weight = conv.weight.unflatten(0, (c, r * r)).transpose(0, 1).flatten(0, 1)
        bias = conv.bias.view(c, r * r).t().flatten()  # type: ignore[union-attr]
        x = prelu(F.conv2d(x, weight, bias, padding=1), activation.weight.repeat(r * r))
        n, _, height, width = x.shape
        x = x.permute(0, 2, 3, 1).reshape(n, height, width, r, r, c).transpose(2, 3)
        return x.reshape(n, height * r, width * r, c).permute(0, 3, 1, 2)

    def unshuffled(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C·r², H, W): what the shuffle would make (N, C, r·H, r·W) of."""
        conv, activation = self.layers
        return prelu(conv(x), activation.weight.repeat_interleave(self.factor**2))


def conv_of_shuffled(x: Tensor, conv: nn.Conv2d, factor: int) -> Tensor:
    """``conv(F.pixel_shuffle(x, factor))`` without the shuffle, for a stride that ``factor`` divides.

    Args:
        x: (N, C·factor², H, W).
        conv: A convolution of C channels, of odd size k, stride s = factor·t and padding k // 2.
        factor: r of the shuffle.

    Returns:
        (N, C', H', W'), as the convolution of the shuffled tensor gives it.
    """
    size = conv.kernel_size[0]
    reach = -(-(size // 2) // factor)  # cells of r×r that the kernel looks into on each side
    before = reach * factor - size // 2
    after = (2 * reach + 1) * factor - size - before
    weight = F.pad(conv.weight, (before, after, before, after))
    weight = F.pixel_unshuffle(weight, factor)  # (C', C·r², cells, cells)
    return F.conv2d(x, weight, conv.bias, conv.stride[0] // factor, reach)


class SSRGANGenerator(RestoringNetwork):
    """Semi-super-resolution generator: enlarges its features by ``upscale_factor**2`` as SRGAN does,
    then comes back to the input's size with a strided convolution.

    Args:
        in_channels: Channels of the corrupted image. Default: 3.
        out_channels: Channels of the restored image. Default: 3.
        mid_channels: Channels of every hidden layer. Default: 64.
        num_blocks: Residual blocks. Default: 6.
        upscale_factor: Enlargement r of each of the two pixel-shuffle stages; 1 leaves the size alone and
            costs a fraction. Default: 2.

    Shape:
        - Input: (N, in_channels, H, W), intensities in [-1, 1], any H and W.
        - Output: (N, out_channels, H, W), in [-1, 1].

    Raises:
        InputError: (a ValueError) if the input is not (N, in_channels, H, W).

    Example:
        >>> SSRGANGenerator()(torch.zeros(1, 3, 50, 37)).shape
        torch.Size([1, 3, 50, 37])
    """

    tile = 128

    def __init__(
        self,
        in_channels: int = 3,
        out_channels: int = 3,
        mid_channels: int = 64,
        num_blocks: int = 6,
        upscale_factor: int = 2,
    ):
        super().__init__()
        self.in_channels = self.image_channels = in_channels
        self.head = nn.Sequential(nn.Conv2d(in_channels, mid_channels, 9, padding=4), PReLU(mid_channels))
        self.body = nn.Sequential(
            *(ResidualBlock(mid_channels) for _ in range(num_blocks)),
            nn.Conv2d(mid_channels, mid_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(mid_channels),
        )
        self.upsampling = nn.Sequential(*(UpsamplingStage(mid_channels, upscale_factor) for _ in range(2)))
        # floor((r²·H + 2·4 - 9) / r²) + 1 = H for every H and r, so no size needs padding or cropping.
        self.tail = nn.Conv2d(mid_channels, out_channels, 9, stride=upscale_factor**2, padding=4)

    @property
    def margin(self) -> int:
        # Two 9×9 ends, 3×3 convolutions between; the up-sampled ones look less far.
        return 2 * len(self.body) + 12

    def shown(self, image: Tensor, mask: Tensor, fill: Tensor, far: Optional[Tensor] = None) -> Tensor:
        return torch.where(mask > 0, fill, image)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            raise InputError(
                f'SSRGANGenerator takes (N, {self.in_channels}, H, W), got {tuple(x.shape)}: convert the '
                'images, or set in_channels'
            )
        x = self.head(x.contiguous(memory_format=torch.channels_last))
        x = x + self.body(x)
        first, last = cast(Iterable[UpsamplingStage], self.upsampling)
        return conv_of_shuffled(last.unshuffled(first(x)), self.tail, last.factor).tanh()
