"""Networks in PyTorch, as a backend."""

import os
from pathlib import Path
from typing import Optional, Sequence, Union

import numpy as np
import torch

from ..checkpoint_files import read_weights
from ..corruption import fixed_colour
from ..errors import InputError, missing_module
from ..networks import CorruptionFinder, MaskAwareSSRGANGenerator, RestoringNetwork, self_ensemble, state_dicts
from ..networks.cpu_bfloat16 import bfloat16_pays
from ..networks.first_estimate import fill_by_neighbours
from ..shipped_files import WEIGHTS

# oneDNN keeps what it has compiled for each size of image: of a thousand sizes, unless it is told, half a gigabyte.
os.environ.setdefault('ONEDNN_PRIMITIVE_CACHE_CAPACITY', '64')
SHIPPED = WEIGHTS / 'ssrgan_mask_aware.safetensors'
SHIPPED_FINDER = WEIGHTS / 'corruption_finder.safetensors'
FilePath = Union[str, Path]


class TorchBackend:
    """A network on a device: see :class:`ssrgan_plugin.restoration.backend.Backend`.

    Args:
        network: With its weights.
        fill: What stood in lost pixels in training: RGB, 0 to 255. Default: black.
        device: Default: the GPU if there is one, else the CPU.
        averages: Mean over :func:`~ssrgan_plugin.networks.self_ensemble`. Default: False.

    Raises:
        InputError: if there is no such device.
    """

    def __init__(
        self,
        network: RestoringNetwork,
        fill: Sequence[float] = (0, 0, 0),
        device: Optional[str] = None,
        averages: bool = False,
    ):
        self.process = os.getpid()
        self.device = usable_device(device)
        self.network = network.to(self.device).eval()
        self.averages, self.colour = averages, tuple(fill)
        self.fill = torch.tensor(fill, dtype=torch.float32, device=self.device).view(1, 3, 1, 1) / 127.5 - 1
        self.tile, self.margin = network.tile, network.margin
        self.reach, self.any_range, self.by_channel = network.reach, network.any_range, network.by_channel
        self.bfloat16 = network.half_precision and bfloat16_pays(self.device)

    @torch.inference_mode()
    def __call__(
        self, pixels: np.ndarray, lost: np.ndarray, coarse: bool = False, far: Optional[np.ndarray] = None
    ) -> np.ndarray:
        mask = self._tensor(np.atleast_3d(lost).astype(np.float32))  # one, or one a channel
        image = self._tensor(pixels)
        within = image.clamp(-1, 1)
        beyond = image - within
        begin = None if far is None else self._tensor(far).clamp(-1, 1).expand(-1, 3, -1, -1)
        shown = self.network.shown(within.expand(-1, 3, -1, -1), mask, self.fill, begin)
        one_thread_after_fork(self.process, self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16 and coarse):
            restored = self_ensemble(self.network, shown) if self.averages else self.network(shown)
        restored = restored.float().clamp(-1, 1)
        if pixels.shape[-1] == 1:
            restored = restored.mean(1, keepdim=True)
        if beyond.any():
            restored = restored + fill_by_neighbours(beyond, 1 - mask)[0]
        return restored[0].permute(1, 2, 0).cpu().numpy()

    def _tensor(self, values: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(values.transpose(2, 0, 1)))[None].to(self.device)


class TorchFinder:
    """A network that finds corruption, on a device: see :class:`ssrgan_plugin.restoration.backend.Finder`.

    Args:
        network: With its weights.
        device: Default: the GPU if there is one, else the CPU.
    """

    def __init__(self, network: CorruptionFinder, device: Optional[str] = None):
        self.process = os.getpid()
        self.device = usable_device(device)
        self.network = network.to(self.device).eval()
        self.tile, self.margin = network.tile, network.margin

    @torch.inference_mode()
    def __call__(self, pixels: np.ndarray) -> np.ndarray:
        # In single precision, for every machine to take the same for lost.
        image = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))[None].to(self.device)
        one_thread_after_fork(self.process, self.device)
        logits = self.network(image.expand(-1, 3, -1, -1))
        if pixels.shape[-1] == 1:
            logits = logits.mean(1, keepdim=True)
        return torch.sigmoid(logits)[0].permute(1, 2, 0).cpu().numpy()


def load_finder(device: Optional[str] = None) -> TorchFinder:
    """The shipped network that finds corruption."""
    network = CorruptionFinder()
    state_dicts.load_generator(network, read_weights(SHIPPED_FINDER), SHIPPED_FINDER)
    return TorchFinder(network, device)


def one_thread_after_fork(process: int, device: torch.device) -> None:
    """A forked child would wait for its parent's threads for ever."""
    if os.getpid() != process and device.type == 'cpu':
        torch.set_num_threads(1)


def usable_device(name: Optional[str]) -> torch.device:
    try:
        device = torch.device(name or ('cuda' if torch.cuda.is_available() else 'cpu'))
        torch.zeros(1, device=device).cpu()
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f'device {name!r} cannot be used here ({reason}): leave it out, or say cpu') from error
    return device


def load(
    config: Optional[FilePath] = None,
    checkpoint: Optional[FilePath] = None,
    device: Optional[str] = None,
    averages: bool = False,
) -> TorchBackend:
    """The shipped network, or the one of a toolbox config: see :class:`ssrgan_plugin.restoration.restorer.Restorer`."""
    usable_device(device)  # told before anything is read
    if config is None:
        network: RestoringNetwork = MaskAwareSSRGANGenerator()
        state_dicts.load_generator(network, read_weights(checkpoint or SHIPPED), checkpoint or SHIPPED)
        return TorchBackend(network, device=device, averages=averages)
    if checkpoint is None:
        raise InputError(f'{config} comes with no weights: name its checkpoint')
    try:
        from ..toolbox.trained_models import load_generator
    except ModuleNotFoundError as error:
        raise InputError(f'{config} cannot be read: {missing_module(error)}') from error
    network, fill, trained_averages = load_generator(config, checkpoint)
    colour = fixed_colour(fill)
    if colour is None:
        raise InputError(
            f"{config} was trained with {fill} for lost pixels, not one colour: restore by the toolbox's tools"
        )
    bgr = np.broadcast_to(colour.astype(float), 3)  # as the toolbox's images are
    return TorchBackend(network, bgr[::-1].tolist(), device, averages or trained_averages)
