"""Networks in OpenVINO, as a backend."""

import cv2
import numpy as np

from ..errors import InputError
from .light_network import LightNetwork

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
        self.half = facts['half_precision']

    def __call__(self, pixels: np.ndarray, lost: np.ndarray, coarse: bool = False) -> np.ndarray:
        within = pixels.clip(-1, 1)
        mask = np.broadcast_to(np.atleast_3d(lost), (*lost.shape[:2], 3 if self.by_channel else 1))
        planes = np.concatenate([np.broadcast_to(within, (*within.shape[:2], 3)), mask], -1, dtype=np.float32)
        half = coarse and self.half and min(planes.shape[:2]) >= SMALL
        restored = self._averaged(planes, half) if self.averages else self._run(planes, half)
        restored = restored.clip(-1, 1)
        if pixels.shape[-1] == 1:
            restored = restored.mean(-1, keepdims=True)
        beyond = np.where(np.atleast_3d(lost), 0, pixels - within)
        return restored + fill_by_neighbours(beyond, lost) if beyond.any() else restored

    def _run(self, planes: np.ndarray, half: bool) -> np.ndarray:
        """(H, W, 3 and masks) to (H, W, 3)."""
        shown = planes.transpose(2, 0, 1)[None]
        return self.network(half, image=shown[:, :3], mask=shown[:, 3:])[0].transpose(1, 2, 0)

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


def fill_by_neighbours(values: np.ndarray, lost: np.ndarray, rounds: int = 3, sigma: float = 0.8) -> np.ndarray:
    """What :func:`ssrgan_plugin.networks.first_estimate.fill_by_neighbours` computes, in NumPy.

    Args:
        values: (H, W, C), 0 where they are lost.
        lost: (H, W) or (H, W, C) bool.

    Returns:
        (H, W, C) float32.
    """
    window = np.exp(-(np.arange(-2, 3, dtype=np.float32) ** 2) / (2 * sigma**2))
    known = np.ascontiguousarray(np.broadcast_to(~np.atleast_3d(lost), values.shape), np.float32)
    filled = np.ascontiguousarray(values, np.float32)
    for _ in range(rounds):
        sums, weights = (
            cv2.sepFilter2D(plane, -1, window, window, borderType=cv2.BORDER_CONSTANT).reshape(values.shape)
            for plane in (filled, known)
        )
        filled = np.where(known > 0, filled, np.where(weights > 0, sums / np.maximum(weights, 1e-12), 0))
        known = (weights > 0).astype(np.float32)
    return filled
