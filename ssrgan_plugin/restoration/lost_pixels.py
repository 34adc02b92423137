"""Which pixels of a picture are lost, in one bit each, so that a gigapixel's mask needs 128 MB."""

from typing import Iterable

import numpy as np

BITS = np.array([bin(byte).count('1') for byte in range(256)], np.uint8)


class LostPixels:
    """A (height, width) mask, True = lost, written and read by rows."""

    def __init__(self, height: int, width: int):
        self.height, self.width = height, width
        self.packed = np.zeros((height, -(-width // 8)), np.uint8)

    @classmethod
    def of(cls, mask: np.ndarray) -> 'LostPixels':
        return cls.of_strips(mask.shape[0], mask.shape[1], [mask])

    @classmethod
    def of_strips(cls, height: int, width: int, strips: Iterable[np.ndarray]) -> 'LostPixels':
        lost = cls(height, width)
        y = 0
        for strip in strips:
            lost.write(y, strip)
            y += len(strip)
        return lost

    def write(self, y: int, rows: np.ndarray) -> None:
        self.packed[y : y + len(rows)] = np.packbits(rows, axis=1)

    def rows(self, begin: int, end: int) -> np.ndarray:
        return np.unpackbits(self.packed[max(begin, 0) : end], axis=1, count=self.width).view(bool)

    def array(self) -> np.ndarray:
        return self.rows(0, self.height)

    @property
    def count(self) -> int:
        return sum(int(BITS[self.packed[y : y + 1024]].sum(dtype=np.int64)) for y in range(0, self.height, 1024))

    @property
    def size(self) -> int:
        return self.height * self.width

    def __or__(self, other: 'LostPixels') -> 'LostPixels':
        union = LostPixels(self.height, self.width)
        union.packed = self.packed | other.packed
        return union

    def __sub__(self, other: 'LostPixels') -> 'LostPixels':
        rest = LostPixels(self.height, self.width)
        rest.packed = self.packed & ~other.packed
        return rest
