"""Reading TIFFs: which by libvips and which by tifffile, and as what."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import List, Union

import numpy as np
import tifffile

from ..errors import InputError
from .image_info import ImageInfo, negative
from .tiff_tags import metadata
from .values import named_value

LOSSY = {6, 7, 33003, 33004, 33005, 34712, 34887, 34892, 50001, 50002, 52546}
# What tifffile decodes by itself: none, deflate (two numbers), PackBits.
PLAIN = {1, 8, 32946, 32773}
PHOTOMETRIC = {0: 'grey', 1: 'grey', 2: 'rgb', 3: 'rgb', 5: 'cmyk', 6: 'rgb'}
JPEG = (6, 7)


@dataclass(frozen=True)
class TiffHeader:
    height: int
    width: int
    bands: int
    dtype: np.dtype
    info: ImageInfo
    by_vips: bool
    palette: bool


def opened(source: Union[Path, bytes]) -> tifffile.TiffFile:
    return tifffile.TiffFile(io.BytesIO(source) if isinstance(source, bytes) else str(source))


def read_header(source: Union[Path, bytes], name: str) -> TiffHeader:
    with opened(source) as file:
        page = file.pages[0].aspage()
        smaller = refuse_several(file, page, name)
        bands, photometric = page.samplesperpixel, int(page.photometric)
        refuse_colours(page, name)
        dtype, bits = page.dtype, page.bitspersample
        if photometric == 3:
            bands, dtype = 3, np.dtype(np.uint8)
        elif bits < 8:
            dtype = np.dtype(np.uint8)
        if dtype is None or dtype.kind not in 'uif' or isinstance(bits, int) and bits not in (1, 2, 4, 8, 16, 32, 64):
            raise InputError(
                f'{name} has pixels of a type that is not read (TIFF of {bits} bits, SampleFormat '
                f'{page.sampleformat}): convert it to 8 or 16 bits or float'
            )
        extra = [int(sample) for sample in page.extrasamples]
        beside, left = metadata(page)
        alpha, grey = bool(extra) and extra[-1] in (1, 2), PHOTOMETRIC.get(photometric) == 'grey'
        info = dict(
            colours='bands' if grey and bands - alpha != 1 else PHOTOMETRIC.get(photometric, 'bands'),
            alpha=alpha,
            premultiplied=alpha and extra[-1] == 1,
            white_is_zero=photometric == 0,
            lossy=int(page.compression) in LOSSY,
            **beside,
        )
        notes = []
        if photometric == 3:
            notes.append('its palette became colours of 8 bits')
        elif bits < 8:
            notes.append(f'its {bits} bit{"s" * (bits > 1)} a pixel became 8')
        if alpha_inside(extra):
            notes.append('that one of its bands is transparency is not kept')
        notes += left
        if smaller:
            notes.append('its smaller copies are left out')
        plain = int(page.compression) in PLAIN and page.predictor in (1, 2) and page.fillorder == 1 and bits >= 8
        # libvips undoes a premultiplied alpha, widens float16, knows no 64 bits, mixes up planes of more than three
        # bands and those that count from white down, and takes parts that are not in the file for 0.
        sparse = info.get('nodata') is not None and 0 in page.databytecounts
        exact = (
            dtype.name in ('uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32')
            and not info['premultiplied']
            and (int(page.planarconfig) == 1 or bands == 1 or bands == 3 and photometric in (1, 2))
            and not sparse
        )
        if sparse and not plain:
            raise InputError(
                f'{name} leaves out parts in which all is {info["nodata"]}, its value of missing pixels, and they are '
                'not read in this compression: save it without compression, or whole'
            )
        if not exact and not plain:
            raise InputError(
                f'{name} is a TIFF that is not read in this compression '
                f'({getattr(page.compression, "name", page.compression)}): save it without'
            )
        return TiffHeader(
            page.imagelength,
            page.imagewidth,
            bands,
            dtype.newbyteorder('='),
            ImageInfo(**info, notes=tuple(notes)),
            exact,
            photometric == 3,
        )


def refuse_several(file: tifffile.TiffFile, page: tifffile.TiffPage, name: str) -> bool:
    """Raises :class:`InputError` unless the first page is the one image.

    Returns:
        Whether there are smaller copies of it.
    """
    pages = [each.aspage() for each in file.pages]
    images = [each for each in pages if not each.is_reduced]
    copies = len(pages) - len(images)
    for inner in (inner.aspage() for each in pages for inner in each.pages or ()):
        if inner.is_reduced or inner.imagelength < page.imagelength and inner.imagewidth < page.imagewidth:
            copies += 1
        else:
            images.append(inner)
    count = len(images)
    if count <= 1 and page.imagedepth > 1:
        count = page.imagedepth
    elif count <= 1 and (file.is_shaped or file.is_imagej or file.is_stk):  # planes behind one page's
        count = file.series[0].size // page.size
    if count > 1:
        raise InputError(f'{name} holds {count} images: save each as a file of its own')
    if images and page is not images[0]:
        raise InputError(f'{name} begins with a smaller copy of its image: save the image as a file of its own')
    return copies > 0


def refuse_colours(page: tifffile.TiffPage, name: str) -> None:
    photometric = int(page.photometric)
    if photometric in (8, 9, 10):
        raise InputError(f'{name} is stored as CIELAB: convert it to RGB')
    # libvips makes RGB of YCbCr where JPEG has compressed it, and takes all else for what it is not.
    if photometric not in PHOTOMETRIC or photometric == 6 and int(page.compression) not in JPEG:
        stored = getattr(page.photometric, 'name', f'photometric {photometric}')
        raise InputError(f'{name} is stored as {stored}, which is not read: convert it to RGB or grey')


def alpha_inside(extra: List[int]) -> bool:
    """Whether a band is transparency that is not the last, so that it is taken for any other."""
    return any(sample in (1, 2) for sample in extra[:-1])


def read_pixels(source: Union[Path, bytes], header: TiffHeader) -> np.ndarray:
    """The whole image by tifffile, (H, W, bands)."""
    with opened(source) as file:
        page = file.pages[0].aspage()
        missing = named_value(header.info.nodata, header.dtype)
        page.nodata = 0 if missing is None else missing.item()  # of parts that are not in the file
        pixels = page.asarray()
        if int(page.planarconfig) == 2 and header.bands > 1:
            pixels = np.moveaxis(pixels, 0, -1)
        pixels = pixels.reshape(header.height, header.width, header.bands)
        return np.ascontiguousarray(negative(pixels, header.info), header.dtype)
