"""What of a damaged picture is lost, where a mask says so."""

from typing import NamedTuple, Optional, Sequence

import numpy as np

from ..errors import InputError
from .lost_pixels import LostPixels, of_bands
from .missing_values import missing_besides
from .opened import OpenImage
from .plausibility import SCANNED, colour_bands

SMEARED = (
    'its lossy compression has smeared lost pixels over known ones, which errs many times more: use a file that was '
    'never compressed so if there is one'
)


class Found(NamedTuple):
    """What is lost, whole pixels or values channel by channel; whether transparency is lost too where whole pixels are
    and it is 0 (where channels are by themselves and it has its own, that says); what to tell about it; and what is
    missing as well, but stays as it is."""

    lost: LostPixels
    alpha_too: bool = False
    notes: Sequence[str] = ()
    unseen: Optional[LostPixels] = None


def by_mask(
    source: OpenImage,
    lost: LostPixels,
    nodata: Optional[float] = None,
    notes: Sequence[str] = (),
    name: str = 'the mask',
    cure: str = 'give its opposite, mask == 0',
) -> Found:
    """Lost pixels that somebody has marked. Of the others those that are missing, of the value ``nodata`` too, stay.

    Transparency counts as lost where it is 0, unless known pixels are transparent and lost ones are not: then it is
    that of a picture cut out.

    Args:
        source: The picture.
        lost: As the mask says.
        nodata: The value of others that are missing.
        notes: What to tell about the mask.
        name: The mask's, for messages.
        cure: What to do if it is upside down.

    Raises:
        InputError: if no pixel is known, or the mask looks upside down.
    """
    refuse_inverted(source, lost, name, cure)
    notes = [*notes, *([SMEARED] if source.info.lossy and SMEARED not in notes else [])]
    alpha_too = lost_opaque = known_transparent = False
    if source.info.has_alpha(source.bands) and lost.channels == source.bands:
        return with_unseen(source, Found(lost, True, notes), nodata)  # the mask says it of transparency too
    lost = lost.simplest()
    if source.info.has_alpha(source.bands):
        y = 0
        for strip in source.strips(SCANNED):
            marked = of_bands(lost.rows(y, y + len(strip)), slice(source.bands - 1, source.bands))
            opaque = strip[..., -1] != 0
            lost_opaque = lost_opaque or bool((marked & opaque).any())
            known_transparent = known_transparent or bool((~marked & ~opaque).any())
            y += len(strip)
        alpha_too = not (lost_opaque and known_transparent)
    return with_unseen(source, Found(lost, alpha_too, notes), nodata)


def refuse_inverted(source: OpenImage, lost: LostPixels, name: str, cure: str) -> None:
    """Raises :class:`InputError` if all pixels left known are of one colour, and the lost ones are not."""
    limits = np.array([[np.inf, -np.inf]] * 2)
    y = 0
    for strip in source.strips(SCANNED):
        marked = lost.rows(y, y + len(strip))
        for i, place in enumerate((~marked, marked)):
            values = strip[..., : place.shape[2] if place.ndim == 3 else colour_bands(source)][place]
            if values.size:
                least, most = (one.reduce(values, axis=None) for one in (np.fmin, np.fmax))  # which pass over NaN
                limits[i] = np.fmin(limits[i, 0], least), np.fmax(limits[i, 1], most)
        y += len(strip)
    if limits[0, 0] == limits[0, 1] and limits[1, 0] < limits[1, 1] and lost.count < lost.size - 1:
        raise InputError(
            f'{name} looks inverted: all pixels it leaves are {limits[0, 0]:g}, those it marks as lost are not: {cure}'
        )


def with_unseen(source: OpenImage, found: Found, nodata: Optional[float] = None) -> Found:
    unseen = missing_besides(source, found.lost, nodata)
    if unseen is None:
        return found._replace(lost=all_lost(found.lost))
    all_lost(found.lost, unseen)
    others = 'others' if unseen.channels == 1 else 'other values'
    return found._replace(
        unseen=unseen, notes=[*found.notes, f'{unseen.count:,} {others} are missing too, and stay as they are']
    )


def all_lost(lost: LostPixels, unseen: Optional[LostPixels] = None) -> LostPixels:
    """Refuses to restore from nothing."""
    how, unknown = ('lost or missing', lost | unseen) if unseen else ('lost', lost)
    whole = [one.count == one.size for one in unknown.each()]
    if all(whole):
        raise InputError(f'every pixel is {how}: nothing is left to restore the image from')
    for i, (all_of_it, of_it) in enumerate(zip(whole, lost.each() if lost.channels > 1 else [lost] * len(whole))):
        if all_of_it and of_it.count:
            raise InputError(f'band {i + 1} is {how} everywhere: nothing is left to restore it from')
    return lost
