"""What comes with a JPEG beside its pixels, segment by segment."""

import io
import shutil
import struct
from pathlib import Path
from typing import Dict, Iterator, List, Tuple, Union

from ..atomic_files import whole
from . import exif, photoshop
from .image_info import ImageInfo

JFIF, APP1, APP2, APP13, COMMENT = 0xE0, 0xE1, 0xE2, 0xED, 0xFE
XMP, MORE_XMP = b'http://ns.adobe.com/xap/1.0/\0', b'http://ns.adobe.com/xmp/extension/\0'
PROFILE, PICTURES, RESOURCES = b'ICC_PROFILE\0', b'MPF\0', b'Photoshop 3.0\0'
LONGEST = 65533  # bytes


def segments(source: Union[Path, bytes]) -> Iterator[Tuple[int, bytes]]:
    """Those before the pixels: number and content."""
    with io.BytesIO(source) if isinstance(source, bytes) else open(source, 'rb') as file:
        file.seek(2)
        while (head := file.read(1)) == b'\xff':
            while (head := file.read(1)) == b'\xff':  # may be filled up
                pass
            marker = head[0] if head else 0xD9
            if marker in (0xDA, 0xD9):
                return
            if marker != 1 and not 0xD0 <= marker <= 0xD8:
                yield marker, file.read(max(int.from_bytes(file.read(2), 'big') - 2, 0))


def read_segments(source: Union[Path, bytes]) -> Tuple[dict, List[str]]:
    """Fields of :class:`ImageInfo`; and what is left out."""
    found: dict = {}
    notes: List[str] = []
    profile: List[bytes] = []
    resources = b''
    others: Dict[str, None] = {}
    preview = False
    for marker, content in segments(source):
        if marker == JFIF and content.startswith(b'JFIF\0') and len(content) >= 12:
            unit, across, down = struct.unpack_from('>BHH', content, 7)
            if across and down and unit in (1, 2):
                found['resolution'] = tuple(side / {1: 25.4, 2: 10}[unit] for side in (across, down))
            elif across and down and across != down:
                found['scale'] = float(across), float(down)
        elif marker == JFIF and content.startswith(b'JFXX'):
            preview = True
        elif marker == APP1 and content.startswith(exif.BEGIN) and 'exif' not in found:
            found['exif'], preview = exif.checked(content)
        elif marker == APP1 and content.startswith(XMP):
            found['xmp'] = content[len(XMP) :]
        elif marker == APP1 and content.startswith(MORE_XMP):
            others['the longer part of its XMP'] = None
        elif marker == APP2 and content.startswith(PROFILE):
            profile.append(content[len(PROFILE) :])
        elif marker == APP2 and content.startswith(PICTURES):
            others['further pictures behind it'] = None
        elif marker == APP13 and content.startswith(RESOURCES):
            resources += content[len(RESOURCES) :]
        elif marker == COMMENT:
            others['its comment'] = None
        elif 0xE0 <= marker <= 0xEF and not content.startswith((b'Adobe', b'Ducky')):
            others[f'its segment APP{marker - 0xE0}'] = None
    if profile:
        found['profile'] = b''.join(part[2:] for part in sorted(profile, key=lambda part: part[:1]))
    if resources:
        found['iptc'] = photoshop.iptc_of(resources)
        rest, more = photoshop.without_previews(resources)
        preview = preview or more
        if rest:
            found['tags'] = ((photoshop.TAG, 1, len(rest), rest),)
    if 'resolution' not in found and 'exif' in found:
        found['resolution'] = exif.resolution(found['exif'])
    if preview:
        others['its preview'] = None
    notes += [f'{what} {"are" if what.startswith("further") else "is"} left out' for what in others]
    return found, notes


def contents(info: ImageInfo) -> Dict[str, List[Tuple[int, bytes]]]:
    """Segments to write, by what people call them."""
    found: Dict[str, List[Tuple[int, bytes]]] = {}
    if info.exif:
        found['EXIF'] = [(APP1, info.exif)]
    if info.xmp:
        found['XMP'] = [(APP1, XMP + info.xmp)]
    if info.profile:
        size = LONGEST - len(PROFILE) - 2
        parts = [info.profile[i : i + size] for i in range(0, len(info.profile), size)]
        if len(parts) < 256:
            found['profile'] = [(APP2, PROFILE + bytes([i, len(parts)]) + part) for i, part in enumerate(parts, 1)]
        else:
            found['profile'] = [(APP2, info.profile)]
    resources = photoshop.joined(info.iptc, next((bytes(tag[3]) for tag in info.tags if tag[0] == photoshop.TAG), b''))
    if resources:
        found['IPTC'] = [(APP13, RESOURCES + resources)]
    return found


def too_long(info: ImageInfo) -> List[str]:
    return [name for name, parts in contents(info).items() if any(len(part) > LONGEST for _, part in parts)]


def add_segments(path: Path, info: ImageInfo, cmyk: bool) -> None:
    """Puts them at a JPEG's beginning."""
    parts = [part for name, each in contents(info).items() if name not in too_long(info) for part in each]
    if not cmyk:
        parts.insert(0, (JFIF, b'JFIF\0\1\2' + density(info) + bytes(2)))
    with whole(path) as copy, open(path, 'rb') as source, open(copy, 'wb') as target:
        target.write(source.read(2))
        for marker, content in parts:
            target.write(struct.pack('>BBH', 0xFF, marker, len(content) + 2) + content)
        shutil.copyfileobj(source, target, 2**20)


def density(info: ImageInfo) -> bytes:
    if info.resolution:
        unit, sides = 1, [25.4 * side for side in info.resolution]
    else:
        unit, sides = 0, list(info.scale or (1, 1))
    return struct.pack('>BHH', unit, *(min(max(round(side), 1), 65535) for side in sides))
