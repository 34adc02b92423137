from typing import Optional

from mmagic.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from ..corruption import check_seed, seeded_rng
from ..random_damage import hard_picture, random_damage
from .random_pixel_corruption import fresh_rng


@TRANSFORMS.register_module()
class RandomDamage(BaseTransform):
    """Damage of a kind drawn at random, or none, to train a network that finds it:
    :func:`ssrgan_plugin.random_damage.random_damage`.

    Required keys: ``[key]`` ((H, W, 3) uint8, BGR); with a seed also ``[key]_path``.

    Added keys: ``img`` (the damaged copy); ``mask`` ((H, W, 3) uint8, 1 = lost).

    Args:
        key: The image to damage. Default: 'gt'.
        undamaged: Share of the images that stay as they are. Default: 0.2.
        hard: First make pictures that are easily taken for damaged ones, which ``[key]`` then becomes. Default: True.
        seed: With a seed an image is always damaged alike, by its name. Default: None.
    """

    def __init__(self, key: str = 'gt', undamaged: float = 0.2, hard: bool = True, seed: Optional[int] = None):
        self.key = key
        self.undamaged = undamaged
        self.hard = hard
        self.seed = check_seed(seed)

    def transform(self, results: dict) -> dict:
        rng = fresh_rng() if self.seed is None else seeded_rng(self.seed, results[f'{self.key}_path'].split('/')[-1])
        if self.hard:
            results[self.key] = hard_picture(results[self.key], rng)
        results['img'], results['mask'] = random_damage(results[self.key], rng, self.undamaged)
        return results

    def __repr__(self) -> str:
        return (
            f'{self.__class__.__name__}(key={self.key!r}, undamaged={self.undamaged}, hard={self.hard}, '
            f'seed={self.seed})'
        )
