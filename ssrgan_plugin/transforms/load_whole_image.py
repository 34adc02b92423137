import numpy as np
from mmagic.datasets.transforms import LoadImageFromFile
from mmagic.registry import TRANSFORMS

from ..errors import InputError


@TRANSFORMS.register_module()
class LoadWholeImageFromFile(LoadImageFromFile):
    """MMagic's ``LoadImageFromFile``, which names a file that is missing, damaged or no image.

    The stock class decodes with OpenCV by default, which turns a truncated JPEG into a half-grey picture without
    an error; this one uses Pillow, which notices. Arguments, keys and shapes are the stock class's.

    Raises:
        InputError: if the file cannot be read as a whole image.
    """

    def __init__(self, *args, imdecode_backend: str = 'pillow', **kwargs):
        super().__init__(*args, imdecode_backend=imdecode_backend, **kwargs)

    def _load_image(self, filename):
        try:
            # Pillow's array comes as a reversed view, which OpenCV's in-place transforms (Flip) refuse.
            return np.ascontiguousarray(super()._load_image(filename))
        except FileNotFoundError as error:
            raise InputError(f'image {filename} does not exist: prepare the data set again, or take it off its list'
                             ) from error
        except (OSError, SyntaxError, ValueError) as error:
            raise InputError(f'image {filename} is truncated or no image ({error}): replace it, or take it off its '
                             'list') from error
