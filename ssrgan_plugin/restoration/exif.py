"""EXIF, kept to the byte but for what would be wrong of a changed image."""

import io
import struct
from typing import Any, Dict, List, Optional, Tuple

import tifffile
from PIL import ExifTags, Image, TiffImagePlugin

BEGIN = b'Exif\0\0'
EXPOSURE, PLACE, INTEROPERABILITY = 0x8769, 0x8825, 0xA005


class Text(str):
    """As Pillow reads it, which takes all bytes for Latin-1, and would write what is not ASCII as question marks."""

    def encode(self, *_: Any) -> bytes:
        """The bytes that it was read from, in whatever encoding."""
        return super().encode('latin-1')


def load(content: Optional[bytes]) -> Image.Exif:
    """Empty if it is malformed."""
    exif = Image.Exif()
    try:
        exif.load(content or b'')
        exif.get(ExifTags.Base.Orientation)
        return exif
    except (SyntaxError, ValueError, struct.error):
        return Image.Exif()


def checked(content: Optional[bytes], upright: bool = False) -> Tuple[Optional[bytes], bool]:
    """Without its preview, which shows the image as it was.

    Args:
        content: With or without its beginning, ``Exif``.
        upright: The pixels are turned already: so says the orientation, too.

    Returns:
        All as it was, but for pointer and orientation; and whether there was a preview.
    """
    if not content:
        return None, False
    data = bytearray(content if content.startswith(BEGIN) else BEGIN + content)
    order = {b'II': '<', b'MM': '>'}.get(bytes(data[6:8]))
    if order is None:
        return bytes(data), False
    try:
        place = 6 + struct.unpack_from(f'{order}I', data, 10)[0]
        end = place + 2 + 12 * struct.unpack_from(f'{order}H', data, place)[0]
        for entry in range(place + 2, end, 12):
            if upright and struct.unpack_from(f'{order}H', data, entry)[0] == ExifTags.Base.Orientation:
                struct.pack_into(f'{order}H', data, entry + 8, 1)
        preview = struct.unpack_from(f'{order}I', data, end)[0] != 0
        struct.pack_into(f'{order}I', data, end, 0)
    except struct.error:  # cut off
        return bytes(data), False
    return bytes(data), preview


def resolution(content: Optional[bytes]) -> Optional[Tuple[float, float]]:
    """Pixels a millimetre, across and down."""
    exif = load(content)
    across, down = (exif.get(code) for code in (ExifTags.Base.XResolution, ExifTags.Base.YResolution))
    unit = {2: 25.4, 3: 10.0}.get(exif.get(ExifTags.Base.ResolutionUnit, 2))
    try:
        sides = float(across) / unit, float(down) / unit  # type: ignore[arg-type, operator]
        return sides if all(0 < side < float('inf') for side in sides) else None
    except (TypeError, ValueError, ZeroDivisionError):
        return None


def pages(content: Optional[bytes]) -> List[tifffile.TiffPage]:
    """Its first directory, as if it were that of a TIFF; none if it is malformed."""
    if not content:
        return []
    try:
        return [tifffile.TiffFile(io.BytesIO(content.removeprefix(BEGIN))).pages[0].aspage()]
    except Exception:  # as many kinds as there are ways to be malformed
        return []


def directories(exif: Image.Exif) -> Tuple[Dict[int, dict], bool]:
    """Those of exposure, with the one in it, and of place; and whether all in them is as it should be."""
    found, whole = {}, True
    for code in (EXPOSURE, PLACE):
        entries = dict(exif.get_ifd(code))
        if INTEROPERABILITY in entries:
            entries[INTEROPERABILITY] = dict(exif.get_ifd(INTEROPERABILITY))
        entries = {key: as_bytes(value) for key, value in entries.items()}
        kept = {key: value for key, value in entries.items() if can_be_written(code, key, value)}
        whole = whole and len(kept) == len(entries)
        if kept:
            found[code] = kept
    return found, whole


def as_bytes(value: Any) -> Any:
    """Texts, also those of a directory, as :class:`Text`."""
    if isinstance(value, dict):
        return {key: as_bytes(each) for key, each in value.items()}
    return Text(value) if isinstance(value, str) else value


def can_be_written(group: int, key: int, value: Any) -> bool:
    directory = TiffImagePlugin.ImageFileDirectory_v2(prefix=b'II', group=group)
    try:
        directory[key] = value
        return len(directory.tobytes(8)) > 0
    except Exception:  # as many kinds as there are ways to be malformed
        return False
