"""Writing TIFFs in strips as they come, with all their tags."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Tuple

import numpy as np
import tifffile
from PIL import TiffImagePlugin

from . import exif
from .image_info import ImageInfo, negative
from .tiff_tags import UNDEFINED, named, tags_of

PHOTOMETRIC_NAMES = dict(grey='minisblack', rgb='rgb', cmyk='separated', bands='minisblack')
STRIP_SIZE = 2**20  # bytes, about, of a strip in what is written
LONG = 4
LARGE = 2**31  # bytes; what is larger has places of eight bytes


def write(path: Path, strips: Iterable[np.ndarray], shape: tuple, dtype: np.dtype, info: ImageInfo) -> None:
    """Writes strips of (rows, W, bands) as they come; deflate, lossless."""
    height, width, bands = shape
    alpha = info.has_alpha(bands)
    kind = info.kind(bands)
    dtype = np.dtype(dtype).newbyteorder('<')
    rows = max(1, min(height, STRIP_SIZE // (width * bands * dtype.itemsize)))

    def compressed() -> Iterator[bytes]:
        for piece in cut(strips, rows):
            yield zlib.compress(np.ascontiguousarray(negative(piece, info), dtype).data)

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
    bigtiff = height * width * bands * dtype.itemsize > LARGE
    stand_ins = {code: directory_bytes(code, entries, bigtiff) for code, entries in directories.items()}
    tags += [(code - 1, UNDEFINED, len(content), content, True) for code, content in stand_ins.items()]
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
    point_to_directories(path, directories, bigtiff)


def with_exif(info: ImageInfo) -> Tuple[List[tuple], Dict[int, dict], List[str]]:
    """Tags to write, among them those of an EXIF that are tags in a TIFF: make and model, author, whatever it has; its
    directories; and what is left out."""
    own = [(*tag, True) for tag in info.tags]
    tags = [tag for tag in own if can_be_written(tag)]
    left = [tag[0] for tag in own if tag not in tags]
    there = {tag[0] for tag in own}
    directories, whole = exif.directories(exif.load(info.exif))
    for page in exif.pages(info.exif):
        found, wrong, _ = tags_of(page)
        more = [(*tag, True) for tag in found if tag[0] not in there]
        tags += [tag for tag in more if can_be_written(tag)]
        left += [code for code in wrong if code not in there]
        whole = whole and all(tag in tags for tag in more)
    lost = [f'the {named(left)}'] if left else []
    return tags, directories, lost if whole else [*lost, 'what is damaged of the EXIF']


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


def directory_bytes(code: int, entries: dict, bigtiff: bool, offset: int = 0) -> bytes:
    """A directory of EXIF's own, as it is written there; its length is the same everywhere."""
    head = b'II' + struct.pack('<HIQ', 43, 8, 16) if bigtiff else b'II' + struct.pack('<HI', 42, 8)
    directory = TiffImagePlugin.ImageFileDirectory_v2(head, group=code)
    for key, item in entries.items():
        directory[key] = item
    return directory.tobytes(offset)


def point_to_directories(path: Path, directories: dict, bigtiff: bool) -> None:
    """Makes tags that hold EXIF's own directories into ones that point to them.

    tifffile writes no such tags itself. What tags hold stands before the pixels, where four bytes tell the place.
    """
    for code, entries in directories.items():
        with tifffile.TiffFile(path) as file:
            stand_in = file.pages[0].aspage().tags[code - 1]
        with open(path, 'r+b') as file:
            file.seek(stand_in.offset)
            file.write(struct.pack('<HHQ' if bigtiff else '<HHI', code, LONG, 1))
            file.seek(stand_in.valueoffset)
            file.write(directory_bytes(code, entries, bigtiff, stand_in.valueoffset))
