"""A network as large as the weights at hand, whose sizes say it."""

from typing import Dict

from torch import Tensor, nn

from ..errors import InputError
from .corruption_finder import CorruptionFinder
from .generator import SSRGANGenerator
from .mask_aware_generator import MaskAwareSSRGANGenerator

BLOCK = 'body.{}.body.0.weight'


def own_weights(weights: Dict[str, Tensor]) -> Dict[str, Tensor]:
    """A generator's own state dict, which may be part of a whole model's."""
    own = {key[len('generator.') :]: value for key, value in weights.items() if key.startswith('generator.')}
    return own or weights


def is_mask_aware(weights: Dict[str, Tensor]) -> bool:
    """Whether a generator's own state dict is of :class:`MaskAwareSSRGANGenerator`, or of one with the same layers."""
    ours = {'head.weight', 'tail.weight', BLOCK.format(0), 'body.0.body.1.weight', 'body.0.body.2.weight'}
    return ours <= weights.keys() and weights['head.weight'].shape[1] == 3 * weights['tail.weight'].shape[0]


def is_paper_generator(weights: Dict[str, Tensor]) -> bool:
    """Whether a generator's own state dict is of :class:`SSRGANGenerator`."""
    return {'head.0.weight', 'tail.weight', 'upsampling.0.0.weight', 'body.0.body.4.weight'} <= weights.keys()


def blocks(weights: Dict[str, Tensor]) -> int:
    return sum(BLOCK.format(index) in weights for index in range(len(weights)))


def is_finder(weights: Dict[str, Tensor]) -> bool:
    """Whether a network's own state dict is of :class:`CorruptionFinder`."""
    ours = {'head.weight', 'tail.weight', 'body.0.0.body.0.weight', 'body.0.1.body.0.weight'}
    return ours <= weights.keys() and weights['head.weight'].shape[1] == 3 * weights['tail.weight'].shape[0]


def from_weights(weights: Dict[str, Tensor]) -> nn.Module:
    """Builds one of our networks, and gives it its weights, in single precision.

    Args:
        weights: A generator's state dict, or that of a model with one.

    Raises:
        InputError: if they are of none of our networks.
    """
    own = own_weights(weights)
    if is_finder(own):
        count = sum(f'body.{index}.0.body.0.weight' in own for index in range(len(own)))
        network: nn.Module = CorruptionFinder(own['tail.weight'].shape[0], own['head.weight'].shape[0], count)
    elif is_mask_aware(own):
        network = MaskAwareSSRGANGenerator(own['tail.weight'].shape[0] // 4, own['head.weight'].shape[0], blocks(own))
    elif is_paper_generator(own):
        mid, channels = own['head.0.weight'].shape[:2]
        factor = round((own['upsampling.0.0.weight'].shape[0] / mid) ** 0.5)
        network = SSRGANGenerator(channels, own['tail.weight'].shape[0], mid, blocks(own), factor)
    else:
        raise InputError('these are the weights of none of our networks: name a checkpoint of one of our configs')
    try:
        network.load_state_dict(own)
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise InputError(f'these are the weights of no network of ours ({reason})') from error
    return network
