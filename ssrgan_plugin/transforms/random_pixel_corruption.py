from typing import Optional, Tuple, Union

import numpy as np
from mmagic.registry import TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine.dist import get_rank
from torch.utils.data import get_worker_info

from ..corruption import Fill, check_fill, check_seed, corrupt, random_mask, ratio_range, seeded_rng
from ..errors import InputError


def fresh_rng() -> np.random.Generator:
    """A generator that no other call, data-loading worker, epoch or process gets, reproducible by the run's seed.

    NumPy's global state alone won't do: MMEngine seeds the workers alike at the start of every epoch, and
    without MMEngine forked workers share it. PyTorch's seed of a worker is new every epoch, but may be the
    same in every process; hence the rank.
    """
    worker = get_worker_info()
    return np.random.default_rng([worker.seed if worker else 0, get_rank(), np.random.randint(2**32, dtype=np.uint32)])


@TRANSFORMS.register_module()
class RandomPixelCorruption(BaseTransform):
    """Corrupts a share of an image's pixels, picked uniformly at random (arXiv 2409.12636).

    Exactly ``round(ratio * H * W)`` positions, without replacement, the same in all channels unless asked otherwise.

    Required keys: ``[key]`` ((H, W), (H, W, 1) or (H, W, 3), intensities 0 to 255, uint8 or float);
    with a seed also ``key`` (the image's name, as MMagic's datasets give it) or ``[key]_path``.

    Added keys: ``img`` (the corrupted copy, same shape and dtype); ``mask`` ((H, W, 1) uint8, 1 = corrupted, which
    MMagic's inpaintors take as it is; (H, W, C) with ``by_channel``); ``mask_bbox`` (top, left, height, width), a
    window at random for those with a local discriminator (Global&Local, DeepFillv1), since lost pixels have no
    bounding box of their own.

    Args:
        ratio: Share of the pixels, in (0, 1), or a (low, high) range to draw it from for each image.
        key: The image to corrupt. Default: 'gt'.
        fill: What corrupted pixels become: see :func:`ssrgan_plugin.corruption.corrupt`. Default: 'black'.
        seed: With a seed the mask depends on it and the image's name alone, so that every epoch and every model
            sees the same corruption, and a higher ratio corrupts all that a lower one does; without one, no two
            workers or epochs repeat. Default: None.
        by_channel: Pick each channel's positions by themselves; or in what share of the images to do so.
            Default: False.
        local_size: (height, width) of the window, the model's ``train_cfg.local_size``. Default: half the image each
            way, as MMagic's configs have it.

    Raises:
        InputError: if the ratio, ``seed`` or ``by_channel`` is out of range, the fill is unknown, or the window is
            larger than the image.
    """

    def __init__(
        self,
        ratio: Union[float, Tuple[float, float]],
        key: str = 'gt',
        fill: Fill = 'black',
        seed: Optional[int] = None,
        by_channel: Union[bool, float] = False,
        local_size: Optional[Tuple[int, int]] = None,
    ):
        self.ratio = ratio
        self.low, self.high = ratio_range(ratio)
        self.key = key
        self.fill = check_fill(fill)
        self.seed = check_seed(seed)
        if not 0 <= by_channel <= 1:
            raise InputError(f'by_channel {by_channel} must be a share of the images, from 0 to 1')
        self.by_channel = by_channel
        self.local_size = local_size

    def transform(self, results: dict) -> dict:
        image = results[self.key]
        rng = fresh_rng() if self.seed is None else seeded_rng(self.seed, self._name(results))
        ratio = self.low if self.low == self.high else rng.uniform(self.low, self.high)
        results['mask'] = self._mask(image, ratio, rng)
        results['img'] = corrupt(image, results['mask'], self.fill, rng)
        results['mask_bbox'] = self._window(image.shape, rng)
        for meta in ('channel_order', 'color_type'):
            if f'{self.key}_{meta}' in results:
                results[f'img_{meta}'] = results[f'{self.key}_{meta}']
        return results

    def _mask(self, image: np.ndarray, ratio: float, rng: np.random.Generator) -> np.ndarray:
        channels = image.shape[2] if self.by_channel and image.ndim == 3 else 1
        # Of one shape in any case, so that images of both kinds make a batch.
        apart = channels if channels > 1 and rng.random() < self.by_channel else 1
        return np.repeat(self._draw(*image.shape[:2], ratio, rng, apart), channels // apart, -1)

    def _draw(self, height: int, width: int, ratio: float, rng: np.random.Generator, channels: int) -> np.ndarray:
        return random_mask(height, width, ratio, rng, channels)

    def _window(self, shape: Tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        size = self.local_size or (max(shape[0] // 2, 1), max(shape[1] // 2, 1))
        places = np.subtract(shape[:2], size) + 1
        if min(places) < 1:
            raise InputError(f'local_size {tuple(size)} does not fit into an image of {shape[0]}×{shape[1]}')
        return np.array([*rng.integers(places), *size])

    def _name(self, results: dict) -> str:
        return results['key'] if 'key' in results else results[f'{self.key}_path']

    def __repr__(self) -> str:
        return (
            f'{self.__class__.__name__}(ratio={self.ratio}, key={self.key!r}, fill={self.fill!r}, '
            f'seed={self.seed}, by_channel={self.by_channel}, local_size={self.local_size})'
        )
