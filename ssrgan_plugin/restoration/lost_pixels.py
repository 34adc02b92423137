"""What of a picture is lost, in one bit a pixel or value, so that a gigapixel's mask needs 128 MB."""

from typing import Iterable, List, Sequence

import numpy as np

BITS = np.array([bin(byte).count('1') for byte in range(256)], np.uint8)


class LostPixels:
    """A mask, True = lost, written and read by rows: (height, width), or (height, width, channels).

    Args:
        height, width: Of the picture.
        channels: 1: all bands of a pixel are lost together. Else each by itself: all of the picture's, or its colours.
    """

    def __init__(self, height: int, width: int, channels: int = 1):
        self.height, self.width, self.channels = height, width, channels
        self.packed = np.zeros((height, channels, -(-width // 8)), np.uint8)

    @classmethod
    def of(cls, mask: np.ndarray) -> 'LostPixels':
        return cls.of_strips(mask.shape[0], mask.shape[1], [mask])

    @classmethod
    def of_strips(cls, height: int, width: int, strips: Iterable[np.ndarray]) -> 'LostPixels':
        lost = cls(height, width)
        y = 0
        for strip in strips:
            if y == 0 and strip.ndim == 3:
                lost = cls(height, width, strip.shape[2])
            lost.write(y, strip)
            y += len(strip)
        return lost

    @classmethod
    def side_by_side(cls, channels: Sequence['LostPixels']) -> 'LostPixels':
        return channels[0]._with(np.concatenate([one.packed for one in channels], 1))

    def write(self, y: int, rows: np.ndarray) -> None:
        rows = rows.reshape(len(rows), self.width, self.channels)
        self.packed[y : y + len(rows)] = np.packbits(rows.swapaxes(1, 2), axis=2)

    def rows(self, begin: int, end: int) -> np.ndarray:
        """(end - begin, width) bool, or (end - begin, width, channels)."""
        rows = np.unpackbits(self.packed[max(begin, 0) : end], axis=2, count=self.width).view(bool)
        return rows[:, 0] if self.channels == 1 else rows.swapaxes(1, 2)

    def array(self) -> np.ndarray:
        return self.rows(0, self.height)

    def each(self) -> List['LostPixels']:
        """Its channels, each by itself."""
        return [self._with(self.packed[:, i : i + 1]) for i in range(self.channels)]

    def simplest(self) -> 'LostPixels':
        """One channel, if all are the same."""
        return self if self.differs(slice(0, self.channels)) else self._with(self.packed[:, :1].copy())

    def differs(self, bands: slice) -> bool:
        """Whether it says different things of some bands."""
        parts = (self.packed[y : y + 1024, bands] for y in range(0, self.height, 1024))
        return self.channels > 1 and any((part != part[:, :1]).any() for part in parts)

    def any_channel(self) -> 'LostPixels':
        """Of one channel: where any of its channels is lost."""
        return self._with(np.bitwise_or.reduce(self.packed, 1, keepdims=True))

    @property
    def count(self) -> int:
        return sum(int(BITS[self.packed[y : y + 1024]].sum(dtype=np.int64)) for y in range(0, self.height, 1024))

    @property
    def size(self) -> int:
        return self.height * self.width * self.channels

    @property
    def unit(self) -> str:
        """What it counts."""
        return 'pixels' if self.channels == 1 else 'values'

    def __or__(self, other: 'LostPixels') -> 'LostPixels':
        return self._with(np.bitwise_or(*aligned(self.packed, other.packed)))

    def __sub__(self, other: 'LostPixels') -> 'LostPixels':
        one, rest = aligned(self.packed, other.packed)
        return self._with(one & ~rest)

    def _with(self, packed: np.ndarray) -> 'LostPixels':
        lost = LostPixels(0, self.width, packed.shape[1])
        lost.height, lost.packed = self.height, packed
        return lost


def aligned(*masks: np.ndarray) -> List[np.ndarray]:
    """Masks of packed channels, that of the colours alone with transparency where it has none."""
    most = max(mask.shape[1] for mask in masks)
    return [
        mask if mask.shape[1] in (1, most) else np.concatenate([mask, np.bitwise_and.reduce(mask, 1, keepdims=True)], 1)
        for mask in masks
    ]


def of_bands(mask: np.ndarray, bands: slice) -> np.ndarray:
    """What a mask says of some bands: (H, W), or (H, W, bands) where it differs between them.

    A mask of the colours alone says of transparency: lost where all colours are.
    """
    if mask.ndim == 2:
        return mask
    if bands.start >= mask.shape[2]:
        return mask.all(-1)
    part = mask[..., bands]
    return part[..., 0] if (part == part[..., :1]).all() else part
