from .masked_psnr import MaskedPSNR
from .masked_ssim import MaskedSSIM
from .nmse import NMSE

__all__ = ['MaskedPSNR', 'MaskedSSIM', 'NMSE']
