"""What comes with a TIFF beside its pixels, tag by tag."""

import json
import struct
from typing import Any, Dict, List, Optional, Sequence, Tuple

import tifffile
from PIL import Image

from . import imagej, photoshop
from .exif import Text, directories

# Tags that say how the pixels are stored: the writer sets its own. 330 and 34665 to 40965 point to other directories.
STRUCTURE = {
    *range(254, 260),
    262,
    263,
    266,
    273,
    274,
    *range(277, 280),
    282,
    283,
    284,
    296,
    317,
    320,
    *range(322, 326),
    330,
    338,
    339,
    347,
    *range(512, 522),
    *range(529, 532),
    34665,
    34853,
    40965,
    34675,
    700,
    33723,
    photoshop.LAYERS,
}
BYTE, ASCII, UNDEFINED = 1, 2, 7
POINTERS = (13, 18)  # types
# What else points to places in its file, which hold something else in a copy: Olympus, MetaMorph, Zeiss LSM.
PLACES = (33560, 33628, 33629, 33630, 33631, 34412)
# Bytes that hold numbers in the file's order, not in the copy's: FluoView, NIH Image.
ORDERED = (34361, 43314)
DESCRIPTION = 270
# What is shown, by what, when, by whom, whose: these stand in an EXIF too, for other formats.
TEXTS = (DESCRIPTION, 271, 272, 305, 306, 315, 33432)
SOFTWARE = 305
# What samples' values mean, which do not stay the values that they were: palettes, few bits, YCbCr.
OF_SAMPLES = (280, 281, 290, 291, 301, 340, 341, 532)
NODATA = 42113


def metadata(page: tifffile.TiffPage) -> Tuple[dict, List[str]]:
    """Fields of :class:`ImageInfo`; and what is left out."""

    def value(code: int) -> Any:
        tag = page.tags.get(code)
        return None if tag is None else tag.value

    found: Dict[str, Any] = {
        key: content_of(page.tags.get(code)) for key, code in (('profile', 34675), ('xmp', 700), ('iptc', 33723))
    }
    few = int(page.photometric) == 3 or page.bitspersample < 8
    wrong = [*OF_SAMPLES] if few or int(page.photometric) == 6 else []
    if few:
        wrong.append(NODATA)
    elif NODATA in page.tags:
        found['nodata'] = str(value(NODATA)).strip('\0 ')
    found['tags'], left, notes = tags_of(page, wrong)
    if left:
        notes.insert(0, f'its {named(left)} are left out')
    texts = [tag[0] for tag in found['tags'] if tag[0] in TEXTS]
    unit = 2 if value(296) is None else int(value(296))  # inches, unless it says otherwise
    across, down = (quotient(value(code)) for code in (282, 283))
    if across and down:
        if unit in (2, 3):
            found['resolution'] = tuple(each / (25.4 if unit == 2 else 10) for each in (across, down))
        elif (across, down) != (1, 1):
            found['scale'] = across, down
    if 34665 in page.tags or 34853 in page.tags or (value(274) or 1) != 1 or set(texts) - {SOFTWARE}:
        found['exif'], whole = exif_of(page, texts)
        if not whole:
            notes.append('of its EXIF what is damaged is left out')
    return found, notes


def quotient(value: Any) -> Optional[float]:
    """Of a fraction, or a number as some programs write it; None if that is no positive one."""
    numbers = value if isinstance(value, tuple) else (value, 1)
    try:
        result = float(numbers[0] / (numbers[1:] or (1,))[0])
        return result if 0 < result < float('inf') else None
    except (TypeError, ZeroDivisionError):
        return None


