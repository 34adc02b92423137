"""What lies around pixels, in NumPy: OpenCV, which has all of it, would be a third of the installation."""

from typing import Any, Callable

import numpy as np


def near(mask: np.ndarray, reach: int) -> np.ndarray:
    """Whether anything is True within ``reach`` rows and columns, of (H, W) or (H, W, C)."""
    for axis in (0, 1):
        mask = successive(padded(mask, reach, axis), 2 * reach + 1, axis, np.logical_or)
    return mask


def solid_areas(mask: np.ndarray, side: int) -> np.ndarray:
    """The union of all squares of that side in which all of (H, W) is True."""
    if side > min(mask.shape):
        return np.zeros(mask.shape, bool)
    for axis in (0, 1):
        mask = successive(mask, side, axis, np.logical_and)
    for axis in (0, 1):
        mask = successive(padded(mask, side - 1, axis), side, axis, np.logical_or)
    return mask


def successive(values: np.ndarray, count: int, axis: int, combine: Callable) -> np.ndarray:
    """Each ``count`` values in a row along an axis become one: fewer by ``count`` - 1."""
    values, done = np.moveaxis(values, axis, 0), 1
    while done < count:
        step = min(done, count - done)
        values = combine(values[:-step], values[step:])
        done += step
    return np.moveaxis(values, 0, axis)


def padded(values: np.ndarray, width: int, axis: int, mode: str = 'constant') -> np.ndarray:
    return np.pad(values, [(width, width) if each == axis else (0, 0) for each in range(values.ndim)], mode=mode)  # type: ignore[call-overload]


def weighted(values: np.ndarray, window: Any, axis: int) -> np.ndarray:
    """Sums of values times a window of numbers along an axis: shorter by the window but one."""
    values = np.moveaxis(values, axis, 0)
    count = len(values) - len(window) + 1
    total = values[:count] * window[0]
    for place, weight in enumerate(window[1:], 1):
        total += values[place : place + count] * weight
    return np.moveaxis(total, 0, axis)


def gaussian(reach: int, sigma: float) -> np.ndarray:
    return np.exp(-(np.arange(-reach, reach + 1, dtype=np.float64) ** 2) / (2 * sigma**2))


def squares(values: np.ndarray, side: int) -> np.ndarray:
    """Sums over squares; the last ones may be cut off."""
    rows = np.add.reduceat(values, np.arange(0, values.shape[0], side), axis=0)
    return np.add.reduceat(rows, np.arange(0, values.shape[1], side), axis=1)
