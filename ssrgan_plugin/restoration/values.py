"""What numbers in an image mean: black and white by type, colours in its own units, and the range that it fills."""

from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Union

import numpy as np

from ..errors import InputError
from .argument_types import number
from .image_info import ImageInfo, negative
from .lost_pixels import LostPixels, of_bands
from .opened import OpenImage

Fill = Union[str, float, Sequence[float], Sequence[Union[str, float, Sequence[float]]]]
SAMPLES = 2**21
FEWEST = 4  # pixels


def top_of(dtype: np.dtype) -> float:
    """The value of white."""
    return float(np.iinfo(dtype).max) if np.issubdtype(dtype, np.integer) else 1.0


def fill_colours(fill: Fill, source: OpenImage) -> List[np.ndarray]:
    """What lost pixels look like, as they are read: each one value, or one a colour band.

    Args:
        fill: ``'black'``, ``'white'``, ``'salt_and_pepper'`` (either), a value or a colour in the file's own units, or
            a list of such.
        source: The image.

    Raises:
        InputError: if it is no colour of such an image.
    """
    dtype, channels = source.dtype, source.bands - source.info.has_alpha(source.bands)
    white = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1.0
    named: Dict[str, List[float]] = dict(black=[0], white=[white], salt_and_pepper=[0, white])
    several = isinstance(fill, (list, tuple)) and any(not np.isscalar(each) or isinstance(each, str) for each in fill)
    listed: Sequence[Any] = fill if several else [fill]  # type: ignore[assignment]  # several: a list
    colours: List[np.ndarray] = []
    for each in listed:
        if isinstance(each, str):
            if each not in named:
                raise InputError(f'unknown fill {each!r}: choose {", ".join(named)}, or a colour such as 255,0,0')
            colours += [np.array([value], dtype) for value in named[each]]
            continue
        colour = np.ravel(each)
        if colour.size not in (1, channels):
            raise InputError(f'fill colour {written(colour)} has {colour.size} channels, the image {channels}')
        colours.append(as_read(exactly(colour, dtype, 'fill colour'), source))
    return colours


def exactly(colour: np.ndarray, dtype: np.dtype, what: str) -> np.ndarray:
    """In the image's type; integers as such, for the largest have no double of their own.

    Raises:
        InputError: if that has no such values.
    """
    if not np.issubdtype(dtype, np.integer):
        with np.errstate(over='ignore'):
            return colour.astype(dtype)
    least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
    values = colour.tolist()
    if not all(value == value and least <= value <= most and value == int(value) for value in values):
        raise InputError(
            f"{what} {written(colour)} is none of the image's values, {least:,} to {most:,}: give it in the units of "
            'the file'
        )
    return np.array([int(value) for value in values], dtype)


def named_value(text: Optional[str], dtype: np.dtype) -> Optional[np.ndarray]:
    """(1,): a number that a file names, in its own units; None if its pixels cannot have it."""
    try:
        return exactly(np.array([number(text or '')]), dtype, '')
    except ValueError:  # InputError among them
        return None


def as_read(colour: np.ndarray, source: OpenImage) -> np.ndarray:
    """A value, or a colour, in the file's units as its pixels are given, and back."""
    if not source.info.white_is_zero:
        return colour
    bands = source.bands - source.info.has_alpha(source.bands)
    return negative(np.broadcast_to(colour, bands), source.info)


