from mmagic.models.archs.smpatch_disc import SoftMaskPatchDiscriminator
from mmagic.registry import MODELS
from mmengine.model import normal_init
from torch import nn


@MODELS.register_module()
class InitializableSoftMaskPatchDiscriminator(SoftMaskPatchDiscriminator):
    """AOT-GAN's discriminator, whose weights can be initialised.

    In MMagic 1.2.0 the stock class stops with "UnboundLocalError: init_info" when training begins:
    https://github.com/open-mmlab/mmagic/issues/2109

    Args: those of ``SoftMaskPatchDiscriminator``.
    """

    def init_weights(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                normal_init(module, 0.0, self.init_gain)
        self._is_init = True
