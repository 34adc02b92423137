"""What only the chunks of a PNG or WebP say."""

import io
import struct
from pathlib import Path
from typing import Union


def png_chunks(source: Union[Path, bytes]) -> dict:
    """The small chunks before the pixels, by name."""
    chunks = {}
    with io.BytesIO(source) if isinstance(source, bytes) else open(source, 'rb') as file:
        file.seek(8)
        while len(head := file.read(8)) == 8:
            size, name = struct.unpack('>I4s', head)
            if name == b'IDAT':
                break
            chunks[name] = file.read(size) if size < 100 else b''
            file.seek(size + 4 if size >= 100 else 4, 1)
    return chunks


def webp_is_lossy(riff: bytes) -> bool:
    place = 12
    while place + 8 <= len(riff):
        name, size = struct.unpack_from('<4sI', riff, place)
        if name == b'VP8 ':
            return True
        place += 8 + size + size % 2
    return False
