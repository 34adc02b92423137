"""How well pictures are restored of which nobody says what is lost: against the true mask, and against filters that
need none."""

from pathlib import Path
from typing import Dict, Iterator, List, Sequence, Tuple

import cv2
import numpy as np
from skimage.metrics import peak_signal_noise_ratio
from skimage.restoration import denoise_nl_means
from tqdm import tqdm

from ..corruption import corrupt, random_mask, seeded_rng
from ..errors import InputError
from ..random_damage import HARD
from ..restoration import image_files
from ..restoration.restorer import Restorer

LEVELS = {'salt_and_pepper': (0.1, 0.3, 0.5, 0.7), 'uniform_noise': (0.1, 0.3, 0.5)}


def finding(images: Path, count: int = 20, side: int = 256, undamaged: int = 200) -> None:
    """Prints two tables: the mean PSNR of restored pictures by kind of damage, and what becomes of intact ones.

    Args:
        images: Folder of RGB photographs, of which the centre is taken; none that the network was trained on.
        count: How many of them, evenly spread. Default: 20.
        side: Of the centres, pixels. Default: 256.
        undamaged: How many intact pictures: the photographs, and changed to what is easily taken for damage.
            Default: 200.

    Raises:
        InputError: if the folder holds too few such photographs.
    """
    pictures = centres(images, side)
    if len(pictures) < count:
        raise InputError(f'{images} holds {len(pictures)} photographs of {side}×{side} and more: name {count}')
    spread = [pictures[i] for i in np.linspace(0, len(pictures), count, endpoint=False, dtype=int)]
    restorer = Restorer()
    print('| damage | true mask, dB | no mask | median or non-local means, the best for each picture | refused |')
    print('|---|---|---|---|---|')
    for fill, levels in LEVELS.items():
        for channels in (1, 3):
            for ratio in levels:
                rows = [one(restorer, picture, fill, ratio, channels) for picture in tqdm(spread, leave=False)]
                true, found, filtered = np.array([row[:3] for row in rows]).mean(0)
                unit = 'values' if channels > 1 else 'pixels'
                refused = sum(row[3] for row in rows)
                print(f'| {ratio:.0%} of {unit}, {fill} | {true:.2f} | {found:.2f} | {filtered:.2f} | {refused} |')
    changed, worst, refused = intact(restorer, pictures, undamaged)
    print(
        f'\n{undamaged} intact pictures: {10000 * np.mean(changed):.2f} of 10,000 pixels changed on average, '
        f'{10000 * max(changed):.2f} at most; the least PSNR is {worst:.1f} dB; {refused} refused'
    )


def centres(folder: Path, side: int) -> List[Tuple[str, np.ndarray]]:
    pictures = []
    for path in image_files.find(folder)[0]:
        pixels = image_files.read(path).pixels
        if pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.dtype == np.uint8 and min(pixels.shape[:2]) >= side:
            y, x = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
            pictures.append((path.name, np.ascontiguousarray(pixels[y : y + side, x : x + side])))
    return pictures


def one(
    restorer: Restorer, picture: Tuple[str, np.ndarray], fill: str, ratio: float, channels: int
) -> Tuple[float, float, float, bool]:
    name, original = picture
    rng = seeded_rng(0, name)
    mask = random_mask(*original.shape[:2], ratio, rng, channels)
    damaged = corrupt(original, mask, fill, rng)

    def psnr(restored: np.ndarray) -> float:
        return peak_signal_noise_ratio(original, restored)

    filtered = max(psnr(each) for each in by_filters(damaged))
    try:
        found, refused = restorer(damaged), False
    except InputError:
        found, refused = damaged, True
    return psnr(restorer(damaged, mask)), psnr(found), filtered, refused


def by_filters(damaged: np.ndarray) -> Iterator[np.ndarray]:
    for size in (3, 5, 7):
        yield cv2.medianBlur(damaged, size)
    for strength in (10, 20, 40, 80):
        restored = denoise_nl_means(
            damaged, h=strength, fast_mode=True, patch_size=5, patch_distance=6, channel_axis=-1,
            preserve_range=True,
        )  # fmt: skip
        yield np.clip(np.rint(restored), 0, 255).astype(np.uint8)


def intact(
    restorer: Restorer, pictures: Sequence[Tuple[str, np.ndarray]], count: int
) -> Tuple[List[float], float, int]:
    """The share of changed pixels of each, the least PSNR, and how many were refused."""
    changes: Dict[str, object] = {'as it is': None, **{change.__name__: change for change in HARD}}
    todo = [(picture, kind) for kind in changes for picture in pictures]
    changed, worst, refused = [], np.inf, 0
    for i in tqdm(np.linspace(0, len(todo), count, endpoint=False, dtype=int), leave=False):
        (name, original), kind = todo[i]
        change = changes[kind]
        if change:
            original = change(original, seeded_rng(1, name))  # type: ignore[operator]
        try:
            restored = restorer(original)
        except InputError:
            restored = original
            refused += 1
        changed.append(float((restored != original).any(-1).mean()))
        if changed[-1]:
            worst = min(worst, peak_signal_noise_ratio(original, restored))
    return changed, worst, refused
