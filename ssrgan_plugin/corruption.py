"""Random pixel corruption (arXiv 2409.12636) in plain NumPy."""

from numbers import Integral, Real
from typing import Any, Optional, Sequence, Tuple, Union

import numpy as np

from .errors import InputError

Fill = Union[str, float, Sequence[float]]
Values = Union[float, np.ndarray]
BAYER_PATTERNS = ('RGGB', 'BGGR', 'GRBG', 'GBRG')
DRAWN_AT_ONCE = 2**22


def check_ratio(ratio: float) -> float:
    """Raises :class:`InputError` unless 0 < ratio < 1."""
    if not isinstance(ratio, Real) or not 0 < float(ratio) < 1:
        raise InputError(
            f'corruption ratio {ratio} is outside (0, 1): give the share of the pixels to corrupt, such as 0.5'
        )
    return ratio


def check_seed(seed: Optional[int]) -> Optional[int]:
    """Raises :class:`InputError` unless the seed is None or a whole number from 0."""
    if seed is not None and not (isinstance(seed, Integral) and seed >= 0):
        raise InputError(f'corruption seed {seed!r} must be a whole number from 0, or None for other pixels each time')
    return seed


def random_mask(height: int, width: int, ratio: float, rng: np.random.Generator, channels: int = 1) -> np.ndarray:
    """Picks exactly ``round(ratio * height * width)`` positions, uniformly and without replacement.

    Under the same generator state a higher ratio adds positions and keeps those of a lower one.

    Args:
        height, width: Of the image.
        ratio: Share of the positions, between 0 and 1.
        rng: Source of the random numbers.
        channels: More than one: each channel's positions are picked by themselves. Default: 1.

    Returns:
        (height, width, channels) uint8; 1 = corrupted, as MMagic's inpaintors have it.

    Example:
        >>> mask = random_mask(10, 20, 0.25, seeded_rng(0, 'image.png'))
        >>> mask.shape, int(mask.sum())
        ((10, 20, 1), 50)
    """
    if channels > 1:
        return np.concatenate([random_mask(height, width, ratio, rng) for _ in range(channels)], -1)
    count = round(check_ratio(ratio) * height * width)
    # The places that draw the lowest raw numbers: NumPy promises those for good, but not what permutation() makes of
    # them, and published numbers depend on the seeded masks.
    mask = np.zeros(height * width, np.uint8)
    if mask.size > DRAWN_AT_ONCE:
        _mark_lowest(mask, count, rng)
    else:
        draws = rng.bit_generator.random_raw(mask.size)
        mask[np.argpartition(draws, count)[:count] if count < mask.size else ...] = 1
    return mask.reshape(height, width, 1)


