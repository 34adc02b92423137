"""Draws README's first picture, first_screen.jpg beside this file: python .github/first_screen.py

Damaged, restored by scikit-image's biharmonic inpainting, restored by the shipped weights, and original, at 50 and 80 %
of pixels lost. The photographs ship inside scikit-image: NASA's astronaut (public domain), Chelsea the cat (CC0).
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from skimage import data
from skimage.metrics import peak_signal_noise_ratio

from ssrgan_plugin import Restorer
from ssrgan_plugin.classical_inpainting import restore
from ssrgan_plugin.corruption import corrupt, random_mask, seeded_rng

SIDE, LINE, CAPTION = 216, 4, 22
# One crop a level, centred on what one looks at.
ROWS = ((0.5, data.chelsea, 20, 130), (0.8, data.astronaut, 2, 115))


def columns(ratio: float, original: np.ndarray) -> dict:
    rng = seeded_rng(0, 'first screen')
    mask = random_mask(SIDE, SIDE, ratio, rng)
    damaged = corrupt(original, mask, 'black', rng)
    pictures = {
        f'{ratio:.0%} of pixels lost': damaged,
        'biharmonic': restore(damaged, mask[..., 0] == 1, 'biharmonic').round().astype(np.uint8),
        'SSRGAN plug-in': Restorer()(damaged, mask),
    }
    errors = {
        f'{name}: {peak_signal_noise_ratio(original, picture):.1f} dB': picture for name, picture in pictures.items()
    }
    return {**errors, 'original': original}


def main() -> None:
    size = (4 * SIDE + 3 * LINE, len(ROWS) * (SIDE + CAPTION))
    sheet, font = Image.new('RGB', size, 'white'), ImageFont.load_default(14)
    for row, (ratio, photograph, top, left) in enumerate(ROWS):
        original = photograph()[top : top + SIDE, left : left + SIDE]
        for column, (caption, picture) in enumerate(columns(ratio, original).items()):
            x, y = column * (SIDE + LINE), row * (SIDE + CAPTION)
            ImageDraw.Draw(sheet).text((x + 2, y + 2), caption, 'black', font)
            sheet.paste(Image.fromarray(picture), (x, y + CAPTION))
            print(caption)
    sheet.save(Path(__file__).with_suffix('.jpg'), quality=88)


if __name__ == '__main__':
    main()
