"""Normalised mean squared error (arXiv 2409.12636) in plain NumPy."""

from typing import Optional

import numpy as np


def nmse(restored: np.ndarray, original: np.ndarray, mask: Optional[np.ndarray] = None) -> float:
    """Σ (restored - original)² / Σ original², over one image.

    Args:
        restored: Any shape; intensities that start at 0 (0 to 1 and 0 to 255 give the same result, -1 to 1 does not).
        original: Same shape and range. Both may be of any integer or float type.
        mask: Broadcastable to the images; where given, only its non-zero places count. Default: None.

    Returns:
        0 for a perfect restoration, 1 for a black one; NaN (undefined) where the original is black all over.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> nmse(np.uint8([9, 0]), np.uint8([10, 0]))
        0.01
    """
    restored, original = (np.asarray(a, np.float64) for a in (restored, original))
    if restored.shape != original.shape:
        raise ValueError(f'restored {restored.shape} and original {original.shape} differ in shape')
    squared_error, power = (restored - original) ** 2, original**2
    if mask is not None:
        holes = np.asarray(mask) != 0
        squared_error, power = squared_error * holes, power * holes
    power = power.sum()
    return float(squared_error.sum() / power) if power else float('nan')