def bayer_mask(height: int, width: int, pattern: str = 'RGGB') -> np.ndarray:
    """What a sensor's colour filter leaves out: of each pixel two of the three colours.

    Args:
        height, width: Of the image.
        pattern: Colours of its upper left 2×2 pixels, in reading order: RGGB, BGGR, GRBG or GBRG. Default: RGGB.

    Returns:
        (height, width, 3) uint8, in the order red, green, blue; 1 = not measured, 0 = measured.

    Raises:
        InputError: if the pattern is no other.

    Example:
        >>> bayer_mask(2, 2)[..., 1].tolist()
        [[1, 0], [0, 1]]
    """
    if pattern not in BAYER_PATTERNS:
        raise InputError(f'{pattern} is no pattern of a Bayer filter: choose one of {", ".join(BAYER_PATTERNS)}')
    mask = np.ones((height, width, 3), np.uint8)
    for place, colour in enumerate(pattern):
        mask[place // 2 :: 2, place % 2 :: 2, 'RGB'.index(colour)] = 0
    return mask


def _mark_lowest(mask: np.ndarray, count: int, rng: np.random.Generator) -> None:
    """The same without all draws, eight bytes each, at once: first counts them by their highest bits, then draws anew
    and marks all below the level that has the last, and of that level the lowest."""
    begin = rng.bit_generator.state
    starts = range(0, mask.size, DRAWN_AT_ONCE)
    sizes = [min(DRAWN_AT_ONCE, mask.size - start) for start in starts]
    levels = np.zeros(2**16, np.int64)
    for size in sizes:
        levels += np.bincount((rng.bit_generator.random_raw(size) >> np.uint64(48)).astype(np.int64), minlength=2**16)
    last = int(np.searchsorted(np.cumsum(levels), count))
    rng.bit_generator.state = begin
    places, values = [], []
    for start, size in zip(starts, sizes):
        draws = rng.bit_generator.random_raw(size)
        level = draws >> np.uint64(48)
        mask[start : start + size] = level < last
        here = np.flatnonzero(level == last)
        places.append(start + here)
        values.append(draws[here])
    rest = count - int(levels[:last].sum())
    mask[np.concatenate(places)[np.argsort(np.concatenate(values), kind='stable')[:rest]]] = 1


COLOURS = {'black': 0, 'white': 255}


def _mean_grey(known: np.ndarray, shape: tuple, rng: np.random.Generator) -> Values:
    return known.mean() if known.size else 127.5


def _salt_and_pepper(known: np.ndarray, shape: tuple, rng: np.random.Generator) -> Values:
    return 255 * rng.integers(0, 2, (shape[0], 1))


def _uniform_noise(known: np.ndarray, shape: tuple, rng: np.random.Generator) -> Values:
    return rng.integers(0, 256, shape)


def _gaussian_noise(known: np.ndarray, shape: tuple, rng: np.random.Generator) -> Values:
    return rng.normal(127.5, 64, shape)


COMPUTED = {
    'mean_grey': _mean_grey,
    'salt_and_pepper': _salt_and_pepper,
    'uniform_noise': _uniform_noise,
    'gaussian_noise': _gaussian_noise,
}
FILLS = (*COLOURS, *COMPUTED)


def check_fill(fill: Fill) -> Fill:
    """Raises :class:`InputError` unless ``fill`` is a name in :data:`FILLS` or a colour within 0 to 255."""
    if isinstance(fill, str):
        if fill not in FILLS:
            raise InputError(f'unknown fill {fill!r}: choose one of {", ".join(FILLS)}, or a colour')
    elif not all(isinstance(value, Real) and 0 <= float(value) <= 255 for value in np.ravel(fill).tolist()):
        raise InputError(f'fill colour {fill} must be one value, or one a channel, from 0 to 255')
    return fill


def fixed_colour(fill: Fill) -> Optional[np.ndarray]:
    """The colour that every lost pixel gets, 0 to 255, one value or one a channel; None where each gets its own."""
    if isinstance(check_fill(fill), str):
        return np.array([COLOURS[fill]]) if fill in COLOURS else None
    return np.ravel(fill)


def corrupt(image: np.ndarray, mask: np.ndarray, fill: Fill, rng: np.random.Generator) -> np.ndarray:
    """Replaces the masked pixels of an image.

    Args:
        image: (H, W) or (H, W, C), intensities 0 to 255, integer or float.
        mask: (H, W, 1), or (H, W, C) for each channel by itself; non-zero = corrupted.
        fill: ``'black'`` (0); ``'white'`` (255); ``'mean_grey'`` (the mean of the image's uncorrupted
            intensities, in every channel); ``'salt_and_pepper'`` (each pixel black or white, evenly);
            ``'uniform_noise'`` (each channel uniform in 0 to 255); ``'gaussian_noise'`` (each channel normal,
            mean 127.5, deviation 64, clipped); or a colour, one value or one a channel, in the image's
            channel order.
        rng: Source of the noise.

    Returns:
        A corrupted copy, of the image's shape and dtype.
    """
    if mask.ndim == 3 and mask.shape[2] > 1:
        return _corrupt_channels(image, mask, fill, rng)
    corrupted = image.copy()
    holes = mask.reshape(image.shape[:2]).astype(bool)
    shape: tuple = (np.count_nonzero(holes), *image.shape[2:])
    values: Any = fixed_colour(fill)
    if values is None:
        if image.ndim == 2:
            shape = (shape[0], 1)
        values = COMPUTED[str(fill)](image[~holes], shape, rng)
        if image.ndim == 2:
            values = np.ravel(values)
    elif values.size not in (1, *image.shape[2:]):
        raise InputError(f'fill colour {fill} has {values.size} channels, the image {image.shape[2:]}')
    if np.issubdtype(image.dtype, np.integer):
        values = np.rint(values)
    corrupted[holes] = np.clip(values, 0, 255)
    return corrupted


def _corrupt_channels(image: np.ndarray, mask: np.ndarray, fill: Fill, rng: np.random.Generator) -> np.ndarray:
    if mask.shape != image.shape:
        raise InputError(f'a mask of {mask.shape} fits no image of {image.shape}: give it one channel, or as many')
    colour = fixed_colour(fill)
    fills = [fill] * mask.shape[2] if colour is None else np.broadcast_to(colour, mask.shape[2:])
    return np.stack([corrupt(image[..., c], mask[..., c], fills[c], rng) for c in range(mask.shape[2])], -1)


def seeded_rng(seed: int, name: str) -> np.random.Generator:
    """A generator that depends on ``seed`` and an image's name alone, the same on every machine."""
    return np.random.default_rng([seed, *name.encode(errors='surrogateescape')])


def ratio_range(ratio: Union[float, Tuple[float, float]]) -> Tuple[float, float]:
    """Reads one ratio, or a (low, high) range, as a range.

    Raises:
        InputError: unless 0 < low <= high < 1.
    """
    if isinstance(ratio, (list, tuple)) and len(ratio) != 2:
        raise InputError(f'corruption ratio {ratio} must be one number, or a (low, high) range')
    low, high = ratio if isinstance(ratio, (list, tuple)) else (ratio, ratio)
    if check_ratio(low) > check_ratio(high):
        raise InputError(f'corruption ratio range ({low}, {high}) is upside down: give (low, high)')
    return low, high
