from mmagic.models.editors import MSRResNet
from mmagic.registry import MODELS
from torch import Tensor
from torch.nn.functional import avg_pool2d


@MODELS.register_module()
class SameSizeMSRResNet(MSRResNet):
    """SRGAN's generator as MMagic has it, averaged back to the input's size, for images without a smaller original.

    Shape:
        - Input: (N, in_channels, H, W).
        - Output: (N, out_channels, H, W).

    Args: those of :class:`mmagic.models.editors.MSRResNet`.
    """

    def forward(self, x: Tensor) -> Tensor:
        return avg_pool2d(super().forward(x), self.upscale_factor)
