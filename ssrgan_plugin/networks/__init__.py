"""The networks in plain PyTorch: no toolbox needed."""

from .blind_generator import BlindSSRGANGenerator
from .discriminator import SSRGANDiscriminator
from .generator import SSRGANGenerator
from .self_ensemble import self_ensemble

__all__ = ['BlindSSRGANGenerator', 'SSRGANDiscriminator', 'SSRGANGenerator', 'self_ensemble']
