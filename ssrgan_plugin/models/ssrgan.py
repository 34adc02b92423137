from typing import List, Optional

import torch
from mmagic.models.editors import SRGAN
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from torch import Tensor

from ..networks import self_ensemble


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

    def forward_tensor(
        self, inputs: Tensor, data_samples: Optional[List[DataSample]] = None, training: bool = False
    ) -> Tensor:
        if self.mask_input:
            inputs = torch.cat([inputs, (data_samples.mask != 0).to(inputs)], 1)
        if not training and self.test_cfg and self.test_cfg.get('self_ensemble'):
            return self_ensemble(self.generator, inputs)
        return super().forward_tensor(inputs, data_samples, training)

    def forward_inference(
        self, inputs: Tensor, data_samples: Optional[List[DataSample]] = None, **kwargs
    ) -> DataSample:
        predictions = super().forward_inference(inputs, data_samples, **kwargs)
        if self.test_cfg and self.test_cfg.get('composite'):
            known = self.data_preprocessor.destruct(inputs, data_samples).cpu()
            mask = data_samples.mask.cpu() != 0
            predictions.pred_img = torch.where(mask, predictions.pred_img, known)
        return predictions
