"""Draws paper_model.jpg beside this file, for configs/README.md: python .github/paper_model.py

The shipped SSRGAN, its known pixels kept, between classical methods and the mask-aware network, at 128×128 and its two
levels. The photographs ship inside scikit-image: Chelsea the cat (CC0), NASA's astronaut (public domain).
"""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from skimage import data

from ssrgan_plugin import Restorer
from ssrgan_plugin.captions import captioned
from ssrgan_plugin.classical_inpainting import restore
from ssrgan_plugin.corruption import corrupt, random_mask, seeded_rng
from ssrgan_plugin.nmse import nmse
from ssrgan_plugin.shipped_files import WEIGHTS, shipped

SIDE = 128
# One square a level.
ROWS = ((50, data.chelsea, 0, 90, 300), (80, data.astronaut, 0, 115, 256))


def row(level: int, original: np.ndarray) -> np.ndarray:
    rng = seeded_rng(0, 'paper model')
    mask = random_mask(SIDE, SIDE, level / 100, rng)
    damaged = corrupt(original, mask, 'black', rng)
    name = f'ssrgan_flower_p{level}'
    pictures = {
        f'{level} % lost': damaged,
        **{
            title: restore(damaged, mask[..., 0] == 1, method).round().astype(np.uint8)
            for title, method in (('Telea', 'telea'), ('biharmonic', 'biharmonic'))
        },
        'SSRGAN': Restorer(shipped('configs') / f'{name}.py', WEIGHTS / f'{name}.safetensors')(damaged, mask),
        'mask-aware': Restorer()(damaged, mask),
    }
    errors = [f'{title}, NMSE {nmse(picture, original):.4f}' for title, picture in pictures.items()]
    print(*errors, sep='; ')
    large = [picture.repeat(2, 0).repeat(2, 1) for picture in (*pictures.values(), original)]
    return captioned(large, [*errors, 'original'])


def main() -> None:
    squares = (
        (level, cv2.resize(photograph()[y : y + side, x : x + side], (SIDE, SIDE), interpolation=cv2.INTER_AREA))
        for level, photograph, y, x, side in ROWS
    )
    Image.fromarray(np.concatenate([row(*square) for square in squares])).save(
        Path(__file__).with_suffix('.jpg'), quality=88
    )


if __name__ == '__main__':
    main()
