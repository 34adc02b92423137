from .found_values import FoundValues
from .masked_psnr import MaskedPSNR
from .masked_ssim import MaskedSSIM
from .nmse import NMSE

__all__ = ['FoundValues', 'MaskedPSNR', 'MaskedSSIM', 'NMSE']