def rounded(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """The nearest of an image's values; floating-point ones stay as they are."""
    if not np.issubdtype(dtype, np.integer):
        return values.astype(dtype)
    least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
    above = values >= most
    # The largest of 64 bits have no double of their own.
    result = np.rint(np.where(above, 0, values)).clip(least, None).astype(dtype)
    result[above] = most
    return result


def written(colour: np.ndarray) -> str:
    return ','.join(str(value) if isinstance(value, int) else f'{value:g}' for value in colour.tolist())


class Range(NamedTuple):
    """What known pixels of some bands fill: ``low`` to ``high`` but for a thousandth at each end, and all; and a value
    among them, in the file's units, that is none of the picture's, by its distance from all others."""

    low: float
    high: float
    least: float
    most: float
    strange: Optional[str] = None

    def to_network(self, values: np.ndarray) -> np.ndarray:
        """-1 to 1 for low to high, in single precision; what lies outside goes beyond."""
        return ((values.astype(np.float64) - self.low) * (2 / (self.high - self.low)) - 1).astype(np.float32)

    def to_image(self, values: np.ndarray, dtype: np.dtype) -> np.ndarray:
        """Back, rounded if need be, and no further than known pixels go."""
        values = (values.astype(np.float64) + 1) * ((self.high - self.low) / 2) + self.low
        return rounded(values.clip(self.least, self.most), dtype)


def known_ranges(source: OpenImage, lost: LostPixels, groups: Sequence[slice]) -> List[Range]:
    """The range of the known pixels of each group of bands.

    The network errs by a two-thousandth of the range it is shown, whatever the picture: shown an image type's whole
    range, it drowns a picture that fills little of it. The ends are quantiles, for a few hot pixels to stretch nothing.

    Raises:
        InputError: if known pixels are NaN or infinite, or have values that mark missing ones.
    """
    step = max(1, source.height * source.width // SAMPLES)
    samples: List[List[np.ndarray]] = [[] for _ in groups]
    limits = np.array([[np.inf, -np.inf]] * len(groups))
    y = 0
    for strip in source.strips(128):
        known = ~lost.rows(y, y + len(strip))
        for i, bands in enumerate(groups):
            values = strip[..., bands][of_bands(known, bands)]
            if np.issubdtype(source.dtype, np.floating) and not np.isfinite(values).all():
                raise InputError('pixels outside the mask are NaN or infinite: mark them as lost too')
            if values.size:
                limits[i] = min(limits[i, 0], values.min()), max(limits[i, 1], values.max())
            samples[i].append(values[::step].flatten())
        y += len(strip)
    ranges = []
    for bands, (least, most), sample in zip(groups, limits, samples):
        if least > most:  # a band that is missing everywhere: nothing of it is restored
            ranges.append(Range(0, 1, 0, 1))
            continue
        values = np.concatenate(sample)
        refuse_extremes(least, most, values)
        low, high = np.quantile(values.astype(np.float64), (0.001, 0.999))
        if not low < high:
            low, high = least, most
        if not low < high:  # one value throughout
            low, high = least, least + max(abs(least), 1.0)
        strange = strange_value(least, most, values)
        if strange is not None:
            strange = str(negative(np.full(source.bands, strange), source.info)[bands.start]).removesuffix('.0')
        ranges.append(Range(float(low), float(high), float(least), float(most), strange))
    return ranges


def strange_value(least: float, most: float, sample: np.ndarray) -> Any:
    """The least or most of the values, if several have it and it is further from the others than those from each other:
    it may mark missing pixels that nobody has told of. Of a value that is often used so, a tenth of that is enough."""
    if sample.dtype == np.uint8:  # black and white are beside narrow ranges in many a drawing
        return None
    others = sample[(sample != least) & (sample != most)].astype(np.float64)
    if others.size < sample.size / 100 or np.unique(others[:1000]).size < 3:
        return None
    low, high = np.quantile(others, (0.01, 0.99))
    for extreme, distance in ((least, low - least), (most, most - high)):
        natural = sample.dtype.kind == 'f' and extreme == 1  # white
        far = distance > (high - low) * (0.1 if often_missing(extreme, sample.dtype) else 1)
        same = sample[sample == extreme]
        if far and not natural and same.size >= FEWEST:
            return same[0]  # of 64 bits, the extreme has lost some
    return None


def strange_cures(ranges: Sequence[Range]) -> List[str]:
    """What to do about the values that are none of the picture's."""
    strange = dict.fromkeys(one.strange for one in ranges if one.strange is not None)
    return [f'pixels are {value}, far from all others: if they are missing, say --nodata={value}' for value in strange]


def often_missing(value: float, dtype: np.dtype) -> bool:
    nines = value < 0 and set(f'{-value:g}') == {'9'} and value <= -99
    return nines or dtype.kind == 'i' and value in (np.iinfo(dtype).min, np.iinfo(dtype).min + 1)


def refuse_extremes(least: float, most: float, sample: np.ndarray) -> None:
    """Such as the least of single precision, beside which all else is nothing; or integers too close for doubles."""
    extreme = max(least, most, key=abs)
    if abs(extreme) > 1e30 and np.abs(sample).min() < 1e-6 * abs(extreme):
        raise InputError(f'known pixels are {extreme:.9g}, as if they were missing: say --nodata={extreme:.9g}')
    if sample.dtype.kind in 'ui' and 0 < int(sample.max()) - int(sample.min()) < 1024 * np.spacing(abs(extreme)):
        raise InputError(
            f'values near {extreme:.9g} differ too little to be computed with: subtract {int(least)} first'
        )


def band_groups(source: OpenImage) -> List[slice]:
    """Bands to be restored together: the colours of RGB; all others each by itself."""
    colours = source.bands - source.info.has_alpha(source.bands)
    together = 3 if source.info.kind(source.bands) == 'rgb' and colours >= 3 else 1
    return [slice(0, together), *(slice(i, i + 1) for i in range(together, source.bands))]


def array_source(pixels: np.ndarray, info: ImageInfo) -> OpenImage:
    """An (H, W, bands) array as if it were a file."""

    def strips(rows: int) -> Iterator[np.ndarray]:
        for y in range(0, len(pixels), rows):
            yield pixels[y : y + rows]

    height, width, bands = pixels.shape
    return OpenImage('the image', height, width, bands, pixels.dtype, info, strips)
