from typing import Dict, List, Optional

import torch
from mmagic.models.editors import SRGAN
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from mmengine.optim import OptimWrapperDict
from torch import Tensor

from ..errors import InputError
from ..networks import self_ensemble
from .mask_channels import mask_in_order

KEYS = dict(train_cfg=('disc_steps', 'disc_repeat', 'disc_init_steps'), test_cfg=('composite', 'self_ensemble'))


@MODELS.register_module()
class SSRGAN(SRGAN):
    """MMagic's ``SRGAN`` that can keep the known pixels, and can show the generator the mask.

    Training is the stock class's, but that where gradients accumulate (``accumulative_counts``) a step of the
    discriminator counts once, not for real and restored images each. Its prediction is the generator's raw output, as
    in the paper. ``test_cfg`` may hold what the stock class lacks: with ``composite=True`` only the corrupted pixels
    (``mask`` of the data samples, 1 = corrupted) are taken from it; with ``self_ensemble=True`` it is the mean over
    :func:`~ssrgan_plugin.networks.self_ensemble`.

    Args:
        mask_input: Give the generator image and mask, (N, 4, H, W), as
            :class:`~ssrgan_plugin.networks.MaskAwareSSRGANGenerator` takes them. Default: False, the image alone.
        kwargs: Those of :class:`mmagic.models.editors.SRGAN`.

    Raises:
        InputError: if ``train_cfg`` or ``test_cfg`` has a key that means nothing, one of ``discriminator`` and
            ``gan_loss`` comes without the other, or, in training, a network without an optimizer.
    """

    def __init__(self, *args, mask_input: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.mask_input = mask_input
        for name, keys in KEYS.items():
            unknown = set(getattr(self, name) or ()) - set(keys)
            if unknown:
                raise InputError(f'model.{name} has no {min(unknown)}: choose of {", ".join(keys)}')
        if (self.discriminator is None) != (self.gan_loss is None):
            there, lacking = ('gan_loss', 'discriminator') if self.gan_loss else ('discriminator', 'gan_loss')
            raise InputError(f'model.{there} does nothing without model.{lacking}: give both, or set both to None')

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

    def train_step(self, data: List[dict], optim_wrapper: OptimWrapperDict) -> Dict[str, Tensor]:
        given = [*optim_wrapper.keys()] if hasattr(optim_wrapper, 'keys') else []  # one for all has none
        for name in ('generator', 'discriminator'):
            if getattr(self, name) is not None and name not in given:
                raise InputError(f'the {name} has no optimizer: give optim_wrapper.{name}, as configs/_base_/models do')
        return super().train_step(data, optim_wrapper)

    def d_step_with_optim(
        self, batch_outputs: Tensor, batch_gt_data: Tensor, optim_wrapper: OptimWrapperDict
    ) -> Dict[str, Tensor]:
        wrapper = optim_wrapper['discriminator']
        with wrapper.optim_context(self):
            losses = dict(
                loss_d_real=self.d_step_real(batch_outputs, batch_gt_data),
                loss_d_fake=self.d_step_fake(batch_outputs, batch_gt_data),
            )
        loss, log_vars = self.parse_losses(losses)
        wrapper.update_params(loss)
        return log_vars

    def forward_inference(
        self, inputs: Tensor, data_samples: Optional[List[DataSample]] = None, **kwargs
    ) -> DataSample:
        predictions = super().forward_inference(inputs, data_samples, **kwargs)
        if self.test_cfg and self.test_cfg.get('composite'):
            known = self.data_preprocessor.destruct(inputs, data_samples).cpu()
            mask = mask_in_order(self.data_preprocessor, data_samples, 'BGR').cpu() != 0
            predictions.pred_img = torch.where(mask, predictions.pred_img, known)
        return predictions
