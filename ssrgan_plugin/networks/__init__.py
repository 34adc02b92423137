"""The networks in plain PyTorch: no toolbox needed."""
from .blind_generator import BlindSSRGANGenerator
from .discriminator import SSRGANDiscriminator
from .generator import SSRGANGenerator

__all__ = ['BlindSSRGANGenerator', 'SSRGANDiscriminator', 'SSRGANGenerator']
