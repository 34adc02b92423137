"""What configs name in ``custom_imports``: adapts MMagic to the versions around it, then registers every component.

Importing the rest of the package needs no toolbox; importing this module does.
"""

from .toolbox import adaptations

adaptations.apply()

# MMagic can be imported only now.
from mmagic.registry import MODELS  # noqa: E402

from . import datasets, engine, metrics, models, transforms  # noqa: E402, F401
from .networks import CorruptionFinder, MaskAwareSSRGANGenerator, SSRGANDiscriminator, SSRGANGenerator  # noqa: E402

for network in (CorruptionFinder, MaskAwareSSRGANGenerator, SSRGANDiscriminator, SSRGANGenerator):
    MODELS.register_module(module=network, force=True)
