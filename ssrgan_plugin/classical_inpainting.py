"""The inpainting without weights that libraries offer, behind one signature: see :data:`METHODS`."""

import numpy as np


def opencv(image: np.ndarray, mask: np.ndarray, flag: str) -> np.ndarray:
    import cv2

    return cv2.inpaint(image, mask.astype(np.uint8), 3, getattr(cv2, flag)).reshape(image.shape).astype(np.float32)


def telea(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Fast marching: Telea, 2004; OpenCV, radius 3."""
    return opencv(image, mask, 'INPAINT_TELEA')


def navier_stokes(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Bertalmio et al., 2001; OpenCV, radius 3."""
    return opencv(image, mask, 'INPAINT_NS')


def biharmonic(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Damelin and Hoang, 2018; scikit-image."""
    from skimage.restoration import inpaint_biharmonic

    return (inpaint_biharmonic(image, mask, channel_axis=-1) * 255).astype(np.float32)


def linear(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Linear over Delaunay's triangles, nearest outside of them; SciPy."""
    from scipy.interpolate import LinearNDInterpolator
    from scipy.spatial import Delaunay, QhullError

    known, lost = np.argwhere(~mask), np.argwhere(mask)
    restored = nearest(image, mask)
    try:
        values = LinearNDInterpolator(Delaunay(known), image[~mask].astype(np.float32))(lost)
    except (QhullError, ValueError):  # fewer than three known pixels, or all on one line
        return restored
    inside = ~np.isnan(values[:, 0])
    restored[tuple(lost[inside].T)] = values[inside]
    return restored


def nearest(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The nearest known pixel's value; SciPy."""
    from scipy.ndimage import distance_transform_edt

    indices = distance_transform_edt(mask, return_distances=False, return_indices=True)
    return image[tuple(indices)].astype(np.float32)


METHODS = {method.__name__: method for method in (telea, navier_stokes, biharmonic, linear, nearest)}


def restore(image: np.ndarray, mask: np.ndarray, method: str) -> np.ndarray:
    """Fills the corrupted pixels of one image.

    Args:
        image: (H, W, 3), uint8; what stands in corrupted pixels does not matter.
        mask: (H, W), (H, W, 1), or (H, W, 3) for each channel by itself; bool, True = corrupted.
        method: A key of :data:`METHODS`.

    Returns:
        (H, W, 3), float32, in [0, 255]; known pixels as they were. An image without known pixels comes back as it is.
    """
    if mask.ndim == 3 and (mask == mask[..., :1]).all():
        mask = mask[..., 0]
    if mask.ndim == 3:
        channels = range(image.shape[2])
        return np.concatenate([restore(image[..., c : c + 1], mask[..., c], method) for c in channels], -1)
    mask = np.ascontiguousarray(mask)  # scikit-image takes no other
    if mask.all() or not mask.any():
        return image.astype(np.float32)
    restored = METHODS[method](np.where(mask[..., None], 0, image).astype(np.uint8), mask)
    return np.where(mask[..., None], restored.clip(0, 255), image).astype(np.float32)
