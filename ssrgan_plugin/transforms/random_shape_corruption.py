from typing import Sequence

import numpy as np
from mmagic.registry import TRANSFORMS

from ..damage_shapes import SHAPES, check_shape, shape_mask
from .random_pixel_corruption import RandomPixelCorruption


@TRANSFORMS.register_module()
class RandomShapeCorruption(RandomPixelCorruption):
    """Corrupts an image by shapes instead of scattered pixels: :func:`ssrgan_plugin.damage_shapes.shape_mask`.

    Keys are those of :class:`RandomPixelCorruption`.

    Args:
        ratio: Share of the pixels that the shapes cover at least, in (0, 1), or a (low, high) range.
        shapes: Kinds, of which one is drawn for each image. Default: all.
        kwargs: Those of :class:`RandomPixelCorruption`; with ``by_channel`` the mask has a channel for each of the
            image's, which are the same or drawn each by itself.
    """

    def __init__(self, *args, shapes: Sequence[str] = tuple(SHAPES), **kwargs):
        super().__init__(*args, **kwargs)
        self.shapes = [check_shape(shape) for shape in shapes]

    def _draw(self, height: int, width: int, ratio: float, rng: np.random.Generator, channels: int) -> np.ndarray:
        shape = self.shapes[rng.integers(len(self.shapes))]
        return np.concatenate([shape_mask(height, width, shape, ratio, rng) for _ in range(channels)], -1)

    def __repr__(self) -> str:
        return f'{super().__repr__()[:-1]}, shapes={self.shapes})'
