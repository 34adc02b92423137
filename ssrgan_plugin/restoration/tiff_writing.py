"""Writing TIFFs in strips as they come, with all their tags."""

import io
import zlib
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Tuple

import numpy as np
import tifffile
from PIL import TiffImagePlugin

from . import exif
from .image_info import ImageInfo
from .tiff_tags import tags_of

PHOTOMETRIC_NAMES = dict(grey='minisblack', rgb='rgb', cmyk='separated', bands='minisblack')
STRIP_SIZE = 2**20  # bytes, about, of a strip in what is written


def write(path: Path, strips: Iterable[np.ndarray], shape: tuple, dtype: np.dtype, info: ImageInfo) -> None:
    """Writes strips of (rows, W, bands) as they come; deflate, lossless."""
    height, width, bands = shape
    alpha = info.has_alpha(bands)
    kind = info.kind(bands)
    dtype = np.dtype(dtype).newbyteorder('<')
    negative = info.white_is_zero and dtype.kind == 'u'
    rows = max(1, min(height, STRIP_SIZE // (width * bands * dtype.itemsize)))

    def compressed() -> Iterator[bytes]:
        for piece in cut(strips, rows):
            piece = np.iinfo(dtype).max - piece if negative else piece
            yield zlib.compress(np.ascontiguousarray(piece, dtype).data)

    base = dict(rgb=3, cmyk=4).get(kind, 1)
    extra = [0] * (bands - base)
    if alpha:
        extra[-1] = 1 if info.premultiplied else 2
    tags, directories, _ = with_exif(info)
    tags += [
        (code, 1, len(content), content, True) for code, content in ((700, info.xmp), (33723, info.iptc)) if content
    ]
    options: Dict[str, Any] = {}
    resolution = info.resolution or exif.resolution(info.exif)
    if resolution:
        options = dict(resolution=tuple(10 * value for value in resolution), resolutionunit='CENTIMETER')
    elif info.scale:
        options = dict(resolution=info.scale, resolutionunit='NONE')
    orientation = info.orientation
    if orientation != 1:
        tags.append((274, 3, 1, orientation, True))
    tags += [(code - 1, 4, 1, 0, True) for code in directories]
    bigtiff = height * width * bands * dtype.itemsize > 2**31
    with tifffile.TiffWriter(path, bigtiff=bigtiff, byteorder='<') as writer:
        writer.write(
            compressed(),
            shape=(height, width, bands) if bands > 1 else (height, width),
            dtype=dtype,
            tile=None,
            photometric='miniswhite' if info.white_is_zero else PHOTOMETRIC_NAMES[kind],
            planarconfig='contig' if bands > 1 else None,
            extrasamples=extra or None,
            rowsperstrip=rows,
            compression='zlib',
            metadata=None,
            software=False,
            extratags=tags,
            iccprofile=info.profile,
            **options,
        )
    append_directories(path, directories)


def with_exif(info: ImageInfo) -> Tuple[List[tuple], Dict[int, dict], bool]:
    """Tags to write, among them those of an EXIF that are tags in a TIFF: make and model, author, whatever it has; its
    directories; and whether that is all of it."""
    tags = [(*tag, True) for tag in info.tags]
    there = {tag[0] for tag in tags}
    more = [(*tag, True) for page in exif.pages(info.exif) for tag in tags_of(page)[0] if tag[0] not in there]
    kept = [tag for tag in more if can_be_written(tag)]
    directories, whole = exif.directories(exif.load(info.exif))
    return tags + kept, directories, whole and len(kept) == len(more)


def can_be_written(tag: tuple) -> bool:
    try:
        tifffile.imwrite(io.BytesIO(), np.zeros((1, 1), np.uint8), extratags=[tag])
        return True
    except Exception:  # as many kinds as there are ways to be malformed
        return False


def cut(strips: Iterable[np.ndarray], rows: int) -> Iterator[np.ndarray]:
    """Strips of any heights as strips of ``rows``, but for the last."""
    left = None
    for strip in strips:
        strip = strip if left is None else np.concatenate([left, strip])
        whole = len(strip) // rows * rows
        yield from (strip[y : y + rows] for y in range(0, whole, rows))
        left = strip[whole:]
    if left is not None and len(left):
        yield left


def append_directories(path: Path, directories: dict) -> None:
    """EXIF's own directories at the end of the file, and the tags that point to them, for which there are stand-ins.

    tifffile writes no such tags itself.
    """
    for code, entries in directories.items():
        with tifffile.TiffFile(path) as file:
            stand_in = file.pages[0].aspage().tags[code - 1]
        directory = TiffImagePlugin.ImageFileDirectory_v2(prefix=b'II', group=code)
        for key, item in entries.items():
            directory[key] = item
        with open(path, 'r+b') as file:
            offset = file.seek(0, 2)
            offset += offset % 2
            file.seek(offset)
            file.write(directory.tobytes(offset))
            file.seek(stand_in.offset)
            file.write(code.to_bytes(2, 'little'))
            file.seek(stand_in.valueoffset)
            file.write(offset.to_bytes(4, 'little'))
