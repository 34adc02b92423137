from typing import Tuple

from mmagic.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class NoPerceptualLoss(nn.Module):
    """Stands where an inpaintor's perceptual loss would, and costs nothing.

    MMagic's ``PerceptualLoss`` downloads VGG's weights. This takes and ignores its arguments, so that one override
    of the config brings it back: ``model.loss_composed_percep.type=PerceptualLoss``.
    """

    def __init__(self, **kwargs):
        super().__init__()

    def forward(self, x: Tensor, gt: Tensor) -> Tuple[None, None]:
        return None, None
