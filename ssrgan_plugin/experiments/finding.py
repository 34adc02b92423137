"""How well pictures are restored of which nobody says what is lost: against the true mask, and against filters that
need none."""

import warnings
from pathlib import Path
from typing import Callable, Dict, Iterable, Iterator, Optional, Sequence, Tuple

import cv2
import numpy as np
from skimage.metrics import peak_signal_noise_ratio
from skimage.restoration import denoise_nl_means
from tqdm import tqdm

from ..corruption import corrupt, random_mask, seeded_rng
from ..errors import InputError
from ..random_damage import HARD
from ..restoration.restorer import Restorer
from .damage_errors import centre, chosen

LEVELS = {'salt_and_pepper': (0.1, 0.3, 0.5, 0.7), 'uniform_noise': (0.1, 0.3, 0.5)}
INTACT: Dict[str, Optional[Callable]] = {'as it is': None, **{change.__name__[1:]: change for change in HARD}}
Picture = Tuple[str, np.ndarray]


def finding(
    images: Sequence[Path], every: int = 2, max_images: int = 20, crop: int = 256, undamaged: int = 200
) -> None:
    """Prints two tables: the mean PSNR of restored pictures by kind of damage, and what becomes of intact ones.

    Args:
        images: Photographs of 8 bits in RGB, or folders of them; none that the network was trained on.
        every: Damage the ``every``-th of them, the next after as many again, and so on. Default: 2.
        max_images: How many. Default: 20.
        crop: Side of the square taken from the centre, pixels. Default: 256.
        undamaged: How many intact pictures: all photographs, as they are and changed to what is easily taken for
            damage. Default: 200.

    Raises:
        InputError: if there are too few photographs, or one is too small.
    """
    pictures = [(path.name, centre(path, crop)) for path in chosen(images, every, max_images)]
    everything = [(path.name, centre(path, crop)) for path in chosen(images, 1, None)]
    restorer = Restorer()
    print(f'mean PSNR of {len(pictures)} photographs, {crop}×{crop}, dB\n')
    print('| lost | true mask | no mask | median or non-local means, the best for each picture | refused |')
    print('|---|---|---|---|---|')
    for fill, levels in LEVELS.items():
        for channels in (1, 3):
            for ratio in levels:
                name = f'{ratio:.0%} of {"values" if channels > 1 else "pixels"}, {fill}'
                rows = [one(restorer, picture, fill, ratio, channels) for picture in shown(pictures, name)]
                true, found, filtered, refused = np.array(rows, float).T
                told = f'{true.mean():.2f} | {found.mean():.2f} | {filtered.mean():.2f} | {refused.sum():.0f}'
                print(f'| {name} | {told} |', flush=True)
    print('\n| not damaged | pictures | of 10,000 pixels changed | in the worst | least PSNR, dB | refused |')
    print('|---|---|---|---|---|---|')
    cases = [(picture, name) for name in INTACT for picture in everything]
    taken = [cases[i] for i in np.linspace(0, len(cases), undamaged, endpoint=False, dtype=int)]
    rows = [(name, *intact(restorer, picture, INTACT[name])) for picture, name in shown(taken, 'not damaged')]
    for name in (*INTACT, 'all'):
        some = np.array([row[1:] for row in rows if name in (row[0], 'all')]).reshape(-1, 3)
        if len(some):
            changed, least, refused = 10000 * some[:, 0], some[:, 1].min(), some[:, 2].sum()
            told = f'{changed.mean():.2f} | {changed.max():.2f} | {least:.1f} | {refused:.0f}'
            print(f'| {name.replace("_", " ")} | {len(some)} | {told} |')


def shown(cases: Sequence, what: str) -> Iterable:
    return tqdm(cases, what, unit='image', leave=False)


def one(
    restorer: Restorer, picture: Picture, fill: str, ratio: float, channels: int
) -> Tuple[float, float, float, bool]:
    name, original = picture
    rng = seeded_rng(0, name)
    mask = random_mask(*original.shape[:2], ratio, rng, channels)
    damaged = corrupt(original, mask, fill, rng)
    filtered = max(peak_signal_noise_ratio(original, each) for each in by_filters(damaged))
    found, refused = unmasked(restorer, damaged)
    true = restorer(damaged, mask)
    return peak_signal_noise_ratio(original, true), peak_signal_noise_ratio(original, found), filtered, refused


def unmasked(restorer: Restorer, picture: np.ndarray) -> Tuple[np.ndarray, bool]:
    """The restored one; or, if it is refused, itself."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # that nothing was found
        try:
            return restorer(picture), False
        except InputError:
            return picture, True


def by_filters(damaged: np.ndarray) -> Iterator[np.ndarray]:
    for size in (3, 5, 7):
        yield cv2.medianBlur(damaged, size)
    for strength in (10, 20, 40, 80):
        restored = denoise_nl_means(
            damaged, h=strength, fast_mode=True, patch_size=5, patch_distance=6, channel_axis=-1,
            preserve_range=True,
        )  # fmt: skip
        yield np.clip(np.rint(restored), 0, 255).astype(np.uint8)


def intact(restorer: Restorer, picture: Picture, change: Optional[Callable]) -> Tuple[float, float, bool]:
    """The share of changed pixels, the PSNR, and whether it was refused."""
    name, original = picture
    if change:
        original = change(original, seeded_rng(1, name))
    restored, refused = unmasked(restorer, original)
    changed = float((restored != original).any(-1).mean())
    return changed, peak_signal_noise_ratio(original, restored) if changed else np.inf, refused
