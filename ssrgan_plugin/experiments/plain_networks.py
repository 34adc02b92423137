"""The networks as the paper draws them, layer by layer: what the fast ones are tested and measured against."""

from copy import deepcopy
from types import MethodType

import torch
from torch import Tensor, nn

from ..networks import SSRGANDiscriminator, SSRGANGenerator
from ..networks.prelu import PReLU


def plain(network: nn.Module) -> nn.Module:
    """A copy with the same weights that computes layer by layer: PyTorch's own PReLU and PixelShuffle, tensors in
    the memory format that they come in."""
    network = deepcopy(network)
    for module in network.modules():
        if isinstance(module, PReLU):
            module.__class__ = nn.PReLU
        elif isinstance(module, SSRGANGenerator):
            module.forward = MethodType(generate, module)
        elif isinstance(module, SSRGANDiscriminator):
            module.forward = MethodType(discriminate, module)
    return network


def generate(self: SSRGANGenerator, x: Tensor) -> Tensor:
    x = self.head(x)
    x = x + self.body(x)
    for layer in (layer for stage in self.upsampling for layer in stage):
        x = layer(x)
    return torch.tanh(self.tail(x))


def discriminate(self: SSRGANDiscriminator, x: Tensor) -> Tensor:
    return self.head(self.features(x))
