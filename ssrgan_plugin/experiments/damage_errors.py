"""Errors of restored photographs by kind of damage, beside those of what OpenCV offers for it."""

import re
import warnings
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence

import cv2
import numpy as np
from tqdm import tqdm

from ..classical_inpainting import restore
from ..corruption import bayer_mask, random_mask
from ..errors import InputError
from ..restoration import image_files
from ..restoration.restorer import Restorer

HOLES = {8: 9, 16: 4, 32: 2}  # how many of a size; of larger ones, one
MARGIN = 8  # pixels between a hole and the border
KINDS = (
    *(f'hole{side}' for side in (8, 16, 32, 60, 80, 120)),
    *(f'border{side}' for side in (32, 60, 120)),
    'corner60',
    *(f'pixels{share}' for share in (50, 90)),
    *(f'channels{share}' for share in (20, 50, 80)),
    'mosaic',
)
Method = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Damage(NamedTuple):
    """``mask``: of a square's side and random numbers; ``rivals``: what else restores it."""

    mask: Callable[[int, np.random.Generator], np.ndarray]
    rivals: Dict[str, Method]


def damage_errors(
    images: Sequence[Path],
    every: int = 2,
    max_images: int = 12,
    crop: int = 256,
    checkpoint: Optional[Path] = None,
    kinds: Optional[Sequence[str]] = None,
) -> None:
    """Prints a table: squared error on what was lost, over its squared intensities, the photographs' mean.

    Args:
        images: Photographs of 8 bits in RGB, or folders of them.
        every: Take the ``every``-th of them, the next after as many again, and so on. Default: 2.
        max_images: How many. Default: 12.
        crop: Side of the square taken from the centre, pixels. Default: 256.
        checkpoint: Default: the shipped weights.
        kinds: Of damage: ``hole``, ``border`` or ``corner`` with a side, ``pixels`` or ``channels`` with a percentage,
            ``mosaic``. Default: :data:`KINDS`.

    Raises:
        InputError: if there is no such kind, or no photograph of that size.
    """
    damages = {name: damage(name, crop) for name in kinds or KINDS}
    originals = [centre(path, crop) for path in chosen(images, every, max_images)]
    restorer = Restorer(checkpoint=checkpoint)
    print(f'squared error on what was lost, over its squared intensities; mean of {len(originals)}, {crop}×{crop}')
    for name, (mask, rivals) in damages.items():
        methods: Dict[str, Method] = {'Restorer': restorer, **rivals}
        rows: List[List[float]] = []
        for seed, original in enumerate(tqdm(originals, name, unit='image', leave=False)):
            lost = mask(crop, np.random.default_rng(seed)) != 0
            damaged = np.where(lost, 0, original).astype(np.uint8)
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')  # that holes are deep
                rows.append([error(method(damaged, lost), original, lost) for method in methods.values()])
        told = '  '.join(f'{method} {value:.5f}' for method, value in zip(methods, np.mean(rows, 0)))
        worse = sum(row[0] > min(row[1:], default=np.inf) for row in rows)
        best = f'  another is better on {worse}' if rivals else ''
        print(f'{name:12}{told}{best}', flush=True)


def chosen(images: Sequence[Path], every: int, most: Optional[int]) -> List[Path]:
    files = [file for path in images for file in (image_files.find(path)[0] if path.is_dir() else [path])]
    taken = files[every - 1 :: every][:most]
    if not taken:
        raise InputError(f'{len(files)} photographs are too few for --every {every}: name more, or say --every 1')
    return taken


def centre(path: Path, side: int) -> np.ndarray:
    pixels = image_files.read(path).pixels
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise InputError(f'{path} is no photograph in RGB of 8 bits: leave it out')
    if min(pixels.shape[:2]) < side:
        raise InputError(f'{path} is smaller than {side}×{side}: leave it out, or say --crop {min(pixels.shape[:2])}')
    y, x = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
    return pixels[y : y + side, x : x + side]


def error(restored: np.ndarray, original: np.ndarray, lost: np.ndarray) -> float:
    lost = np.broadcast_to(lost, original.shape)
    truth = original[lost].astype(np.float64)
    return float(((restored[lost] - truth) ** 2).sum() / (truth**2).sum())


def damage(name: str, crop: int) -> Damage:
    match = re.fullmatch(r'(hole|border|corner|pixels|channels|mosaic)(\d*)', name)
    if not match or (match[1] == 'mosaic') == bool(match[2]):
        raise InputError(f'{name} is no kind of damage: name some such as {", ".join(KINDS[::3])}')
    kind, number = match[1], int(match[2] or 0)
    if kind == 'mosaic':
        return Damage(lambda side, rng: bayer_mask(side, side), demosaicing())
    if kind in ('pixels', 'channels'):
        if not 0 < number < 100:
            raise InputError(f'{name}: a share is more than 0 and less than 100 %')
        channels = 3 if kind == 'channels' else 1
        rivals = {} if kind == 'channels' else {'biharmonic': by_pixel('biharmonic')}
        return Damage(lambda side, rng: random_mask(side, side, number / 100, rng, channels), rivals)
    if not 0 < number < crop - 2 * MARGIN:
        raise InputError(f'{name}: a hole fits into {crop}×{crop} from 1 to {crop - 2 * MARGIN - 1} pixels')

    def holes(side: int, rng: np.random.Generator) -> np.ndarray:
        lost = np.zeros((side, side, 1), np.uint8)
        for _ in range(HOLES.get(number, 1)):
            y, x = rng.integers(MARGIN, side - MARGIN - number, 2) * [kind != 'corner', kind == 'hole']
            lost[y : y + number, x : x + number] = 1
        return lost

    rivals = {'Telea': by_pixel('telea'), 'Navier–Stokes': by_pixel('navier_stokes')}
    return Damage(holes, rivals)


def by_pixel(method: str) -> Method:
    return lambda damaged, lost: restore(damaged, lost[..., 0], method)


def demosaicing() -> Dict[str, Method]:
    """OpenCV's, and those of colour-demosaicing where that is installed."""

    def by_opencv(code: int) -> Method:
        return lambda damaged, lost: cv2.cvtColor(damaged.max(-1), code)

    methods = {
        'bilinear': by_opencv(cv2.COLOR_BayerRGGB2RGB),
        'VNG': by_opencv(cv2.COLOR_BayerRGGB2RGB_VNG),
        'EA': by_opencv(cv2.COLOR_BayerRGGB2RGB_EA),
    }
    try:
        import colour_demosaicing
    except ImportError:
        return methods

    def by_colour(function: Callable) -> Method:
        return lambda damaged, lost: np.clip(function(damaged.max(-1) / 255) * 255, 0, 255)

    malvar = colour_demosaicing.demosaicing_CFA_Bayer_Malvar2004
    menon = colour_demosaicing.demosaicing_CFA_Bayer_Menon2007
    return {**methods, 'Malvar': by_colour(malvar), 'Menon': by_colour(menon)}
