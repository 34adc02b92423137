import cv2
import mmcv
import numpy as np
from mmagic.datasets.transforms import LoadImageFromFile
from mmagic.registry import TRANSFORMS

from ..errors import InputError


@TRANSFORMS.register_module()
class LoadWholeImageFromFile(LoadImageFromFile):
    """MMagic's ``LoadImageFromFile``, which names a file that is missing, damaged or no image.

    What OpenCV cannot decode is left to Pillow, which knows more formats (some files of Oxford-IIIT Pet are not the
    JPEGs that their names promise) and says what is wrong with the rest. OpenCV before 4.11 decodes a truncated JPEG
    to a half-grey picture without an error. Arguments, keys and shapes are the stock class's.

    Raises:
        InputError: if the file cannot be read as a whole image.
    """

    def _load_image(self, filename):
        try:
            image = super()._load_image(filename)
        except FileNotFoundError as error:
            raise InputError(
                f'image {filename} does not exist: prepare the data set again, or take it off its list'
            ) from error
        except (cv2.error, OSError):
            image = None
        return self._load_with_pillow(filename) if image is None else image

    def _load_with_pillow(self, filename):
        try:
            image = mmcv.imread(filename, self.color_type, self.channel_order, 'pillow', backend_args=self.backend_args)
        except (OSError, SyntaxError, ValueError) as error:
            raise InputError(
                f'image {filename} is truncated or no image ({error}): replace it, or take it off its list'
            ) from error
        # Pillow's array comes as a reversed view, which OpenCV's in-place transforms (Flip) refuse.
        return np.ascontiguousarray(image)
