"""The mask-aware generator as a reconstructor for DeepInverse, whose benchmarks compare such."""

from pathlib import Path
from typing import Any, Optional, Union

import torch
from deepinv.models import Reconstructor
from deepinv.physics import Physics
from torch import Tensor

from ..checkpoint_files import read_weights
from ..errors import InputError
from ..networks import MaskAwareSSRGANGenerator
from ..networks.from_weights import from_weights
from ..shipped_files import WEIGHTS


class SSRGANReconstructor(Reconstructor):
    r"""Restores what :class:`deepinv.physics.Inpainting` has lost: :math:`y = m \odot x`, values from 0 to 1.

    Where channels are lost by themselves, each is restored as a grey picture, as
    :class:`ssrgan_plugin.restoration.restorer.Restorer` does. Known values are returned as they were measured, so that
    noise in them stays.

    Args:
        checkpoint: Of a mask-aware generator for RGB. Default: the shipped weights.
        device: Default: the CPU.

    Shape:
        - y: (N, C, H, W), any C, H and W; ``physics.mask`` broadcasts to it, 0 = lost.
        - Output: as y.

    Raises:
        InputError: if the checkpoint is of another network, or the physics has no such mask.

    Example:
        >>> import deepinv
        >>> x = torch.linspace(0, 1, 64).expand(1, 3, 64, 64).contiguous()
        >>> physics = deepinv.physics.Inpainting((3, 64, 64), mask=0.5, rng=torch.Generator().manual_seed(0))
        >>> restored = SSRGANReconstructor()(physics(x), physics)
        >>> bool(deepinv.metric.PSNR()(restored, x) > 40)
        True
    """

    def __init__(self, checkpoint: Union[str, Path, None] = None, device: Union[str, torch.device] = 'cpu'):
        super().__init__()
        checkpoint = checkpoint or WEIGHTS / 'ssrgan_mask_aware.safetensors'
        network = from_weights(read_weights(checkpoint))
        if not isinstance(network, MaskAwareSSRGANGenerator) or network.image_channels != 3:
            raise InputError(f'{checkpoint} is no mask-aware generator for RGB: name another')
        self.network = network.to(device).eval()

    def forward(self, y: Tensor, physics: Physics, **kwargs: Any) -> Tensor:
        mask: Optional[Tensor] = getattr(physics, 'mask', None)
        if mask is None or mask.shape[-2:] != y.shape[-2:]:
            raise InputError('the physics has no mask of the image: take deepinv.physics.Inpainting')
        lost = (mask == 0).expand_as(y)
        if y.shape[1] == 3 and bool((lost == lost[:, :1]).all()):
            return self._restored(y, lost[:, :1])
        channels = y.flatten(0, 1)[:, None]
        grey = self._restored(channels.expand(-1, 3, -1, -1), lost.flatten(0, 1)[:, None])
        return torch.where(lost, grey.mean(1).view_as(y), y)

    def _restored(self, y: Tensor, lost: Tensor) -> Tensor:
        restored = self.network(torch.cat([y * 2 - 1, lost.to(y.dtype)], 1)) / 2 + 0.5
        return torch.where(lost, restored.clamp(0, 1), y)
