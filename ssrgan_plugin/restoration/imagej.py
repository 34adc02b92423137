"""ImageJ's own metadata in TIFFs: texts, labels, ranges, regions."""

import struct
from typing import Optional, Sequence

import numpy as np

SIZES, TAG = 50838, 50839
# Bytes of their numbers; of all other kinds the order of bytes is not the file's.
WIDTHS = {b'info': 2, b'labl': 2, b'prop': 2, b'rang': 8}


def little_endian(content: bytes, sizes: Optional[Sequence[int]]) -> Optional[bytes]:
    """As in a file of the other byte order; None if it is malformed.

    Args:
        content: From a big-endian file.
        sizes: Of its parts: of the kinds and how many there are of each, and of each one.
    """
    try:
        begin, *others = sizes or ()
        parts = [swapped(content[:begin], 4)]
        left = iter(others)
        for kind, count in struct.iter_unpack('>4sI', content[4:begin]):
            for size in (next(left) for _ in range(count)):
                parts.append(swapped(content[begin : begin + size], WIDTHS.get(kind, 1)))
                begin += size
        return b''.join(parts)
    except (ValueError, RuntimeError, struct.error):
        return None


def swapped(content: bytes, width: int) -> bytes:
    return np.frombuffer(content, f'u{width}').byteswap().tobytes()
