"""One picture restored strip by strip, tile by tile, in memory that does not grow with its height."""

import ctypes
import sys
from typing import Iterable, Iterator, List, Optional, Tuple

import cv2
import numpy as np
from tqdm import tqdm

from .backend import Backend
from .far_filling import SmoothSurface
from .lost_pixels import LostPixels
from .opened import OpenImage
from .plausibility import SCANNED
from .values import Range, band_groups, known_ranges, top_of


class PictureInTiles:
    """A damaged picture, and what is to be known of it before the first tile.

    Args:
        source: The picture; read three times, or four if it has wide holes.
        lost: Its lost pixels.
        alpha_too: Restore transparency where lost pixels are fully transparent. Else it stays as it is.
        side, margin: Of the tiles; the margin is further than the network looks.
        unseen: Other pixels that hold no picture; they stay as they are.
        valid_stay: Only bands that are NaN or infinite are lost of a lost pixel. Default: False.
        reach: Lost pixels further than this from any known one get a smooth surface instead. Default: the network
            does what it can.
        own_range: Show the network the type's range, as in training, not the range that known pixels fill.
        progress: Show a bar. Default: False.
        coarse: Half precision will do. Default: False.

    Attributes:
        far: How many pixels of the strips so far were beyond reach.
    """

    def __init__(
        self,
        source: OpenImage,
        lost: LostPixels,
        alpha_too: bool,
        side: int,
        margin: int,
        unseen: Optional[LostPixels] = None,
        valid_stay: bool = False,
        reach: Optional[int] = None,
        own_range: bool = False,
        progress: bool = False,
        coarse: bool = False,
    ):
        self.source, self.lost = source, lost
        self.unknown = lost | unseen if unseen else lost
        self.side, self.margin, self.reach, self.progress, self.coarse = side, margin, reach, progress, coarse
        self.valid_stay = valid_stay
        self.groups = band_groups(source)
        self.alpha = source.bands - 1 if source.info.has_alpha(source.bands) else None
        if self.alpha is not None and not alpha_too:
            self.groups.pop()
        self.ranges = known_ranges(source, self.unknown, self.groups)
        give_memory_back()
        if own_range:
            top = top_of(source.dtype)
            self.ranges = [Range(0, top, 0, top) if one.least >= 0 and one.most <= top else one for one in self.ranges]
        self.surface: Optional[SmoothSurface] = None
        self.far = 0

    def strips(self, run: Backend) -> Iterator[np.ndarray]:
        """The restored picture in strips of ``side`` rows; known pixels are the same to the bit."""
        height, width = self.source.shape[:2]
        columns = range(0, width, self.side)
        total = -(-height // self.side) * len(columns)
        with tqdm(total=total, unit='tile', leave=False, disable=not self.progress or total < 4) as progress:
            for y, above, rows in with_margins(self.source.strips(SCANNED), self.side, self.margin):
                lost, unknown = (mask.rows(y - above, y - above + len(rows)) for mask in (self.lost, self.unknown))
                strip = rows[above : above + self.side].copy()
                for x in columns:
                    self._restore_tile(strip, rows, lost, unknown, y, above, x, run)
                    progress.update()
                yield strip

    def _restore_tile(
        self,
        strip: np.ndarray,
        rows: np.ndarray,
        lost: np.ndarray,
        unknown: np.ndarray,
        y: int,
        above: int,
        x: int,
        run: Backend,
    ) -> None:
        inner = np.s_[above : above + self.side, x : x + self.side]
        if not lost[inner].any():
            return
        left = min(x, self.margin)
        outer = np.s_[:, x - left : x + self.side + self.margin]
        lost, unknown = lost[outer], unknown[outer]
        back = np.s_[above : above + self.side, left : left + self.side]
        far = None
        if self.reach and (beyond := far_from_known(unknown, self.reach) & lost).any():
            self.surface = self.surface or SmoothSurface(self.source, self.unknown, self.groups, self.ranges)
            surface = self.surface.at(y - above, x - left, *lost.shape)
            self.far += int(beyond[back].sum())
            far = beyond
        place, part = 0, strip[:, x : x + self.side]
        for bands, values in zip(self.groups, self.ranges):
            pixels = rows[outer][..., bands]
            here, near = lost, unknown
            if self.alpha is not None and bands.start == self.alpha:
                here = lost & ((pixels[..., 0] == 0) | ~np.isfinite(pixels[..., 0]))
                near = here | unknown & ~np.isfinite(pixels[..., 0])
            shown = values.to_network(np.where(near[..., None], values.low, pixels))
            if far is not None:
                shown = np.where((far & here)[..., None], surface[..., place : place + pixels.shape[-1]], shown)
                near = near & ~(far & here)
            place += pixels.shape[-1]
            restored, chosen = run(shown, near, self.coarse)[back], here[back]
            if self.valid_stay:
                chosen = chosen[..., None] & ~np.isfinite(pixels[back])
            part[..., bands][chosen] = values.to_image(restored[chosen], strip.dtype)


def with_margins(strips: Iterable[np.ndarray], side: int, margin: int) -> Iterator[Tuple[int, int, np.ndarray]]:
    """Each strip of ``side`` rows with up to ``margin`` rows above and below it.

    Returns:
        First row of the strip, rows above it, and all these rows.
    """
    kept: List[np.ndarray] = []
    first = y = end = 0  # row of the picture where ``kept`` begins, the next strip's, and where ``kept`` ends

    def take(stop: int) -> Tuple[int, int, np.ndarray]:
        nonlocal kept, first
        rows = np.concatenate(kept)
        result = y, y - first, rows[: stop - first]
        begin = max(y + side - margin, first)
        kept, first = [rows[begin - first :]], begin
        return result

    for strip in strips:
        kept.append(strip)
        end += len(strip)
        while end >= y + side + margin:
            yield take(y + side + margin)
            y += side
    while y < end:
        yield take(min(end, y + side + margin))
        y += side


def give_memory_back() -> None:
    """Makes glibc return what it holds for later, hundreds of megabytes after a look at a large picture."""
    trim = getattr(ctypes.CDLL(None), 'malloc_trim', None) if sys.platform == 'linux' else None
    if trim:
        trim(0)


def far_from_known(lost: np.ndarray, reach: int) -> np.ndarray:
    near = cv2.dilate((~lost).astype(np.uint8), np.ones((2 * reach + 1, 1)))
    return cv2.dilate(near, np.ones((1, 2 * reach + 1))) == 0
