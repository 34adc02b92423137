from .mse_gan_loss import MSEGANLoss
from .ssrgan import SSRGAN

__all__ = ['MSEGANLoss', 'SSRGAN']
