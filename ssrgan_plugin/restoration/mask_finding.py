"""Which pixels of a damaged image are lost, where nobody says so."""

from functools import partial
from typing import Callable, List, Optional

import numpy as np

from ..errors import InputError
from . import network_finding
from .backend import Finder
from .image_info import ImageInfo
from .lost_pixels import LostPixels, of_bands
from .marked import Found, all_lost, with_unseen
from .missing_values import equal, is_missing, named_by_file, named_by_user, not_finite, select
from .neighbourhoods import near
from .opened import OpenImage
from .plausibility import MOST_CLUSTERED, SCANNED, Verdict, colour_bands, judge
from .values import Fill, array_source, as_read, fill_colours, top_of, written

CURE = 'give a mask, or name the --fill that lost pixels have'
MOSTLY = 0.8
SOLID = 'more in solid areas left as they are'


class Smeared(InputError):
    """What marks lost pixels was lossily compressed."""


def find_corrupted(image: np.ndarray, fill: Optional[Fill] = None, nodata: Optional[float] = None) -> np.ndarray:
    """Finds lost pixels of an image in memory: see :func:`find_lost`.

    Args:
        image: (H, W) or (H, W, bands); of two and four bands the last is transparency.
        fill: ``'black'`` (default), ``'white'``, ``'salt_and_pepper'``, a colour in the image's own units, or several.
        nodata: The value of missing pixels.

    Returns:
        (H, W) bool, True = lost; or (H, W, bands) where they differ from band to band.
    """
    pixels = image.reshape(*image.shape[:2], -1)
    return find_lost(array_source(pixels, ImageInfo()), fill, nodata).lost.array()


def find_lost(
    source: OpenImage,
    fill: Optional[Fill] = None,
    nodata: Optional[float] = None,
    finder: Optional[Callable[[], Finder]] = None,
    max_share: float = 0.9,
) -> Found:
    """Finds lost pixels: NaN and infinite ones; those of the value that the file or the user says is missing; those of
    the fill colours; else fully transparent ones; else black ones, and white ones if they are scattered alike; else,
    or where there are others too, what a network takes for lost, value by value.

    Solid areas of the fill colour are part of the picture, and stay; those of a missing value stay too, unseen. Where
    the network finds nothing, nothing is lost, and the notes say so.

    Args:
        source: The picture.
        fill: See :func:`find_corrupted`.
        nodata: See :func:`find_corrupted`.
        finder: Gives the network. Default: do without.
        max_share: More than this share of the values is not believed to be lost, if the network finds it.
            Default: 0.9.

    Raises:
        InputError: if none or all are lost, or if they do not lie as random loss would: then they are probably part
            of the picture; or if the network is in doubt; or of a file whose compression smears them.
    """
    if fill is not None and nodata is not None:
        raise InputError('a fill names the colour of lost pixels, nodata the value of missing ones: give one of them')
    if source.info.lossy:
        raise InputError(
            f'{source.name}: its lossy compression smears lost pixels over their neighbours, so they cannot be found: '
            'give a mask'
        )
    return with_unseen(source, look_for_lost(source, fill, nodata, finder, max_share))


def look_for_lost(
    source: OpenImage,
    fill: Optional[Fill],
    nodata: Optional[float],
    finder: Optional[Callable[[], Finder]],
    max_share: float,
) -> Found:
    if np.issubdtype(source.dtype, np.floating):
        missing = select(source, not_finite)
        if missing.count and fill is None and nodata is None:
            return Found(checked(missing), True, ['not a number'])
    else:
        missing = LostPixels(source.height, source.width)
    if nodata is not None:
        value = named_by_user(source, nodata)
        return Found(checked(missing | select(source, lambda strip: is_missing(strip, value, source))))
    if fill is None and source.info.nodata is not None:
        found = by_file(source)
        if found is not None:
            return found
    if fill is None and source.info.has_alpha(source.bands):
        transparent = select(source, lambda strip: strip[..., -1] == 0)
        if transparent.count:
            verdict = judge(source, checked(transparent), None)
            return plausible(verdict, 'transparent pixels', True, True)
    if fill is not None:
        return by_fill(source, fill, missing)
    return by_looks(source, finder, max_share)


def by_file(source: OpenImage) -> Optional[Found]:
    """Those of the value that a TIFF names as missing, but for whole areas of it."""
    value = named_by_file(source)
    if value is None:
        return None
    lost = select(source, lambda strip: is_missing(strip, value, source))
    if not lost.count:
        return None
    scattered = LostPixels.side_by_side([judge(source, one, None).scattered for one in checked(lost).each()])
    if not scattered.count:
        return None
    return Found(scattered, False, [f'the value {source.info.nodata}, which the file says is missing'])


def by_fill(source: OpenImage, fill: Fill, missing: LostPixels) -> Found:
    colours = fill_colours(fill, source)
    lost = missing
    notes: List[str] = []
    for colour in colours:
        candidates = select(source, partial(equal, colour=colour, source=source))
        if not candidates.count:
            if len(colours) > 1:
                notes.append(f'no pixel is {written(as_read(colour, source))}')
            continue
        found = plausible(judge(source, all_lost(candidates), None), 'pixels of the fill colour', False, False)
        lost, notes = lost | found.lost, [*notes, *found.notes]
    return Found(checked(lost), False, notes)


