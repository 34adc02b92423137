"""The networks in plain PyTorch: no toolbox needed."""

from .corruption_finder import CorruptionFinder
from .discriminator import SSRGANDiscriminator
from .generator import SSRGANGenerator
from .mask_aware_generator import MaskAwareSSRGANGenerator
from .restoring_network import RestoringNetwork
from .self_ensemble import self_ensemble

__all__ = [
    'CorruptionFinder',
    'MaskAwareSSRGANGenerator',
    'RestoringNetwork',
    'SSRGANDiscriminator',
    'SSRGANGenerator',
    'self_ensemble',
]
