"""Whether pixels of one look are lost at random, or part of the picture."""

from typing import NamedTuple, Optional

import numpy as np

from .lost_pixels import LostPixels
from .neighbourhoods import near, solid_areas, squares
from .opened import OpenImage

TILE = 16
SCANNED = 128  # rows
ROWS = 2048  # a multiple of the tile
MOST_UNEVEN = 0.15
LEAST_CONTRAST = 0.6
MOST_CLUSTERED = 0.15
FEWEST = 12


class Parts(NamedTuple):
    """``scattered``: what is left without the solid areas; ``block``: their smallest side."""

    scattered: LostPixels
    solid: int
    block: int


class Verdict(NamedTuple):
    """:class:`Parts`, and how the scattered pixels lie."""

    scattered: LostPixels
    solid: int
    block: int
    uneven: float
    contrast: float
    clustered: float

    @property
    def random(self) -> bool:
        """Whether the scattered pixels look lost at random.

        On 53 photographs and 48 derived pictures (round ones on black and on white or cut out, dark ones, noisy nights)
        of up to 400×400 pixels, with black, white and transparent loss: none of 1,212 refused at 5, 20, 50, 80 and
        95 %, 3 of 303 at 1 %, 14 at 0.2 %, all of them black. Without any loss 6 of the 135 that have such pixels are
        taken as damaged: three noisy nights, and three pictures in less than 100 pixels. 0.1 % of the lost pixels
        (0.5 to 0.9 % at 95 %, at most 4.4 %) count as solid, all beside solid areas. What is restored beside them is
        scattered black of the picture itself: at 50 % in one picture of ten more than 2.6 % of all that is restored.
        For hanging together are refused 8 of 1,435 (41 photographs, as they are, as nights, cut out, noisy, of other
        contrast, at seven levels), all of high contrast and at most 5 %; and drawn lines, frames and letters.
        """
        return (
            self.scattered.count >= FEWEST
            and self.uneven <= MOST_UNEVEN
            and self.contrast >= LEAST_CONTRAST
            and self.clustered <= MOST_CLUSTERED
        )


def judge(source: OpenImage, candidates: LostPixels, colour: Optional[np.ndarray]) -> Verdict:
    """Parts solid areas from scattered pixels, and looks whether the latter are everywhere, whatever is around them.

    Random loss leaves no all-lost square beyond a side that follows from its level, and no part of the picture
    untouched; its neighbours are as far from the fill colour as any pixel, where those of shadows are dark too; and no
    more of them are lost than elsewhere, where lines and letters hang together.

    Args:
        source: The picture.
        candidates: Pixels of the look in question.
        colour: That look, one value or one a colour band. Default: do not look at the neighbours.
    """
    parted, area = part(candidates), tile_areas(candidates)
    left = tile_counts(parted.scattered)
    free = area - (tile_counts(candidates) - left)
    return Verdict(
        *parted,
        unevenness(left, free),
        1.0 if colour is None else contrast(source, candidates, parted.scattered, colour),
        0.0 if colour is None else clustering(parted),
    )


def part(candidates: LostPixels) -> Parts:
    """Solid areas from scattered pixels."""
    share = tile_counts(candidates) / tile_areas(candidates)
    partial = share[share < 0.995]  # full tiles are none of random loss, short of 98 %
    level = float(np.clip(np.quantile(partial, 0.25), 1e-3, 0.97)) if partial.size else 0.97
    block = largest_random_block(level, candidates.size)
    scattered = LostPixels(candidates.height, candidates.width)
    for y in range(0, candidates.height, ROWS):
        above = min(y, 2 * block)
        rows = candidates.rows(y - above, y + ROWS + 2 * block)
        remaining = rows & ~solid_areas(rows, block)
        scattered.write(y, remaining[above : above + ROWS])
    return Parts(scattered, candidates.count - scattered.count, block)


def tiles(rows: np.ndarray) -> np.ndarray:
    """Sums over tiles, of a mask."""
    height, width = rows.shape
    padded = np.zeros((-(-height // TILE) * TILE, -(-width // TILE) * TILE), np.uint8)
    padded[:height, :width] = rows
    return padded.reshape(padded.shape[0] // TILE, TILE, -1, TILE).sum((1, 3), dtype=np.int64)


def tile_areas(mask: LostPixels) -> np.ndarray:
    across = np.minimum(tiles(np.ones((1, mask.width), bool)), TILE)
    return across * np.minimum(TILE, mask.height - np.arange(0, mask.height, TILE)).reshape(-1, 1)


def tile_counts(mask: LostPixels) -> np.ndarray:
    return np.concatenate([tiles(mask.rows(y, y + ROWS)) for y in range(0, mask.height, ROWS)])


def largest_random_block(level: float, size: int, chance: float = 1e-4) -> int:
    """The side that an all-lost square would have by chance less often than ``chance`` in an image of that size."""
    return max(2, int(np.ceil(np.sqrt(np.log(chance / size) / np.log(level)))))


def unevenness(left: np.ndarray, free: np.ndarray) -> float:
    """Share of the places, each large enough to expect twelve lost pixels, that hold less than 0.3 of their part."""
    half = TILE * TILE / 2
    some = free >= half if (free >= half).any() else free == free.max()
    level = max(np.median(left[some] / np.maximum(free[some], 1)), left.sum() / max(free.sum(), 1) / 5, 1e-4)
    k = int(np.ceil(np.sqrt(12 / (level * TILE * TILE))))
    left, free = (squares(each, k) for each in (left, free))
    some = free > k * k * half
    if not some.any():
        some = free == free.max()
    level = max(level, np.median(left[some] / free[some]))
    return float((left[some] < 0.3 * level * free[some]).mean())


def contrast(source: OpenImage, candidates: LostPixels, scattered: LostPixels, colour: np.ndarray) -> float:
    """How far from the colour the scattered pixels' known neighbours are, by the distance of all known pixels."""
    beside, all_known = [], []
    y = 0
    step = max(1, candidates.size // 2**22)
    for strip in source.strips(SCANNED):
        lost = candidates.rows(y, y + len(strip))
        alone = scattered.rows(y, y + len(strip))
        solid = lost & ~alone
        distance = np.abs(strip[..., : colour_bands(source)].astype(np.float32) - colour.astype(np.float32)).max(-1)
        next_to = ~lost & near(alone, 1)
        known = ~lost & ~near(solid, 2)
        beside.append(distance[next_to][::step].copy())  # a view would keep them all
        all_known.append(distance[known][::step].copy())
        y += len(strip)
    beside, all_known = np.concatenate(beside), np.concatenate(all_known)
    if not beside.size or not all_known.size:
        return 0.0
    return float(np.median(beside) / max(np.median(all_known), np.finfo(np.float32).tiny))


def clustering(parted: Parts) -> float:
    """How much oftener than by chance the pixel to the right of a scattered one, or below it, is one too; half as often
    again is allowed for, as of loss that is not the same everywhere."""
    scattered, pairs = parted.scattered, 0
    for y in range(0, scattered.height, ROWS):
        rows = scattered.rows(y, y + ROWS + 1)
        pairs += int((rows[1:] & rows[:-1]).sum()) + int((rows[:ROWS, 1:] & rows[:ROWS, :-1]).sum())
    chance = scattered.count / max(scattered.size - parted.solid, 1)
    return pairs / max(2 * scattered.count, 1) - 1.5 * chance


def drawn(lost: LostPixels) -> bool:
    """Whether they hang together, as lines and letters do."""
    return clustering(part(lost)) > MOST_CLUSTERED


def colour_bands(source: OpenImage) -> int:
    return source.bands - source.info.has_alpha(source.bands)