def by_looks(source: OpenImage, finder: Optional[Callable[[], Finder]], max_share: float) -> Found:
    """Black pixels, if they can be all; and what the network finds, where they cannot."""
    exact = error = None
    try:
        exact = black_or_salt(source)
    except InputError as refused:
        if not finder:
            raise
        error = refused
    refuse_black_and_white(source)
    solid = exact is not None and any(note.endswith(SOLID) for note in exact.notes)
    if exact and not (finder and (solid or maybe_by_colour(source, exact.lost))):
        return exact
    assert finder  # else that was an error
    found = network_finding.guess(source, finder())
    if isinstance(error, Smeared) and not (found.lost.count and found.dark < MOSTLY):
        raise error  # of salt and pepper, or of noise, no more than half is dark
    if exact:
        missed = exact.lost - found.lost.any_channel()
        if missed.count > exact.lost.count / 2:  # lines, writing and the like on black
            exact = None
        elif (found.lost - exact.lost).count <= exact.lost.count / 20:
            return exact
    network_finding.refuse_doubtful(found, max_share, '; else '.join([*found.strange, CURE]))
    lost = found.lost | exact.lost if exact else found.lost
    if not lost.count:
        reason = f' ({str(error).split(":")[0]})' if error else ''
        told = f'nothing that looks lost was found{reason}, and nothing is changed: else {CURE}'
        return Found(lost, False, [told, *found.strange])
    values = f' (values {found.values})' if found.values else ''
    return Found(lost, False, [f'found by its looks{values}, {found.sure:.0%} of it for sure'])


def refuse_black_and_white(source: OpenImage) -> None:
    """Raises :class:`InputError` if nothing but black and white is there, of which any pixel could be lost."""
    black, white = fill_colours('salt_and_pepper', source)
    bands = colour_bands(source)
    for strip in source.strips(SCANNED):
        values = strip[..., :bands]
        if not ((values == black) | (values == white)).all():
            return
    raise InputError(
        f'all values are black or white, the lowest or the highest, and lost ones are not to be told: {CURE}'
    )


def maybe_by_colour(source: OpenImage, lost: LostPixels) -> bool:
    """Whether more values are 0 or the highest, each by itself, than pixels are lost in all colours.

    Of values lost one by one, a share p of them, p³ of the pixels are black, which look like all that is lost.
    """
    bands = colour_bands(source)
    if bands < 2:
        return False
    black, white = fill_colours('salt_and_pepper', source)
    count = y = 0
    for strip in source.strips(SCANNED):
        values = strip[..., :bands][~of_bands(lost.rows(y, y + len(strip)), slice(0, bands))]
        count += int(((values == black) | (values == white)).sum())
        y += len(strip)
    return count / bands > lost.count


def black_or_salt(source: OpenImage) -> Found:
    black, white = fill_colours('salt_and_pepper', source)
    candidates = checked(select(source, lambda strip: equal(strip, black, source)))
    refuse_smeared(source, candidates)
    verdict = judge(source, candidates, black)
    found = plausible(verdict, 'black pixels', False, True)
    lost = found.lost
    salt = select(source, lambda strip: equal(strip, white, source))
    if salt.count >= lost.count / 4:
        other = judge(source, salt, white)
        share = other.scattered.count / max(lost.count, 1)
        if other.random and 1 / 4 < share < 4:
            return Found(all_lost(lost | other.scattered), False, [*found.notes, 'black and white ones'])
    return found


def refuse_smeared(source: OpenImage, lost: LostPixels) -> None:
    """Raises :class:`Smeared` if the black pixels look like what lossy compression has left of many more.

    It makes lost pixels nearly black, beside bright ones; in a photograph's shadows the neighbours are dark too. The
    bounds tell 35 photographs at 1 to 95 % as PNG (none refused) from the same as JPEG and WebP (nine tenths refused
    from 30 % on).
    """
    if source.dtype.kind not in 'uf':
        return
    top = top_of(source.dtype)
    nearly_black = beside = y = 0
    for strip in source.strips(SCANNED):
        brightest = strip[..., : colour_bands(source)].max(-1)
        nearly = (brightest <= top / 32) & ~lost.rows(y, y + len(strip))
        bright = near(brightest > top / 4, 1)
        nearly_black += int(nearly.sum())
        beside += int((nearly & bright).sum())
        y += len(strip)
    count = lost.count
    told = f'{count:,} pixels are black and {nearly_black:,} nearly, as after lossy compression or in shadows: {CURE}'
    if beside > max(count / 20, lost.size / 200):
        raise Smeared(told)
    if count < lost.size / 100 and nearly_black > 10 * count > 0:
        raise InputError(told)  # more likely shadows


def checked(lost: LostPixels) -> LostPixels:
    if not lost.count:
        raise InputError(f'no lost pixel found: {CURE}')
    return all_lost(lost)


def left_alone(verdict: Verdict) -> List[str]:
    return [f'{verdict.solid:,} {SOLID}'] if verdict.solid else []


def plausible(verdict: Verdict, what: str, alpha_too: bool, guessed: bool) -> Found:
    """What of it is to be restored.

    Args:
        verdict: On the pixels of that look.
        what: They are.
        alpha_too: Their transparency is lost too.
        guessed: Nobody has named the look: then it must be that of random loss.

    Raises:
        InputError: if they do not look lost.
    """
    scattered = verdict.scattered.count
    if (guessed or verdict.solid) and not verdict.random:
        count = scattered + verdict.solid
        total = f'{count:,}, {count / verdict.scattered.size:.1%}'
        if verdict.solid > scattered:
            how = f'lie in blocks of {verdict.block}×{verdict.block} and more'
        elif scattered < 12:
            how = 'are too few to tell from the picture'
        elif verdict.clustered > MOST_CLUSTERED:
            how = 'hang together, in lines or letters'
        else:
            how = 'lie in some parts of the picture and not in others'
        cure = CURE if guessed else 'give a mask'
        raise InputError(f'the {what} ({total}) {how}, as pixels lost at random would not: {cure}')
    return Found(verdict.scattered, alpha_too, left_alone(verdict))
