"""Networks in OpenVINO, as a backend."""

from typing import Optional

import numpy as np

from ..errors import InputError
from .light_network import LightNetwork
from .neighbourhoods import gaussian, padded, weighted

SMALL = 16  # pixels a side; bfloat16 gains nothing there, and OpenVINO's errs at a single pixel


class LightBackend:
    """A generator on the CPU: see :class:`ssrgan_plugin.restoration.backend.Backend`.

    Args:
        network: As :func:`ssrgan_plugin.restoration.onnx_writing.write_generator` writes it.
        averages: Mean over eight flips and turns, as :func:`ssrgan_plugin.networks.self_ensemble`. Default: False.

    Raises:
        InputError: if it is another network.
    """

    def __init__(self, network: LightNetwork, averages: bool = False):
        facts = network.facts
        if facts.get('kind') != 'generator':
            raise InputError(f'{network.path} is no network that restores: name an exported generator')
        self.network, self.averages = network, averages
        self.tile, self.margin, self.reach = facts['tile'], facts['margin'], facts['reach']
        self.any_range, self.by_channel = facts['any_range'], facts['by_channel']
        self.masks = 3 if self.by_channel == 'together' else 1
        self.half = facts['half_precision']

    def __call__(
        self, pixels: np.ndarray, lost: np.ndarray, coarse: bool = False, far: Optional[np.ndarray] = None
    ) -> np.ndarray:
        height, width = lost.shape[:2]
        within = pixels.clip(-1, 1)
        mask = np.broadcast_to(np.atleast_3d(lost), (height, width, self.masks))
        planes = [np.broadcast_to(within, (height, width, 3)), mask]
        if self.reach is not None:
            begin = np.full((1, 1, 1), np.nan) if far is None else far.clip(-1, 1)
            planes.append(np.broadcast_to(begin, (height, width, 3)))
        shown = np.concatenate(planes, -1, dtype=np.float32)
        half = coarse and self.half and min(height, width) >= SMALL
        restored = self._averaged(shown, half) if self.averages else self._run(shown, half)
        restored = restored.clip(-1, 1)
        if pixels.shape[-1] == 1:
            restored = restored.mean(-1, keepdims=True)
        beyond = np.where(np.atleast_3d(lost), 0, pixels - within)
        return restored + fill_by_neighbours(beyond, lost) if beyond.any() else restored

    def _run(self, planes: np.ndarray, half: bool) -> np.ndarray:
        """(H, W, all inputs) to (H, W, 3)."""
        shown = planes.transpose(2, 0, 1)[None]
        inputs = dict(image=shown[:, :3], mask=shown[:, 3 : 3 + self.masks])
        if self.reach is not None:
            inputs['far'] = shown[:, 3 + self.masks :]
        return self.network(half, **inputs)[0].transpose(1, 2, 0)

    def _averaged(self, planes: np.ndarray, half: bool) -> np.ndarray:
        height, width = planes.shape[:2]
        # So that pixels are paired as in the whole image, whichever side comes first.
        planes = np.pad(planes, ((0, height % 2), (0, width % 2), (0, 0)), 'edge')
        total = np.zeros((*planes.shape[:2], 3), np.float32)
        for flip in (1, -1):
            for turns in range(4):
                turned = np.rot90(planes[:, ::flip], turns)
                total += np.rot90(self._run(turned, half), -turns)[:, ::flip]
        return (total / 8)[:height, :width]


class LightFinder:
    """A network that finds corruption, on the CPU: see :class:`ssrgan_plugin.restoration.backend.Finder`.

    Args:
        network: As :func:`ssrgan_plugin.restoration.onnx_writing.write_finder` writes it.

    Raises:
        InputError: if it is another network.
    """

    def __init__(self, network: LightNetwork):
        if network.facts.get('kind') != 'finder':
            raise InputError(f'{network.path} is no network that finds lost values: name an exported one')
        self.network = network
        self.tile, self.margin = network.facts['tile'], network.facts['margin']

    def __call__(self, pixels: np.ndarray) -> np.ndarray:
        height, width, channels = pixels.shape
        image = np.broadcast_to(pixels, (height, width, 3)).transpose(2, 0, 1)[None]
        logits = self.network(False, image=image)[0].transpose(1, 2, 0)
        if channels == 1:
            logits = logits.mean(-1, keepdims=True)
        return 1 / (1 + np.exp(-logits))


def fill_by_neighbours(values: np.ndarray, lost: np.ndarray, rounds: int = 3, sigma: float = 0.8) -> np.ndarray:
    """What :func:`ssrgan_plugin.networks.first_estimate.fill_by_neighbours` computes, in NumPy.

    Args:
        values: (H, W, C), 0 where they are lost.
        lost: (H, W) or (H, W, C) bool.

    Returns:
        (H, W, C) float32.
    """
    window = gaussian(2, sigma).tolist()
    known = np.broadcast_to(~np.atleast_3d(lost), values.shape).astype(np.float32)
    filled = values.astype(np.float32)
    for _ in range(rounds):
        sums, weights = (
            weighted(padded(weighted(padded(plane, 2, 0), window, 0), 2, 1), window, 1) for plane in (filled, known)
        )
        filled = np.where(known > 0, filled, np.where(weights > 0, sums / np.maximum(weights, 1e-12), 0))
        known = (weights > 0).astype(np.float32)
    return filled
