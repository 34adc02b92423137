"""The mask-aware generator for spandrel, by which chaiNNer and others load networks.

Example:
    >>> import spandrel
    >>> from ssrgan_plugin.integrations.spandrel import register
    >>> register()
    >>> from ssrgan_plugin.shipped_files import WEIGHTS
    >>> spandrel.ModelLoader().load_from_file(WEIGHTS / 'ssrgan_mask_aware.safetensors').purpose
    'Inpainting'
"""

from typing import Optional

import torch
from spandrel import MAIN_REGISTRY, Architecture, ArchRegistry, ArchSupport, MaskedImageModelDescriptor, StateDict
from torch import Tensor

from ..networks import MaskAwareSSRGANGenerator
from ..networks.from_weights import from_weights, is_mask_aware, own_weights


class MaskAwareArch(Architecture[MaskAwareSSRGANGenerator]):
    def __init__(self) -> None:
        super().__init__(id='SSRGANMaskAware', detect=detect)

    def load(self, state_dict: StateDict) -> MaskedImageModelDescriptor:
        network = from_weights(state_dict)
        assert isinstance(network, MaskAwareSSRGANGenerator)
        return MaskedImageModelDescriptor(
            network,
            network.state_dict(),
            architecture=self,
            purpose='Inpainting',
            tags=[f'{network.head.out_channels}nf', f'{len(network.body)}nb'],
            supports_half=False,
            supports_bfloat16=True,
            input_channels=network.image_channels,
            output_channels=network.image_channels,
            call_fn=restore,
        )


def detect(state_dict: StateDict) -> bool:
    return is_mask_aware(own_weights(state_dict))


def restore(network: MaskAwareSSRGANGenerator, image: Tensor, mask: Tensor) -> Tensor:
    """(1, C, H, W), 0 to 1, and (1, 1, H, W), 1 = lost, to the restored image; known pixels the same to the bit."""
    restored = network(torch.cat([image * 2 - 1, mask], 1)) / 2 + 0.5
    return torch.where(mask > 0, restored.to(image.dtype), image)


def register(registry: Optional[ArchRegistry] = None) -> None:
    """Adds the network to a registry. Default: spandrel's main one, which its loaders use."""
    registry = MAIN_REGISTRY if registry is None else registry
    registry.add(ArchSupport.from_architecture(MaskAwareArch()), ignore_duplicates=True)
