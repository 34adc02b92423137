"""The networks in plain PyTorch: no toolbox needed."""

from .discriminator import SSRGANDiscriminator
from .generator import SSRGANGenerator
from .mask_aware_generator import MaskAwareSSRGANGenerator
from .self_ensemble import self_ensemble

__all__ = ['MaskAwareSSRGANGenerator', 'SSRGANDiscriminator', 'SSRGANGenerator', 'self_ensemble']
