"""One picture restored strip by strip, tile by tile, in memory that does not grow with its height."""

import ctypes
import sys
from typing import Iterable, Iterator, List, Optional, Tuple

import numpy as np
from tqdm import tqdm

from ..errors import InputError
from .backend import Backend
from .far_filling import SmoothSurface
from .lost_pixels import LostPixels, of_bands
from .neighbourhoods import near
from .opened import OpenImage
from .plausibility import SCANNED
from .values import Range, band_groups, known_ranges, top_of


class PictureInTiles:
    """A damaged picture, and what is to be known of it before the first tile.

    Args:
        source: The picture; read three times, or four if it has wide holes.
        lost: What of it is lost.
        alpha_too: Restore transparency where lost pixels are fully transparent. Else it stays as it is, unless ``lost``
            has a channel for it.
        side, margin: Of the tiles; the margin is further than the network looks.
        unseen: What else holds no picture; it stays as it is.
        reach: Further than this from anything known, the network begins with a smooth surface that the whole picture
            gives, not the tile. Default: it does what it can.
        by_channel: What the network is shown where channels are lost by themselves: see
            :class:`ssrgan_plugin.restoration.backend.Backend`. Default: ``'union'``.
        own_range: Show the network the type's range, as in training, not the range that known pixels fill.
        progress: Show a bar. Default: False.
        coarse: Half precision will do. Default: False.

    Attributes:
        far: How much of what was lost of the strips so far was beyond reach.
    """

    def __init__(
        self,
        source: OpenImage,
        lost: LostPixels,
        alpha_too: bool,
        side: int,
        margin: int,
        unseen: Optional[LostPixels] = None,
        reach: Optional[int] = None,
        by_channel: str = 'union',
        own_range: bool = False,
        progress: bool = False,
        coarse: bool = False,
    ):
        self.source, self.lost = source, lost
        self.unknown = lost | unseen if unseen else lost
        self.side, self.margin, self.reach, self.progress, self.coarse = side, margin, reach, progress, coarse
        self.by_channel = by_channel
        self.groups = band_groups(source)
        if by_channel == 'apart' and lost.differs(self.groups[0]):
            self.groups = [slice(i, i + 1) for i in range(source.bands)]
        self.alpha = None  # the band of it, if what is lost of it must be looked for
        if source.info.has_alpha(source.bands) and lost.channels < source.bands:
            self.alpha = source.bands - 1
            if not alpha_too:
                self.groups.pop()
        self.ranges = known_ranges(source, self.unknown, self.groups)
        give_memory_back()
        if own_range:
            top = top_of(source.dtype)
            whole = Range(0, top, 0, top)
            self.ranges = [
                whole._replace(strange=one.strange) if one.least >= 0 and one.most <= top else one
                for one in self.ranges
            ]
        self.surface: Optional[SmoothSurface] = None
        self.far = 0

    def strips(self, run: Backend) -> Iterator[np.ndarray]:
        """The restored picture in strips of ``side`` rows; known values are the same to the bit."""
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
        back = np.s_[above : above + self.side, left : left + self.side]
        part = strip[:, x : x + self.side]
        for bands, values in zip(self.groups, self.ranges):
            pixels = rows[outer][..., bands]
            here, near = (of_bands(mask[outer], bands) for mask in (lost, unknown))
            if bands.start == self.alpha:
                here = here & ((pixels[..., 0] == 0) | ~np.isfinite(pixels[..., 0]))
                near = here | near & ~np.isfinite(pixels[..., 0])
            if not here[back].any():
                continue
            if near.ndim == 3 and self.by_channel != 'together':
                near = near.any(-1)
            shown = values.to_network(np.where(np.atleast_3d(near), values.low, pixels))
            far = None
            if self.reach and (beyond := np.atleast_3d(far_from_known(near, self.reach))).any():
                self.surface = self.surface or SmoothSurface(self.source, self.unknown, self.groups, self.ranges)
                far = self.surface.at(y - above, x - left, *near.shape[:2])[..., bands]
                if bands.start == 0 or self.lost.channels > 1:
                    both = beyond & np.atleast_3d(here)
                    values_each = pixels.shape[-1] if self.lost.channels > 1 and both.shape[-1] == 1 else 1
                    self.far += values_each * int(both[back].sum())
            chosen = here[back]
            restored = run(shown, near, self.coarse, far)[back][chosen]
            if not np.isfinite(restored).all():  # finite weights, too, may compute such numbers
                raise InputError(
                    'the network restores pixels to numbers that are not finite, so its weights are damaged or did not '
                    'learn: name another checkpoint'
                )
            part[..., bands][chosen] = values.to_image(restored, strip.dtype)


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
    """(H, W) or (H, W, channels), as ``lost``."""
    return ~near(~lost, reach)
