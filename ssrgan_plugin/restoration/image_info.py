"""What an image file holds beside its pixels."""

from dataclasses import dataclass
from typing import Callable, Dict, Optional, Tuple

import numpy as np
from PIL import ExifTags

from . import exif

# What turns stored pixels upright, by EXIF orientation.
TURNS: Dict[int, Callable[[np.ndarray], np.ndarray]] = {
    2: np.fliplr,
    3: lambda pixels: pixels[::-1, ::-1],
    4: np.flipud,
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: np.rot90,
}


@dataclass(frozen=True)
class ImageInfo:
    """How pixels are to be understood, and what goes with them.

    Args:
        colours: ``'grey'``, ``'rgb'``, ``'cmyk'``, or ``'bands'`` that are no colours. Default: by the number of bands.
        alpha: Whether the last band is transparency. Default: of two and four bands (but CMYK) it is.
        premultiplied: Colours are multiplied by it.
        white_is_zero: The file counts from white down; the pixels are given, as everywhere, from black up.
        exif, profile, xmp, iptc: As in the file.
        resolution: Pixels a millimetre, across and down.
        scale: Pixels a unit that a TIFF does not name, across and down.
        chunks: Others of a PNG, (name, content), comments among them.
        tags: Of a TIFF, those that say neither size nor type: (code, type, count, value), geographic ones among them.
        nodata: The value that a TIFF says marks missing pixels.
        lossy: From a file whose compression smears pixels over their neighbours.
        notes: What of the file is not in the pixels, for people.
    """

    colours: Optional[str] = None
    alpha: Optional[bool] = None
    premultiplied: bool = False
    white_is_zero: bool = False
    exif: Optional[bytes] = None
    profile: Optional[bytes] = None
    xmp: Optional[bytes] = None
    iptc: Optional[bytes] = None
    resolution: Optional[Tuple[float, float]] = None
    scale: Optional[Tuple[float, float]] = None
    chunks: Tuple[Tuple[bytes, bytes], ...] = ()
    tags: Tuple[tuple, ...] = ()
    nodata: Optional[str] = None
    lossy: bool = False
    notes: Tuple[str, ...] = ()

    @property
    def orientation(self) -> int:
        turn = exif.load(self.exif).get(ExifTags.Base.Orientation, 1)
        return int(turn) if turn in range(2, 9) else 1  # malformed: viewers turn nothing

    def has_alpha(self, bands: int) -> bool:
        if self.alpha is None:
            return bands in (2, 4) and self.colours in (None, 'grey', 'rgb')
        return self.alpha

    def kind(self, bands: int) -> str:
        """``colours``, or what the number of bands suggests."""
        colours = bands - self.has_alpha(bands)
        return self.colours or {1: 'grey', 3: 'rgb'}.get(colours, 'bands')


def upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """The pixels as viewers show them."""
    return TURNS.get(orientation, np.asarray)(pixels)


def negative(pixels: np.ndarray, info: ImageInfo) -> np.ndarray:
    """From white down to black up, where the file counts so, and back: (..., bands), of which the first is the grey."""
    if not info.white_is_zero or pixels.dtype.kind != 'u':
        return pixels
    turned = pixels.copy()
    turned[..., 0] = np.iinfo(pixels.dtype).max - pixels[..., 0]
    return turned


def as_stored(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Upright pixels as they would be stored with an orientation."""
    return np.ascontiguousarray(TURNS.get({6: 8, 8: 6}.get(orientation, orientation), np.asarray)(pixels))
