"""Draws README's first picture, first_screen.jpg beside this file: python .github/first_screen.py

Damaged, restored by scikit-image's biharmonic inpainting, restored by the shipped weights, and original, at 50 and 80 %
of pixels lost. The photographs ship inside scikit-image: NASA's astronaut (public domain), Chelsea the cat (CC0).
"""

from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data
from skimage.metrics import peak_signal_noise_ratio

from ssrgan_plugin import Restorer
from ssrgan_plugin.captions import captioned
from ssrgan_plugin.classical_inpainting import restore
from ssrgan_plugin.corruption import corrupt, random_mask, seeded_rng

SIDE = 216
# One crop a level.
ROWS = ((0.5, data.chelsea, 20, 130), (0.8, data.astronaut, 2, 115))


def row(ratio: float, original: np.ndarray) -> np.ndarray:
    rng = seeded_rng(0, 'first screen')
    mask = random_mask(SIDE, SIDE, ratio, rng)
    damaged = corrupt(original, mask, 'black', rng)
    pictures = {
        f'{ratio:.0%} of pixels lost': damaged,
        'biharmonic inpainting': restore(damaged, mask[..., 0] == 1, 'biharmonic').round().astype(np.uint8),
        'SSRGAN plug-in': Restorer()(damaged, mask),
    }
    errors = [f'{name}, {peak_signal_noise_ratio(original, picture):.1f} dB' for name, picture in pictures.items()]
    print(*errors, sep='; ')
    return captioned([*pictures.values(), original], [*errors, 'original'])


def main() -> None:
    rows = [row(ratio, photograph()[top : top + SIDE, left : left + SIDE]) for ratio, photograph, top, left in ROWS]
    Image.fromarray(np.concatenate(rows)).save(Path(__file__).with_suffix('.jpg'), quality=88)


if __name__ == '__main__':
    main()
