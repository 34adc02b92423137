"""Photoshop's image resources, in which JPEGs and TIFFs keep IPTC."""

import struct
from typing import Iterator, Optional, Tuple

TAG, LAYERS = 34377, 37724  # of TIFF
IPTC, PREVIEWS = 0x0404, (0x0409, 0x040C)


def resources(content: bytes) -> Iterator[Tuple[int, bytes, bytes]]:
    """Number, data, and all of it, of each resource."""
    place = 0
    while content[place : place + 4] == b'8BIM' and place + 12 <= len(content):
        number, name = struct.unpack_from('>HB', content, place + 4)
        begin = place + 6 + (1 + name + 1) // 2 * 2
        if begin + 4 > len(content):
            return
        size = int.from_bytes(content[begin : begin + 4], 'big')
        end = begin + 4 + size + size % 2
        yield number, content[begin + 4 : begin + 4 + size], content[place:end]
        place = end


def without_previews(content: bytes) -> Tuple[bytes, bool]:
    """All else; and whether there were any, which show the image as it was."""
    found = [*resources(content)]
    kept = [everything for number, _, everything in found if number not in PREVIEWS]
    return b''.join(kept), len(kept) < len(found)


def iptc_of(content: bytes) -> Optional[bytes]:
    return next((data for number, data, _ in resources(content) if number == IPTC), None)


def joined(iptc: Optional[bytes], rest: bytes = b'') -> bytes:
    """Resources with IPTC, if they have none of their own."""
    if not iptc or iptc_of(rest):
        return rest
    return b'8BIM' + struct.pack('>HHI', IPTC, 0, len(iptc)) + iptc + bytes(len(iptc) % 2) + rest
