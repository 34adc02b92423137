"""Smooth surfaces over holes too wide for the network."""

from typing import List, Sequence

import numpy as np

from .lost_pixels import LostPixels, of_bands
from .neighbourhoods import padded, squares
from .opened import OpenImage
from .values import Range

CELL = 16  # pixels; of 4, 8 and 16 the one that left the least error in holes of 16 to 60 pixels


class SmoothSurface:
    """Continues a picture's known pixels over all lost ones, from a grid of cells' means.

    Means are pulled to ever coarser grids until no cell is empty, and pushed back, empty cells relaxed towards the
    mean of their neighbours, as a membrane (pull–push: Gortler et al., "The lumigraph", 1996).
    """

    def __init__(self, source: OpenImage, lost: LostPixels, groups: Sequence[slice], ranges: Sequence[Range]):
        sums: List[np.ndarray] = []
        counts: List[np.ndarray] = []
        y = 0
        for strip in source.strips(CELL * 64):
            parts, masks = [], []
            for bands, one in zip(groups, ranges):
                mask = np.atleast_3d(~of_bands(lost.rows(y, y + len(strip)), bands))
                parts.append(one.to_network(np.where(mask, strip[..., bands], 0)))
                masks.append(np.broadcast_to(mask, parts[-1].shape))
            known = np.concatenate(masks if lost.channels > 1 else [masks[0][..., :1]], -1).astype(np.float32)
            sums.append(squares(np.concatenate(parts, -1) * known, CELL))
            counts.append(squares(known, CELL))
            y += len(strip)
        count = np.concatenate(counts)
        self.grid = pull_push(np.concatenate(sums) / np.maximum(count, 1), count > 0)

    def at(self, y: int, x: int, height: int, width: int) -> np.ndarray:
        """(height, width, bands), as the network has values, linear between the cells' centres."""
        rows = along(self.grid, y, height, 0)
        return along(rows, x, width, 1)


def along(grid: np.ndarray, begin: int, count: int, axis: int, cell: int = CELL) -> np.ndarray:
    place = ((begin + np.arange(count) + 0.5) / cell - 0.5).clip(0, grid.shape[axis] - 1)
    first = place.astype(int)
    part = (place - first).astype(np.float32).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
    second = np.minimum(first + 1, grid.shape[axis] - 1)
    return grid.take(first, axis) * (1 - part) + grid.take(second, axis) * part


def pull_push(values: np.ndarray, known: np.ndarray, rounds: int = 20) -> np.ndarray:
    """Fills the unknown places of (H, W, C); ``known`` is (H, W, 1) or (H, W, C)."""
    if known.all():
        return values
    count = squares(known.astype(np.float32), 2)
    coarse = pull_push(squares(values * known, 2) / np.maximum(count, 1), count > 0)
    smooth = along(along(coarse, 0, values.shape[0], 0, 2), 0, values.shape[1], 1, 2)
    filled = np.where(known, values, smooth)
    for _ in range(rounds):
        rows, columns = padded(filled, 1, 0, 'edge'), padded(filled, 1, 1, 'edge')
        relaxed = (rows[:-2] + rows[2:] + columns[:, :-2] + columns[:, 2:]) / 4
        filled = np.where(known, values, relaxed)
    return filled