def tags_of(page: tifffile.TiffPage, wrong: Sequence[int] = ()) -> Tuple[Tuple[tuple, ...], List[int], List[str]]:
    """Those that say neither size nor type; of the others those that are no longer right; and what else is left out."""
    tags: List[tuple] = []
    left: List[int] = []
    notes: List[str] = []
    for tag in page.tags:
        if tag.code in STRUCTURE or tag.code == DESCRIPTION and list(shaped(tag)) == ['shape']:
            continue
        value = None if tag.code in wrong else value_of(tag, page)
        if tag.code == photoshop.TAG and value is not None:
            value, preview = photoshop.without_previews(content_of(tag) or b'')
            notes += ['its preview is left out'] * preview
        if value is None:
            left.append(tag.code)
        else:
            tags.append((tag.code, int(tag.dtype), len(value) if isinstance(value, bytes) else tag.count, value))
    if photoshop.LAYERS in page.tags:
        notes.append("its layers, Photoshop's, are left out")
    return tuple(tags), left, notes


def value_of(tag: tifffile.TiffTag, page: tifffile.TiffPage) -> Any:
    """Bytes or numbers as they are stored, whatever tifffile makes of them; None if they would be wrong in a copy."""
    order = page.parent.byteorder
    if tag.dtype in POINTERS or tag.code in PLACES or order == '>' and tag.code in ORDERED:
        return None
    if tag.code == DESCRIPTION and shaped(tag):
        bands = 3 if page.photometric == 3 else page.samplesperpixel
        shapes = (shaped(tag)['shape'], [page.imagelength, page.imagewidth, bands])
        told, true = ([side for side in shape if side != 1] for shape in shapes)
        if told != true:
            return None
    content = content_of(tag) or b''
    if tag.code == imagej.TAG and order == '>':
        return imagej.little_endian(content, page.tags.valueof(imagej.SIZES))
    if tag.dtype in (BYTE, ASCII, UNDEFINED):  # texts in whatever encoding: the format knows none
        return content
    kind = order + tag.dataformat[-1]
    return tuple(value for (value,) in struct.iter_unpack(kind, content))


def shaped(tag: tifffile.TiffTag) -> Dict[str, Any]:
    """What tifffile has written as a description: the array's shape, and whatever it was told beside it."""
    if not str(tag.value).startswith('{"shape"'):
        return {}
    try:
        told = json.loads(tag.value)
        return told if isinstance(told['shape'], list) else {}
    except ValueError:
        return {}


def named(codes: Sequence[int]) -> str:
    """Tags by their names, where those are known."""
    names = [tifffile.TIFF.TAGS.get(code, str(code)) for code in codes]
    return f'TIFF tags ({", ".join(names[:8])}{", …" * (len(names) > 8)})'


def content_of(tag: Optional[tifffile.TiffTag]) -> Optional[bytes]:
    """Its bytes, whatever type it claims to be of."""
    if tag is None:
        return None
    file, tiff = tag.parent.filehandle, tag.parent.tiff
    inside = tag.valuebytecount <= tiff.tagoffsetthreshold  # of which tifffile does not know for tags it reads itself
    file.seek(tag.offset + tiff.tagsize - tiff.tagoffsetthreshold if inside else tag.valueoffset)
    return file.read(tag.valuebytecount)


def exif_of(page: tifffile.TiffPage, texts: Sequence[int]) -> Tuple[bytes, bool]:
    """Orientation and the directories of exposure and place, as other formats hold them; and whether that is all."""
    exif = Image.Exif()
    exif.endian, exif.bigtiff = page.parent.byteorder, page.parent.is_bigtiff
    # Pillow opens no image of five bands.
    exif.load_from_fp(page.parent.filehandle, page.offset)  # type: ignore[arg-type]
    kept = Image.Exif()
    found, whole = directories(exif)
    for code, entries in found.items():
        kept.get_ifd(code).update(entries)
    turn = exif.get(0x0112, 1)
    kept[0x0112] = turn if turn in range(1, 9) else 1
    for code in texts:
        if isinstance(exif.get(code), str):
            kept[code] = Text(exif[code])
    return kept.tobytes(), whole
