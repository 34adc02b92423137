from typing import List, Optional

import torch
from mmagic.models.editors import SRGAN
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from torch import Tensor

from ..networks import self_ensemble
from .mask_channels import mask_in_order


@MODELS.register_module()
class SSRGAN(SRGAN):
    """MMagic's ``SRGAN`` that can keep the known pixels, and can show the generator the mask.

    Training is the stock class's. Its prediction is the generator's raw output, as in the paper. ``test_cfg`` may
    hold what the stock class lacks: with ``composite=True`` only the corrupted pixels (``mask`` of the data samples,
    1 = corrupted) are taken from it; with ``self_ensemble=True`` it is the mean over
    :func:`~ssrgan_plugin.networks.self_ensemble`.

    Args:
        mask_input: Give the generator image and mask, (N, 4, H, W), as
            :class:`~ssrgan_plugin.networks.MaskAwareSSRGANGenerator` takes them. Default: False, the image alone.
        kwargs: Those of :class:`mmagic.models.editors.SRGAN`.
    """

    def __init__(self, *args, mask_input: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.mask_input = mask_input

    def shown(self, inputs: Tensor, data_samples: Optional[DataSample]) -> Tensor:
        """What the generator gets of a preprocessed batch: the images, and with ``mask_input`` their masks after them,
        a mask for each channel in the images' order."""
        if not self.mask_input:
            return inputs
        mask = mask_in_order(self.data_preprocessor, data_samples, self.data_preprocessor.output_channel_order)
        return torch.cat([inputs, (mask != 0).to(inputs)], 1)

    def forward_tensor(
        self, inputs: Tensor, data_samples: Optional[List[DataSample]] = None, training: bool = False
    ) -> Tensor:
        inputs = self.shown(inputs, data_samples)
        if not training and self.test_cfg and self.test_cfg.get('self_ensemble'):
            return self_ensemble(self.generator, inputs)
        return super().forward_tensor(inputs, data_samples, training)

    def forward_inference(
        self, inputs: Tensor, data_samples: Optional[List[DataSample]] = None, **kwargs
    ) -> DataSample:
        predictions = super().forward_inference(inputs, data_samples, **kwargs)
        if self.test_cfg and self.test_cfg.get('composite'):
            known = self.data_preprocessor.destruct(inputs, data_samples).cpu()
            mask = mask_in_order(self.data_preprocessor, data_samples, 'BGR').cpu() != 0
            predictions.pred_img = torch.where(mask, predictions.pred_img, known)
        return predictions
