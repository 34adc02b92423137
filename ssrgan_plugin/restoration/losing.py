"""Losing pixels of a picture of any size."""

import copy
from typing import Iterator, List, NamedTuple, Sequence, Union

import numpy as np

from .. import corruption
from ..errors import InputError
from .opened import OpenImage
from .plausibility import SCANNED, colour_bands
from .values import Fill, fill_colours, rounded, top_of


class Look(NamedTuple):
    """The colours' range of values, and the means of what is not lost, one or one a channel."""

    least: float
    most: float
    means: np.ndarray


def corrupted_strips(source: OpenImage, mask: np.ndarray, fill: Fill, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """The picture with its masked pixels filled, strip by strip; transparency stays.

    Args:
        source: The picture; read twice where the fill depends on its values.
        mask: (H, W, 1), or (H, W, colours) for each by itself; not 0 = lost.
        fill: A name of :mod:`ssrgan_plugin.corruption`, or a colour in the picture's own units.
        rng: Source of the noise, after that of the mask.

    Raises:
        InputError: if the fill has no meaning in these values.
    """
    bands = colour_bands(source)
    if not isinstance(fill, str):
        colour = fill_colours([list(np.ravel(fill))], source)[0]
        for strip, marked in masked(source, mask):
            lost = np.broadcast_to(marked, (*strip.shape[:2], bands))
            strip[..., :bands][lost] = np.broadcast_to(colour, lost.shape)[lost]
            yield strip
        return
    low, high = 0.0, top_of(source.dtype)
    look = None if source.dtype.kind == 'u' and fill != 'mean_grey' else look_at(source, mask)
    if look and (look.least < 0 or look.most > high):
        if fill in ('white', 'salt_and_pepper'):
            raise InputError(
                f'no value is white in an image of {look.least:g} to {look.most:g}: give a --fill in its units'
            )
        low, high = (0.0, look.most) if fill == 'black' else (look.least, look.most)
    scale = 255 / (high - low) if high > low else 1.0
    fills: List[Union[str, float]] = [fill] * mask.shape[2]
    if look and fill == 'mean_grey':
        fills = [float(value) for value in ((look.means - low) * scale).clip(0, 255)]
    generators = one_each(rng, fill, mask)
    for strip, marked in masked(source, mask):
        values = (strip[..., :bands].astype(np.float64) - low) * scale
        for i, (each, generator) in enumerate(zip(fills, generators)):
            of_these = np.s_[..., :] if mask.shape[2] == 1 else np.s_[..., i : i + 1]
            lost = np.broadcast_to(marked[..., i : i + 1], values[of_these].shape)
            filled = corruption.corrupt(values[of_these], marked[..., i : i + 1], each, generator)[lost] / scale + low
            strip[..., :bands][of_these][lost] = rounded(filled, source.dtype)
        yield strip


def masked(source: OpenImage, mask: np.ndarray) -> Iterator[tuple]:
    """Strips to be changed, and what is lost of them."""
    y = 0
    for strip in source.strips(SCANNED):
        yield strip.copy(), mask[y : y + len(strip)] != 0
        y += len(strip)


def look_at(source: OpenImage, mask: np.ndarray) -> Look:
    least, most = np.inf, -np.inf
    sums, counts = np.zeros(mask.shape[2]), np.zeros(mask.shape[2])
    for strip, marked in masked(source, mask):
        values = strip[..., : colour_bands(source)]
        least, most = min(least, np.fmin.reduce(values, axis=None)), max(most, np.fmax.reduce(values, axis=None))
        known = np.broadcast_to(~marked, values.shape) & ~np.isnan(values)
        rows = (0, 1) if mask.shape[2] > 1 else (0, 1, 2)
        sums += np.where(known, values, 0).sum(rows, dtype=np.float64)
        counts += known.sum(rows)
    return Look(float(least), float(most), np.divide(sums, counts, out=np.full_like(sums, least), where=counts > 0))


def one_each(rng: np.random.Generator, fill: str, mask: np.ndarray) -> Sequence[np.random.Generator]:
    """A generator for each channel, where the next one begins when all of the picture has its noise of the last."""
    generators = [rng]
    for channel in range(mask.shape[2] - 1):
        generators.append(copy.deepcopy(generators[-1]))
        for y in range(0, len(mask), SCANNED):
            marked = mask[y : y + SCANNED, :, channel : channel + 1]
            corruption.corrupt(np.zeros(marked.shape), marked, fill, generators[-1])
    return generators
