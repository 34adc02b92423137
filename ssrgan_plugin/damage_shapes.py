"""Damage that is not scattered: blobs, scratches, dead rows and columns, writing, dust."""

from typing import Callable, Dict

import cv2
import numpy as np

from .corruption import check_ratio
from .errors import InputError


def _blob(mask: np.ndarray, rng: np.random.Generator) -> None:
    """A filled box or ellipse, up to half the image's shorter side."""
    height, width = mask.shape
    largest = max(2, min(height, width) // 2)
    size = np.exp(rng.uniform(np.log(2), np.log(largest), 2)).round().astype(int)
    y, x = rng.integers(height), rng.integers(width)
    if rng.random() < 0.5:
        cv2.rectangle(mask, (int(x), int(y)), (int(x + size[0] - 1), int(y + size[1] - 1)), 1, cv2.FILLED)
    else:
        halves = int(size[0] // 2), int(size[1] // 2)
        cv2.ellipse(mask, (int(x), int(y)), halves, int(rng.integers(180)), 0, 360, 1, cv2.FILLED)


def _scratch(mask: np.ndarray, rng: np.random.Generator) -> None:
    """A bent line, 1 to 6 pixels thick."""
    height, width = mask.shape
    start = rng.integers((width, height))
    bends = rng.normal(0, max(height, width) / 6, (int(rng.integers(1, 5)), 2)).cumsum(0)
    points = np.rint(np.vstack([start, start + bends])).astype(np.int32)
    cv2.polylines(mask, [points], False, 1, int(rng.integers(1, 7)))


def _line(mask: np.ndarray, rng: np.random.Generator) -> None:
    """A dead row or column, 1 to 3 pixels thick."""
    across = mask if rng.random() < 0.5 else mask.T
    at = rng.integers(len(across))
    across[at : at + rng.integers(1, 4)] = 1


def _writing(mask: np.ndarray, rng: np.random.Generator) -> None:
    """A word of random letters."""
    height, width = mask.shape
    word = ''.join(map(chr, rng.integers(33, 123, int(rng.integers(2, 9)))))
    place = int(rng.integers(-width // 4, width)), int(rng.integers(height + 8))
    cv2.putText(mask, word, place, int(rng.integers(8)), rng.uniform(0.3, 1.5), 1, int(rng.integers(1, 4)))


def _speck(mask: np.ndarray, rng: np.random.Generator) -> None:
    """Dust: a box or disc, 2 to 6 pixels large."""
    height, width = mask.shape
    x, y, size = int(rng.integers(width)), int(rng.integers(height)), int(rng.integers(2, 7))
    if rng.random() < 0.5:
        cv2.rectangle(mask, (x, y), (x + size - 1, y + int(rng.integers(1, size + 1)) - 1), 1, cv2.FILLED)
    else:
        cv2.circle(mask, (x, y), size // 2, 1, cv2.FILLED)


SHAPES: Dict[str, Callable[[np.ndarray, np.random.Generator], None]] = {
    'blobs': _blob,
    'scratches': _scratch,
    'lines': _line,
    'writing': _writing,
    'specks': _speck,
}


def check_shape(shape: str) -> str:
    """Raises :class:`InputError` unless ``shape`` is a key of :data:`SHAPES`."""
    if shape not in SHAPES:
        raise InputError(f'unknown shape {shape!r}: choose one of {", ".join(SHAPES)}')
    return shape


def shape_mask(height: int, width: int, shape: str, ratio: float, rng: np.random.Generator) -> np.ndarray:
    """Draws shapes of a kind until they cover ``ratio`` of an image, or one of them covers more.

    Args:
        height, width: Of the image.
        shape: ``'blobs'`` (boxes and ellipses, up to half the image's shorter side), ``'scratches'`` (bent lines, 1 to
            6 pixels thick), ``'lines'`` (dead rows and columns, 1 to 3 thick), ``'writing'`` or ``'specks'`` (2 to 6
            pixels large).
        ratio: Share of the pixels, between 0 and 1; at least one shape is drawn. Never are all pixels lost.
        rng: Source of the random numbers.

    Returns:
        (height, width, 1) uint8; 1 = corrupted.

    Raises:
        InputError: if there is no such shape, or one pixel alone, of which nothing would be left.
    """
    if height * width == 1:
        raise InputError('an image of one pixel cannot lose a part of itself: take a larger one')
    draw = SHAPES[check_shape(shape)]
    mask = np.zeros((height, width), np.uint8)
    while mask.mean() < check_ratio(ratio):
        drawn = mask.copy()
        draw(drawn, rng)
        if not drawn.all():
            mask = drawn
        elif mask.any():
            break
    return mask[..., None]
