"""SSIM as scikit-image has it, without the two hundred megabytes that it brings along."""

import numpy as np

from .neighbourhoods import gaussian, weighted

REACH, SIGMA = 5, 1.5
ROWS = 256  # at once: memory does not grow with the height


def ssim(truth: np.ndarray, found: np.ndarray, top: float) -> float:
    """Structural similarity, mean of the channels: Wang et al., "Image quality assessment", 2004, with their Gaussian.

    Args:
        truth, found: (H, W, C), 11 pixels a side at least.
        top: The distance from black to white.
    """
    window = gaussian(REACH, SIGMA)
    window /= window.sum()
    least, small = (0.01 * top) ** 2, (0.03 * top) ** 2

    def mean(values: np.ndarray) -> np.ndarray:
        return weighted(weighted(values, window, 0), window, 1)

    total, inner = 0.0, len(truth) - 2 * REACH
    for y in range(0, inner, ROWS):
        for channel in range(truth.shape[2]):
            x, z = (image[y : y + ROWS + 2 * REACH, :, channel].astype(np.float64) for image in (truth, found))
            of_x, of_z = mean(x), mean(z)
            variances = mean(x * x + z * z) - of_x**2 - of_z**2
            covariance = mean(x * z) - of_x * of_z
            similar = (2 * of_x * of_z + least) * (2 * covariance + small)
            similar /= (of_x**2 + of_z**2 + least) * (variances + small)
            total += float(similar.sum())
    return total / (inner * (truth.shape[1] - 2 * REACH) * truth.shape[2])
