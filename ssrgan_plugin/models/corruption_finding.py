from typing import Dict, List, Optional

import torch
from mmagic.models.base_models import BaseEditModel
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from torch import Tensor

from .mask_channels import mask_in_order

BINARY_CROSS_ENTROPY = dict(type='torch.nn.BCEWithLogitsLoss')


@MODELS.register_module()
class CorruptionFinding(BaseEditModel):
    """Trains and tests a network that finds lost values, which ``mask`` of the data samples has.

    Its prediction, ``pred_img``, is 255 times each value's probability to be lost, an image of the input's shape.

    Args:
        generator: Config of the network, such as ``dict(type='CorruptionFinder')``.
        pixel_loss: Of logits and mask. Default: binary cross-entropy.
        kwargs: Those of :class:`mmagic.models.base_models.BaseEditModel`.
    """

    def __init__(self, generator: dict, pixel_loss: dict = BINARY_CROSS_ENTROPY, **kwargs):
        super().__init__(generator, pixel_loss, **kwargs)

    def forward_train(
        self, inputs: Tensor, data_samples: Optional[List[DataSample]] = None, **kwargs
    ) -> Dict[str, Tensor]:
        logits = self.forward_tensor(inputs, data_samples, **kwargs).float()
        mask = mask_in_order(self.data_preprocessor, data_samples, self.data_preprocessor.output_channel_order)
        return dict(loss=self.pixel_loss(logits, mask.to(logits)))

    def forward_inference(
        self, inputs: Tensor, data_samples: Optional[List[DataSample]] = None, **kwargs
    ) -> DataSample:
        logits = self.forward_tensor(inputs, data_samples, **kwargs).float()
        shown = 2 * torch.sigmoid(logits) - 1  # as an image of the preprocessor's, which brings it back
        return DataSample(pred_img=self.data_preprocessor.destruct(shown, data_samples).cpu())
