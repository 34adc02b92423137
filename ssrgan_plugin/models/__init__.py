from .classical_inpaintor import ClassicalInpaintor
from .corruption_finding import CorruptionFinding
from .initializable_soft_mask_patch_discriminator import InitializableSoftMaskPatchDiscriminator
from .mse_gan_loss import MSEGANLoss
from .no_perceptual_loss import NoPerceptualLoss
from .rmse_loss import RMSELoss
from .same_size_msrresnet import SameSizeMSRResNet
from .ssrgan import SSRGAN
from .unmasked_contextual_attention_neck import UnmaskedContextualAttentionNeck

__all__ = [
    'ClassicalInpaintor',
    'CorruptionFinding',
    'InitializableSoftMaskPatchDiscriminator',
    'MSEGANLoss',
    'NoPerceptualLoss',
    'RMSELoss',
    'SameSizeMSRResNet',
    'SSRGAN',
    'UnmaskedContextualAttentionNeck',
]
