"""Damage of every kind, and pictures that only look damaged: what a network that finds corruption is trained on."""

from typing import Tuple

import cv2
import numpy as np

from .corruption import COMPUTED, Fill, corrupt, random_mask
from .damage_shapes import shape_mask


def random_damage(image: np.ndarray, rng: np.random.Generator, undamaged: float = 0.2) -> Tuple[np.ndarray, np.ndarray]:
    """Damages an image: mostly scattered values by the pixel or by the channel, from one in two thousand to 90 % of
    them (60 % of noise), or dead rows and columns, specks and scratches; black, white, a colour, noise.

    Args:
        image: (H, W, C) uint8.
        rng: Source of the random numbers.
        undamaged: Share of the images that stay as they are. Default: 0.2.

    Returns:
        The damaged copy; and (H, W, C) uint8, 1 = another value than before. One that happens to be replaced by
        itself is not lost.
    """
    damaged = image
    if rng.random() >= undamaged:
        if rng.random() < 0.85:
            fill = _fill(rng, image.shape[2])
            damaged = corrupt(damaged, _scattered(image.shape, fill, rng), fill, rng)
        if damaged is image or rng.random() < 0.05:
            shape = ('lines', 'specks', 'scratches')[rng.integers(3)]
            mask = shape_mask(*image.shape[:2], shape, 10 ** rng.uniform(-3, -1), rng)
            damaged = corrupt(damaged, mask, _fill(rng, image.shape[2]), rng)
    return damaged, (damaged != image).astype(np.uint8)


def _scattered(shape: Tuple[int, ...], fill: Fill, rng: np.random.Generator) -> np.ndarray:
    # Beyond that nobody could tell noise from what is left of the picture.
    most = 0.6 if fill in ('uniform_noise', 'gaussian_noise') else 0.9
    ratio = rng.uniform(0.05, most) if rng.random() < 0.6 else 10 ** rng.uniform(-3.3, -1)
    channels = shape[2] if rng.random() < 0.3 else 1
    return random_mask(*shape[:2], ratio, rng, channels)


def _fill(rng: np.random.Generator, channels: int) -> Fill:
    kind = rng.integers(10)
    if kind < 4:
        return 'uniform_noise'  # the hardest
    if kind < 6:
        return 'salt_and_pepper'
    if kind < 8:
        return ('black', 'white')[kind - 6]
    if kind == 8:
        return rng.integers(0, 256, channels).tolist()
    return list(COMPUTED)[rng.integers(len(COMPUTED))]


def hard_picture(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Makes of a photograph one with what is easily taken for damage: a night sky, a cut-out on one colour, writing,
    a screen's lines and boxes, a camera's noise, blocks of JPEG, little contrast, grey.

    Args:
        image: (H, W, 3) uint8.
        rng: Source of the random numbers.

    Returns:
        The same shape and type; in a third of the cases the image itself.
    """
    if rng.random() < 1 / 3:
        return image
    for change in rng.permutation(len(HARD))[: rng.integers(1, 3)]:
        image = HARD[change](image, rng)
    return image


def _night(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = image.shape[:2]
    stars = np.zeros((height, width), np.float32)
    count = rng.integers(0, height * width // 150)
    stars[rng.integers(height, size=count), rng.integers(width, size=count)] = 255 * rng.random(count) ** 3
    sigma = rng.uniform(0.45, 1.3)
    stars = cv2.GaussianBlur(stars, (0, 0), sigma) * 2 * np.pi * sigma**2
    dark = image * rng.uniform(0, 0.4) + stars[..., None] * rng.uniform(0.7, 1, 3) + rng.normal(0, 3, image.shape)
    return np.clip(dark, 0, 255).astype(np.uint8)


def _cut_out(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = image.shape[:2]
    kept = np.zeros((height, width), np.uint8)
    centre = int(rng.integers(width)), int(rng.integers(height))
    halves = int(rng.integers(width // 5, width)), int(rng.integers(height // 5, height))
    cv2.ellipse(kept, centre, halves, int(rng.integers(180)), 0, 360, 1, cv2.FILLED)
    colour = (0, 255, int(rng.integers(256)))[rng.integers(3)]
    return np.where(kept[..., None] > 0, image, np.uint8(colour))


def _writing(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    image = image.copy()
    height, width = image.shape[:2]
    if rng.random() < 0.5:
        image[:] = rng.integers(0, 256, 3) if rng.random() < 0.5 else rng.choice([0, 255])
    for _ in range(rng.integers(1, 12)):
        words = ''.join(map(chr, rng.integers(32, 123, int(rng.integers(3, 30)))))
        place = int(rng.integers(-width // 3, width)), int(rng.integers(height + 8))
        colour = rng.integers(0, 256, 3).tolist() if rng.random() < 0.5 else [int(rng.choice([0, 255]))] * 3
        edge = cv2.LINE_AA if rng.random() < 0.7 else cv2.LINE_8
        cv2.putText(image, words, place, int(rng.integers(8)), rng.uniform(0.25, 1.2), colour, 1, edge)
    return image


def _screen(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _drawn(image, rng, 10, 0)


def _part_of_a_screen(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    # Of one three times as large, so that many a line or box goes on beyond the picture.
    return _drawn(image, rng, 30, 1)


def _drawn(image: np.ndarray, rng: np.random.Generator, most: int, beyond: int) -> np.ndarray:
    image = image.copy()
    height, width = image.shape[:2]
    low, high = (-beyond * width, -beyond * height), ((1 + beyond) * width, (1 + beyond) * height)
    for _ in range(rng.integers(1, most)):
        corner, other = (tuple(map(int, rng.integers(low, high))) for _ in range(2))
        colour = rng.integers(0, 256, 3).tolist() if rng.random() < 0.5 else [int(rng.choice([0, 255]))] * 3
        if rng.random() < 0.4:
            cv2.line(image, corner, (other[0], corner[1]) if rng.random() < 0.5 else (corner[0], other[1]), colour, 1)
        else:
            cv2.rectangle(image, corner, other, colour, cv2.FILLED if rng.random() < 0.5 else 1)
    return image


def _camera_noise(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    # Photons: the variance grows with the brightness.
    sigma = np.sqrt(rng.uniform(0, 8) ** 2 + image * rng.uniform(0, 1.5))
    shape = image.shape if rng.random() < 0.7 else (*image.shape[:2], 1)
    return np.clip(np.rint(image + rng.normal(0, 1, shape) * sigma), 0, 255).astype(np.uint8)


def _jpeg(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    _, encoded = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 96))])
    return cv2.imdecode(encoded, cv2.IMREAD_COLOR)


def _contrast(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    # Too much of it, too, clips at both ends.
    gain, offset = 2 ** rng.uniform(-3, 1.5), rng.uniform(0, 255)
    return np.clip((image - 127.5) * gain + offset, 0, 255).astype(np.uint8)


def _grey(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.repeat(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[..., None], 3, -1)


# Drawn more often is what is mistaken more often.
HARD = (
    *(_night, _night, _cut_out, _camera_noise, _camera_noise, _jpeg, _jpeg, _contrast, _grey),
    *(_writing, _writing, _writing, _screen, _screen, _part_of_a_screen, _part_of_a_screen),
)
