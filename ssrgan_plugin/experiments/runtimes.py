"""What computes, side by side: OpenVINO and PyTorch, on this machine's CPU, in turn."""

from time import perf_counter
from typing import Dict, Sequence

import numpy as np
import torch  # noqa: F401  # a missing one is told before anything is timed
from tqdm import tqdm

from ..corruption import random_mask
from ..restoration.backends import NAMES
from ..restoration.restorer import Restorer

TYPES = (np.uint8, np.uint16)  # in bfloat16, where the CPU has it; in single precision


def runtimes(sizes: Sequence[int], rounds: int) -> None:
    """Prints what a restored picture takes, half of whose pixels are lost, and how far the two come apart.

    Args:
        sizes: Of its sides.
        rounds: Of each; the least time counts, for others may be at work on the machine.
    """
    restorers = {name: Restorer(device='cpu', backend=name) for name in NAMES}
    print('    size  bits    openvino       torch  openvino / torch  grey levels apart, of 255')
    for size in sizes:
        picture, mask = smooth_picture(size), random_mask(size, size, 0.5, np.random.default_rng(0))[..., 0]
        for dtype in TYPES:
            step = np.iinfo(dtype).max // 255
            damaged = np.where(mask[..., None], 0, np.rint(picture * 255 * step)).astype(dtype)
            times: Dict[str, float] = dict.fromkeys(NAMES, np.inf)
            restored: Dict[str, np.ndarray] = {}
            for _ in tqdm(range(rounds + 1), f'{size}×{size}', unit='round', leave=False):  # the first warms up
                for name, restorer in restorers.items():
                    begin = perf_counter()
                    restored[name] = restorer(damaged, mask)
                    times[name] = min(times[name], perf_counter() - begin)
            told = ''.join(f'{1000 * seconds:9.1f} ms' for seconds in times.values())
            apart = np.abs(np.subtract(*(each.astype(float) for each in restored.values()))).max() / step
            ratio = times['openvino'] / times['torch']
            print(f'{f"{size}×{size}":>9}{8 * damaged.itemsize:5}{told}{ratio:17.2f}{apart:19.2f}')


def smooth_picture(size: int) -> np.ndarray:
    """(H, W, 3), 0.1 to 0.9: waves of several lengths."""
    y, x = np.mgrid[:size, :size] / 7
    waves = [np.sin(x / (k + 1) + k) * np.cos(y / (3 - k)) for k in range(3)]
    return 0.5 + 0.4 * np.stack(waves, -1)
