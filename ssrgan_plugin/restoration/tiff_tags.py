"""What comes with a TIFF beside its pixels, tag by tag."""

from typing import Any, Dict, List, Optional, Sequence, Tuple

import tifffile
from PIL import Image

from . import photoshop
from .exif import directories

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
ASCII = 2
# What is shown, by what, when, by whom, whose: these stand in an EXIF too, for other formats.
TEXTS = (270, 271, 272, 305, 306, 315, 33432)
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
        key: content_of(page, code) for key, code in (('profile', 34675), ('xmp', 700), ('iptc', 33723))
    }
    if NODATA in page.tags:
        found['nodata'] = str(value(NODATA)).strip('\0 ')
    changed = int(page.photometric) in (3, 6) or page.bitspersample < 8
    found['tags'], notes = tags_of(page, OF_SAMPLES if changed else ())
    texts = [tag[0] for tag in found['tags'] if tag[0] in TEXTS]
    unit = 2 if value(296) is None else int(value(296))  # inches, unless it says otherwise
    if value(282) and value(283) and value(282)[1] and value(283)[1]:
        across, down = (a / b for a, b in (value(282), value(283)))
        if unit in (2, 3):
            found['resolution'] = tuple(each / (25.4 if unit == 2 else 10) for each in (across, down))
        elif (across, down) != (1, 1):
            found['scale'] = across, down
    if 34665 in page.tags or 34853 in page.tags or (value(274) or 1) != 1 or set(texts) - {SOFTWARE}:
        found['exif'], whole = exif_of(page, texts)
        if not whole:
            notes.append('of its EXIF what is damaged is left out')
    return found, notes


def tags_of(page: tifffile.TiffPage, wrong: Sequence[int] = ()) -> Tuple[Tuple[tuple, ...], List[str]]:
    """Those that say neither size nor type, but for those that are no longer right; and what is left out."""
    tags: List[tuple] = []
    notes: List[str] = []
    left = [code for code in wrong if code in page.tags]
    if left:
        notes.append(f'its {named(left)} are left out')
    for tag in page.tags:
        if tag.code == photoshop.TAG:
            content, preview = photoshop.without_previews(content_of(page, tag.code) or b'')
            tags.append((tag.code, int(tag.dtype), len(content), content))
            if preview:
                notes.append('its preview is left out')
        elif tag.code not in (*STRUCTURE, *wrong) and not (tag.code == 270 and str(tag.value).startswith('{"shape"')):
            text = int(tag.dtype) == ASCII and not str(tag.value).isascii()
            # In whatever encoding; the format knows none.
            tags.append((tag.code, int(tag.dtype), tag.count, content_of(page, tag.code) if text else tag.value))
    if photoshop.LAYERS in page.tags:
        notes.append("its layers, Photoshop's, are left out")
    return tuple(tags), notes


def named(codes: Sequence[int]) -> str:
    """Tags by their names, where those are known."""
    names = [tifffile.TIFF.TAGS.get(code, str(code)) for code in codes]
    return f'TIFF tags ({", ".join(names[:8])}{", …" * (len(names) > 8)})'


def content_of(page: tifffile.TiffPage, code: int) -> Optional[bytes]:
    """A tag's bytes, whatever type it claims to be of."""
    tag = page.tags.get(code)
    if tag is None:
        return None
    file = page.parent.filehandle
    file.seek(tag.valueoffset)
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
            kept[code] = exif[code]
    return kept.tobytes(), whole
