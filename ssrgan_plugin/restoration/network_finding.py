"""Which values of a picture are lost, by a network that finds corruption, where nobody says so."""

from collections import Counter
from typing import Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from ..errors import InputError
from .backend import Finder
from .lost_pixels import LostPixels, of_bands
from .missing_values import missing_besides
from .opened import OpenImage
from .plausibility import SCANNED, colour_bands, drawn
from .tiling import with_margins
from .values import Range, band_groups, known_ranges, strange_cures, top_of

POSSIBLE, PROBABLE, SURE = 0.03, 0.25, 0.9
FEW = 0.002
MOST_DOUBTFUL = 0.3
FILLS = 0.97


class Guess(NamedTuple):
    """What the network takes for lost, by colour band; how many values it is ``sure`` of, of those that it takes; the
    share of ``doubtful`` ones, of all, which are neither surely known nor surely lost; which few ``values`` lost
    ones have, if they do; whether those hang together, as if ``drawn``; the share of ``dark`` ones among those that are
    surely lost; and what to do about values of it that are none of the picture's."""

    lost: LostPixels
    sure: float
    doubtful: float
    values: str = ''
    drawn: bool = False
    dark: float = 0
    strange: Sequence[str] = ()

    @property
    def share(self) -> float:
        return self.lost.count / self.lost.size


def guess(source: OpenImage, finder: Finder) -> Guess:
    """Shows the picture to the network, tile by tile.

    Where two thousandths of the values are surely lost, with a probability of nine tenths, so is any other with
    a probability of a quarter: to miss one costs more than to restore one in vain. Where fewer are, only the sure ones
    are, so that writing and the stars of a night sky stay. Where nearly all that are surely lost have one of two
    values, as after salt and pepper, only such are lost, and three hundredths are enough.

    Args:
        source: Its transparency is not looked at.
        finder: The network.

    Raises:
        InputError: if the picture's values cannot be shown to it.
    """
    bands = colour_bands(source)
    groups = [group for group in band_groups(source) if group.start < bands]
    missing = missing_besides(source, LostPixels(source.height, source.width))
    ranges = shown_ranges(source, groups, missing)
    levels = (POSSIBLE, PROBABLE, SURE)
    masks = [LostPixels(source.height, source.width, bands) for _ in levels]
    fills = Fills(bands)
    seen = doubtful = dark = 0
    black = top_of(source.dtype) / 32
    for y, x, values, probability, known in tiles(source, finder, groups, ranges, missing):
        height, width = probability.shape[:2]
        for mask, least in zip(masks, levels):
            rows = mask.rows(y, y + height).reshape(height, -1, bands).copy()
            rows[:, x : x + width] = probability >= least
            mask.write(y, rows)
        fills.count(values, probability >= SURE)
        dark += int((values[probability >= SURE] <= black).sum())
        seen += int(known.sum())
        doubtful += int(((probability > 1 - SURE) & (probability < SURE)).sum())
    possible, probable, sure = masks
    dark_share = dark / max(sure.count, 1)
    colours = fills.found()
    if sure.count < max(FEW * seen, probable.count / 10):
        taken, colours = sure, []
    elif colours:
        taken = of_values(source, possible, colours)
        sure, doubtful = of_values(source, probable, colours), 0
    else:
        taken = probable
    told = ' and '.join(str(value) for value in sorted({value for each in colours for value in each}))
    return Guess(
        taken.simplest(),
        min(sure.count / max(taken.count, 1), 1.0),
        doubtful / max(seen, 1),
        told,
        bool(colours) and drawn(taken.any_channel()),
        dark_share,
        strange_cures(ranges),
    )


