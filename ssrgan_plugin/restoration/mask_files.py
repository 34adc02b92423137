"""Masks as files: what counts as lost in them."""

from dataclasses import replace
from pathlib import Path
from typing import Callable, List, NamedTuple, Optional, Tuple

import numpy as np

from ..errors import InputError
from .image_files import STRIP, open_file
from .image_info import ImageInfo, as_stored, upright
from .lost_pixels import LostPixels
from .opened import OpenImage
from .plausibility import colour_bands


class MaskOptions(NamedTuple):
    """How a mask file is meant.

    Args:
        threshold: What is brighter is lost. Default: black is known, all else lost, if the mask has two levels.
        invert: Lost and known are the other way round. Default: False.
        as_stored: It fits the pixels as stored, not as viewers show them. Default: False.
        by_channel: Each channel marks what is lost of that channel alone, not of the whole pixel. Default: if the
            mask says so, as ours do, or its channels differ, in two levels, and not as if a single colour had been
            painted.
    """

    threshold: Optional[float] = None
    invert: bool = False
    as_stored: bool = False
    by_channel: Optional[bool] = None

    @property
    def cure(self) -> str:
        """Of a mask that is upside down."""
        return 'leave --invert-mask out' if self.invert else 'say --invert-mask'


PLAIN = MaskOptions()
# In a mask's XMP, which editors keep and show: that it is no painting, in red, say.
BY_CHANNEL = b'Each channel of this mask marks what is lost of that channel alone.'
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>'
    b'<rdf:li xml:lang="x-default">' + BY_CHANNEL + b'</rdf:li>'
    b'</rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>'
)
Look = Callable[[OpenImage, np.ndarray], np.ndarray]


def read_mask(
    path: Path, damaged: OpenImage, options: MaskOptions = PLAIN, max_pixels: Optional[int] = None
) -> Tuple[LostPixels, List[str]]:
    """Reads what of a damaged image is lost, as it is stored.

    Returns:
        It, by channel where the mask says so, and what to tell about the mask.

    Raises:
        InputError: if the mask is of another size, has grey levels, looks inverted, or has channels that do not fit.
    """
    mask = open_file(path, max_pixels)
    orientations = (1, 1) if options.as_stored else (mask.info.orientation, damaged.info.orientation)
    check_size(path, mask, damaged, orientations)
    height, width = damaged.shape[:2]
    if by_transparency(mask):
        mask = transparency_of(mask)
    by_channel = options.by_channel
    if by_channel:
        refuse_other_channels(path, mask, damaged)
    elif by_channel is None:
        said = BY_CHANNEL in (mask.info.xmp or b'')
        by_channel = fits_channels(mask, damaged) and (said or channels_differ(mask))
    look = channels_of if by_channel else brightness
    level, notes = threshold(path, mask, options, look)
    if by_channel and options.by_channel is None:
        notes.append("the mask's channels differ: each marks that channel alone (else say --no-mask-by-channel)")
    marked = (look(mask, strip) > level for strip in mask.strips(STRIP))
    if orientations[0] != orientations[1]:
        whole = as_stored(upright(np.concatenate(list(marked)), orientations[0]), orientations[1])
        marked = (whole[y : y + STRIP] for y in range(0, height, STRIP))
    lost = LostPixels.of_strips(height, width, (strip != options.invert for strip in marked))
    if lost.count == lost.size:
        cure = 'leave --invert-mask out' if options.invert else 'if it is meant the other way round, say --invert-mask'
        raise InputError(f'{path} marks every pixel as lost: nothing is left to restore the image from; {cure}')
    return lost, notes


def mask_info(channels: int, exif: Optional[bytes]) -> ImageInfo:
    """What goes with a mask of so many channels, turned as an image of that EXIF is."""
    return ImageInfo(None if channels in (1, 3) else 'bands', False, exif=exif, xmp=XMP if channels > 1 else None)


def check_size(path: Path, mask: OpenImage, damaged: OpenImage, orientations: Tuple[int, int]) -> None:
    sizes = [
        (image.height, image.width) if orientation < 5 else (image.width, image.height)
        for image, orientation in zip((mask, damaged), orientations)
    ]
    if sizes[0] == sizes[1]:
        return
    (height, width), (expected_height, expected_width) = sizes
    cure = 'both need the same size'
    if (width, height) == (expected_height, expected_width):
        cure = 'turn it by a quarter'
        if not 1 == mask.info.orientation == damaged.info.orientation:
            cure += ', or say --mask-as-stored if it fits the pixels as the camera stored them'
    raise InputError(
        f'{path}: the mask is {width} wide and {height} high, the image {expected_width} and {expected_height}: {cure}'
    )


