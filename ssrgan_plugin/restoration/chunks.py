"""What only the chunks of a WebP or the boxes of an AVIF say."""

import io
import struct
from pathlib import Path
from typing import List, Optional, Tuple, Union

KNOWN = (b'VP8 ', b'VP8L', b'VP8X', b'ALPH', b'ICCP', b'EXIF', b'XMP ', b'ANIM', b'ANMF')
# Primaries and transfer functions (ITU-T H.273) that mean sRGB, or nothing: 709's transfer is shown as sRGB's.
USUAL_PRIMARIES, USUAL_TRANSFERS = (1, 2), (1, 2, 6, 13)


def webp_chunks(source: Union[Path, bytes]) -> List[bytes]:
    """Their names."""
    names = []
    with io.BytesIO(source) if isinstance(source, bytes) else open(source, 'rb') as file:
        file.seek(12)
        while len(head := file.read(8)) == 8:
            name, size = struct.unpack('<4sI', head)
            names.append(name)
            file.seek(size + size % 2, 1)
    return names


def avif_colours(source: Union[Path, bytes]) -> Optional[Tuple[bytes, bytes]]:
    """Unusual primaries and transfer functions, such as those of high dynamic range, as the chunk of a PNG."""
    with io.BytesIO(source) if isinstance(source, bytes) else open(source, 'rb') as file:
        begin = file.read(2**16)
    place = begin.find(b'colrnclx')
    if place < 0 or place + 15 > len(begin):
        return None
    primaries, transfer = struct.unpack_from('>HH', begin, place + 8)
    if primaries in USUAL_PRIMARIES and transfer in USUAL_TRANSFERS or max(primaries, transfer) > 255:
        return None
    return b'cICP', bytes([primaries, transfer, 0, 1])
