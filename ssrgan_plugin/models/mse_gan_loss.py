from typing import Optional

import torch
from mmagic.models.losses import GANLoss
from mmagic.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class MSEGANLoss(GANLoss):
    """Least-squares adversarial losses with noisy labels (arXiv 2409.12636, equations 2 to 5; factors from the
    authors' notebook).

    - Discriminator: mean (D(x) - (1 - real_label_noise·u))², u uniform in [0, 1) for each value, on real images;
      mean D(G(z))² on restored ones.
    - Generator: loss_weight · mean (D(G(z)) - 1)².

    MMagic's ``GANLoss('lsgan')`` can do all but the noise: its ``real_label_val`` also moves the generator's target.
    Takes its place wherever a config names one.

    Args:
        real_label_noise: Most that a real image's label may fall short of 1. Default: 0.1.
        loss_weight: Weight of the generator's loss; the discriminator's is always 1. Default: 1e-3.
    """

    def __init__(self, real_label_noise: float = 0.1, loss_weight: float = 1e-3):
        super().__init__('lsgan', loss_weight=loss_weight)
        self.real_label_noise = real_label_noise

    def forward(
        self, input: Tensor, target_is_real: bool, is_disc: bool = False, mask: Optional[Tensor] = None
    ) -> Tensor:
        """
        Args:
            input: The discriminator's answer, of any shape.
            target_is_real: Whether the answer should be "real".
            is_disc: Whether this is the discriminator's loss. Default: False.
            mask: Ignored, as ``GANLoss('lsgan')`` does. Default: None.

        Returns:
            Scalar loss.
        """
        if not (is_disc and target_is_real):
            return super().forward(input, target_is_real, is_disc)
        return self.loss(input, 1 - self.real_label_noise * torch.rand_like(input))

    def extra_repr(self) -> str:
        return f'real_label_noise={self.real_label_noise}, loss_weight={self.loss_weight}'
