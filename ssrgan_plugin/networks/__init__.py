"""The networks in plain PyTorch: no toolbox needed."""
from .discriminator import SSRGANDiscriminator
from .generator import SSRGANGenerator

__all__ = ['SSRGANDiscriminator', 'SSRGANGenerator']
