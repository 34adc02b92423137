"""Pictures beside each other, with a caption above each."""

from typing import List, Optional, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

LINE = 4  # white, between pictures
CAPTION = 30  # two lines of text


def captioned(pictures: Sequence[np.ndarray], captions: Sequence[str]) -> np.ndarray:
    """One row of pictures.

    Args:
        pictures: (H, W, 3) each, uint8, RGB, all of one size.
        captions: One each; in narrow pictures what stands behind a comma goes to a second line.

    Returns:
        (CAPTION + H, …, 3), uint8.
    """
    width = pictures[0].shape[1]
    total = len(pictures) * (width + LINE) - LINE
    head, font = Image.new('RGB', (total, CAPTION), 'white'), ImageFont.load_default(12)
    for i, caption in enumerate(captions):
        cell = Image.new('RGB', (width, CAPTION), 'white')  # cuts off what is too long even so
        text = caption if font.getlength(caption) < width - 4 else caption.replace(', ', '\n')
        draw = ImageDraw.Draw(cell)
        bottom = draw.multiline_textbbox((0, 0), text, font, spacing=1)[3]
        draw.multiline_text((2, CAPTION - 2 - bottom), text, 'black', font, spacing=1)
        head.paste(cell, (i * (width + LINE), 0))
    line = np.full((pictures[0].shape[0], LINE, 3), 255, np.uint8)
    row = np.concatenate([part for picture in pictures for part in (line, picture)][1:], 1)
    return np.concatenate([np.asarray(head), row])


def uncaptioned(row: np.ndarray, count: int) -> List[np.ndarray]:
    """The pictures of a row, of one with captions or of ``count`` pictures that touch."""
    lines = LINE * (count - 1)
    if (row.shape[1] - lines) % count == 0 and len(row) > CAPTION and (row[:1] == 255).all():
        width = (row.shape[1] - lines) // count
        return [row[CAPTION:, i * (width + LINE) :][:, :width] for i in range(count)]
    return np.split(row[:, : row.shape[1] // count * count], count, 1)


def caption(label: str, error: Optional[float]) -> str:
    return label if error is None else f'{label}, NMSE {error:.4f}'
