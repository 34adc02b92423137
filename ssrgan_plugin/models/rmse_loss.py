import torch
from mmagic.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class RMSELoss(nn.Module):
    """Mean over images of the root of each one's mean squared error.

    Images differ in their squared error by a hundred times and more, with the level of corruption and with their
    detail; under MSE the worst few make up the gradient. The root weighs each image's gradient by the inverse of
    its root error.

    Args:
        loss_weight: Default: 1.0.
        eps: Added under the root, for images restored exactly. Default: 1e-6.

    Shape:
        - pred, target: (N, C, H, W).
        - Output: scalar, in the units of pred.
    """

    def __init__(self, loss_weight: float = 1.0, eps: float = 1e-6):
        super().__init__()
        self.loss_weight = loss_weight
        self.eps = eps

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        squared = torch.square(pred - target).flatten(1).mean(1)
        return self.loss_weight * torch.sqrt(squared + self.eps).mean()

    def extra_repr(self) -> str:
        return f'loss_weight={self.loss_weight}, eps={self.eps}'
