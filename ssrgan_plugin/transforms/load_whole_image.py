import struct
from typing import Any, Optional

import cv2
import mmcv
import numpy as np
from mmagic.datasets.transforms import LoadImageFromFile
from mmagic.registry import TRANSFORMS
from mmengine.fileio import get_file_backend
from PIL import Image

from ..errors import InputError

PNG = b'\x89PNG\r\n\x1a\n'


def without_profile(content: bytes) -> bytes:
    """A PNG without its colour profile, which OpenCV does not use; others as they are."""
    place = len(PNG)
    while content.startswith(PNG) and place + 8 <= len(content):
        size, kind = struct.unpack('>I4s', content[place : place + 8])
        following = place + 12 + size
        if kind == b'iCCP':
            return content[:place] + content[following:]
        if kind == b'IDAT':  # a profile stands before it
            break
        place = following
    return content


class WithoutProfiles:
    """A file backend: libpng complains of Photoshop's profiles, a line on the standard error each time one is read."""

    def __init__(self, backend: Any):
        self.backend = backend
        self.get_local_path = backend.get_local_path

    def get(self, path: str) -> bytes:
        return without_profile(self.backend.get(path))


@TRANSFORMS.register_module()
class LoadWholeImageFromFile(LoadImageFromFile):
    """MMagic's ``LoadImageFromFile``, which names a file that is missing, damaged or no image.

    What OpenCV cannot decode is left to Pillow, which knows more formats (some files of Oxford-IIIT Pet are not the
    JPEGs that their names promise) and says what is wrong with the rest. OpenCV before 4.11 decodes a truncated JPEG
    to a half-grey picture without an error. Arguments, keys and shapes are the stock class's.

    Images of 16 bits come as 8, of their full range: one whose values end far below it was made with 10, 12 or 14, and
    would be almost black.

    Raises:
        InputError: if the file cannot be read as a whole image, or its values have another range than 8 or 16 bits.
    """

    DARK = 64  # of 256: 14 bits in 16

    def _load_image(self, filename):
        if self.file_backend is None:
            self.file_backend = WithoutProfiles(get_file_backend(filename, backend_args=self.backend_args))
        try:
            image = super()._load_image(filename)
        except FileNotFoundError as error:
            raise InputError(
                f'image {filename} does not exist: prepare the data set again, or take it off its list'
            ) from error
        except (cv2.error, OSError):
            image = None
        dark = image is not None and image.size and image.max() < self.DARK
        # A TIFF may hold floats, which OpenCV stretches or maps to tones, each in its own way.
        kind = self._stored(filename) if dark or self._begins(filename, (b'II', b'MM')) else None
        if kind == np.uint16 and dark:
            raise InputError(
                f'image {filename} has 16 bits a channel and does not fill their range, as cameras of 10 to 14 bits do '
                'not: scale it to 0 to 65,535, or convert it to 8 bits'
            )
        if kind not in (None, np.uint8, np.uint16):
            raise InputError(f'image {filename} is of {kind}, whose range is unknown: convert it to 8 or 16 bits')
        return self._load_with_pillow(filename) if image is None else image

    def _begins(self, filename, beginnings) -> bool:
        with self.file_backend.get_local_path(filename) as path, open(path, 'rb') as file:
            return file.read(2) in beginnings

    def _stored(self, filename) -> Optional[np.dtype]:
        """The type of its pixels, where OpenCV knows it."""
        raw = cv2.imdecode(np.frombuffer(self.file_backend.get(filename), np.uint8), cv2.IMREAD_UNCHANGED)
        return None if raw is None else raw.dtype

    def _load_with_pillow(self, filename):
        try:
            with Image.open(filename) as opened:
                if opened.mode[0] in 'IF':
                    raise ValueError(f'its pixels are of type {opened.mode}, not bytes')
            image = mmcv.imread(filename, self.color_type, self.channel_order, 'pillow', backend_args=self.backend_args)
        except (OSError, SyntaxError, ValueError) as error:
            raise InputError(
                f'image {filename} is truncated or no image ({error}): replace it, or take it off its list'
            ) from error
        # Pillow's array comes as a reversed view, which OpenCV's in-place transforms (Flip) refuse.
        return np.ascontiguousarray(image)