class Fills:
    """Counts the values of what is surely lost, each colour by itself."""

    def __init__(self, bands: int):
        self.counts: List[Counter] = [Counter() for _ in range(bands)]

    def count(self, values: np.ndarray, lost: np.ndarray) -> None:
        for band, counts in enumerate(self.counts):
            found, times = np.unique(values[..., band][lost[..., band]], return_counts=True)
            counts.update(dict(zip(found.tolist(), times.tolist())))
            if len(counts) > 2**16:  # of other types than 8 bits nearly every value is another
                self.counts[band] = Counter(dict(counts.most_common(2**12)))

    def found(self) -> List[List[float]]:
        """The one or two values of each colour, or nothing if there are more."""
        found = []
        for counts in self.counts:
            total, most = sum(counts.values()), counts.most_common(2)
            if total and sum(count for _, count in most) < FILLS * total:
                return []
            found.append([value for value, count in most if count > total / 20])
        return found if any(found) else []


def of_values(source: OpenImage, lost: LostPixels, colours: List[List[float]]) -> LostPixels:
    """Those of them that have one of their colour's values."""
    result = LostPixels(source.height, source.width, lost.channels)
    y = 0
    for strip in source.strips(SCANNED):
        same = np.stack([np.isin(strip[..., band], values) for band, values in enumerate(colours)], -1)
        result.write(y, same & lost.rows(y, y + len(strip)).reshape(same.shape))
        y += len(strip)
    return result


def tiles(
    source: OpenImage, finder: Finder, groups: List[slice], ranges: List[Range], missing: Optional[LostPixels]
) -> Iterator[Tuple[int, int, np.ndarray, np.ndarray, np.ndarray]]:
    """First row and column of each, and (H, W, colour bands) values, probabilities, 0 where a value is missing, and
    whether it is not."""
    side, margin = finder.tile, finder.margin
    for y, above, rows in with_margins(source.strips(SCANNED), side, margin):
        absent = missing.rows(y - above, y - above + len(rows)) if missing else np.zeros(rows.shape[:2], bool)
        for x in range(0, source.width, side):
            left = min(x, margin)
            part, gone = (each[:, x - left : x + side + margin] for each in (rows, absent))
            inner = np.s_[above : above + side, left : left + side]
            found: List[np.ndarray] = []
            known: List[np.ndarray] = []
            for group, values in zip(groups, ranges):
                pixels = part[..., group]
                away = np.broadcast_to(of_bands(gone, group).reshape(*gone.shape[:2], -1), pixels.shape)
                shown = values.to_network(np.where(away, values.low, pixels) if away.any() else pixels).clip(-1, 1)
                known.append(~away[inner])
                found.append(finder(shown)[inner] * known[-1])
            yield y, x, part[inner][..., : colour_bands(source)], np.concatenate(found, -1), np.concatenate(known, -1)


def shown_ranges(source: OpenImage, groups: List[slice], missing: Optional[LostPixels]) -> List[Range]:
    """Of 8 bits the type's; else what the picture fills, with a tenth to spare, for what is lost to lie outside."""
    if source.dtype == np.uint8:
        return [Range(0, top_of(source.dtype), 0, top_of(source.dtype))] * len(groups)
    ranges = known_ranges(source, missing or LostPixels(source.height, source.width), groups)
    return [one._replace(low=one.low - spare(one), high=one.high + spare(one)) for one in ranges]


def spare(one: Range) -> float:
    return (one.high - one.low) / 10


def refuse_doubtful(found: Guess, most: float, cure: str) -> None:
    """Raises :class:`InputError` if the find cannot be trusted.

    Args:
        found: It.
        most: Share of the values that may be lost.
        cure: What else to do.
    """
    if found.share > most:
        raise InputError(f'{found.share:.1%} of the values look lost, more than {most:.0%} (--max-share): {cure}')
    if found.drawn:
        raise InputError(
            f'{found.share:.1%} of the values look lost (values {found.values}), but they hang together, in lines or '
            f'letters, as values lost at random would not: {cure}'
        )
    if found.lost.count and found.doubtful > MOST_DOUBTFUL:
        raise InputError(
            f'{found.share:.1%} of the values look lost, but {found.doubtful:.1%} of all are in doubt: {cure}'
        )
