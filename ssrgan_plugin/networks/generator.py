"""SSRGAN's generator (arXiv 2409.12636, the architecture section; sizes from the authors' published notebook)."""

from torch import Tensor, nn

from ..errors import InputError


class ResidualBlock(nn.Module):
    """Conv - BN - PReLU - Conv - BN, plus the input."""

    def __init__(self, channels: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.PReLU(channels),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


def upsampling_stage(channels: int, factor: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, channels * factor**2, 3, padding=1), nn.PixelShuffle(factor), nn.PReLU(channels)
    )


class SSRGANGenerator(nn.Module):
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

    def __init__(
        self,
        in_channels: int = 3,
        out_channels: int = 3,
        mid_channels: int = 64,
        num_blocks: int = 6,
        upscale_factor: int = 2,
    ):
        super().__init__()
        self.in_channels = in_channels
        self.head = nn.Sequential(nn.Conv2d(in_channels, mid_channels, 9, padding=4), nn.PReLU(mid_channels))
        self.body = nn.Sequential(
            *(ResidualBlock(mid_channels) for _ in range(num_blocks)),
            nn.Conv2d(mid_channels, mid_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(mid_channels),
        )
        self.upsampling = nn.Sequential(*(upsampling_stage(mid_channels, upscale_factor) for _ in range(2)))
        # floor((r²·H + 2·4 - 9) / r²) + 1 = H for every H and r, so no size needs padding or cropping.
        self.tail = nn.Conv2d(mid_channels, out_channels, 9, stride=upscale_factor**2, padding=4)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            raise InputError(
                f'SSRGANGenerator takes (N, {self.in_channels}, H, W), got {tuple(x.shape)}: convert the '
                'images, or set in_channels'
            )
        x = self.head(x)
        x = x + self.body(x)
        return self.tail(self.upsampling(x)).tanh()