def fits_channels(mask: OpenImage, damaged: OpenImage) -> bool:
    """Whether it may speak of each band, or of each but transparency."""
    return colour_bands(mask) > 1 and colour_bands(mask) in (colour_bands(damaged), damaged.bands)


def refuse_other_channels(path: Path, mask: OpenImage, damaged: OpenImage) -> None:
    if not fits_channels(mask, damaged):
        count, expected = colour_bands(mask), colour_bands(damaged)
        raise InputError(
            f'{path}: the mask has {count} channel{"s"[: count > 1]}, the image {expected}: '
            + ('leave --mask-by-channel out' if expected == 1 else 'a mask by channel needs as many')
        )


def channels_differ(mask: OpenImage) -> bool:
    """Whether channels of two levels differ, in more than one way: else somebody has painted in red, say."""
    levels: set = set()
    colours: set = set()
    for strip in mask.strips(STRIP):
        values = channels_of(mask, strip)
        levels.update(np.unique(values).tolist())
        if len(levels) > 2:
            return False
        coloured = values[(values != values[..., :1]).any(-1)] > min(levels)
        colours.update(map(bytes, np.unique(np.packbits(coloured, axis=1), axis=0)))
    return len(colours) > 1


def channels_of(mask: OpenImage, strip: np.ndarray) -> np.ndarray:
    """(H, W, colours); where the mask is transparent, 0."""
    bands = colour_bands(mask)
    if np.issubdtype(mask.dtype, np.floating) and np.isnan(strip).any():
        raise InputError(f'{mask.name} has pixels that are no number: mark lost pixels by 1, known ones by 0')
    return np.where(strip[..., -1:] > 0, strip[..., :bands], 0) if bands < mask.bands else strip


def brightness(mask: OpenImage, strip: np.ndarray) -> np.ndarray:
    """(H, W): the brightest colour."""
    return channels_of(mask, strip).max(-1)


def by_transparency(mask: OpenImage) -> bool:
    """Whether a mask is of one colour throughout, so that its transparency alone tells."""
    if colour_bands(mask) == mask.bands:
        return False
    first, opaque = None, True
    for strip in mask.strips(STRIP):
        colours = strip[..., :-1]
        first = colours[0, 0] if first is None else first
        if (colours != first).any():
            return False
        opaque = opaque and bool(strip[..., -1].all())
    return not opaque


def transparency_of(mask: OpenImage) -> OpenImage:
    return replace(
        mask,
        bands=1,
        info=ImageInfo(exif=mask.info.exif, lossy=mask.info.lossy),
        strips=lambda rows: (strip[..., -1:] for strip in mask.strips(rows)),
    )


def threshold(path: Path, mask: OpenImage, options: MaskOptions, look: Look) -> Tuple[float, List[str]]:
    """What is brighter is lost."""
    if options.threshold is not None:
        return options.threshold, []
    levels = count_levels(mask, look)
    if len(levels) <= 2:
        low = min(levels)
        return (low if len(levels) == 2 else 0), []
    total = sum(levels.values())
    most = max(levels)
    near = sum(count for level, count in levels.items() if min(level, most - level) <= most / 8)
    if not mask.info.lossy and near < 0.9 * total:
        shown = ', '.join(f'{level:g}' for level in sorted(levels)[:4])
        raise InputError(
            f'{path} has {len(levels):,} grey levels ({shown}, …), not two: say from where on they mean lost, such as '
            f'--mask-threshold {most / 2:g}'
        )
    top = 255 if mask.dtype == np.uint8 else most
    return top / 2, [f'the mask has {len(levels):,} grey levels: those above {top / 2:g} count as lost']


def count_levels(mask: OpenImage, look: Look) -> dict:
    levels: dict = {}
    for strip in mask.strips(STRIP):
        for level, count in zip(*np.unique(look(mask, strip), return_counts=True)):
            levels[level.item()] = levels.get(level.item(), 0) + int(count)
    return levels
