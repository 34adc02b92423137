from importlib.util import find_spec
from pathlib import Path
from typing import List

from mmagic.registry import DATASETS

from ..errors import InputError
from .corrupted_image_dataset import CorruptedImageDataset

TRAIN = (
    'skimage/data/chelsea.png',
    'skimage/data/coffee.png',
    'skimage/data/motorcycle_left.png',
    'skimage/data/rocket.jpg',
    'sklearn/datasets/images/china.jpg',
)
TEST = ('skimage/data/astronaut.png', 'skimage/data/camera.png', 'sklearn/datasets/images/flower.jpg')


@DATASETS.register_module()
class SamplePhotographDataset(CorruptedImageDataset):
    """The sample photographs inside the installed scikit-image and scikit-learn: real images without a download.

    Args:
        repeat: How often an epoch shows each photograph, usually to crop it at random. Default: 1.
        test_mode: The three held-out photographs instead of the five to train on. Default: False.
        kwargs: ``corruption``, ``pipeline`` and the rest of :class:`CorruptedImageDataset`.

    Raises:
        InputError: if a photograph is not there.
    """

    def __init__(self, *args, repeat: int = 1, **kwargs):
        self.repeat = repeat
        super().__init__(*args, data_root='', data_prefix=dict(gt=''), **kwargs)

    def load_data_list(self) -> List[dict]:
        names = TEST if self.test_mode else TRAIN
        return self._spread([dict(key=name, gt_path=find_photograph(name)) for name in names]) * self.repeat


def find_photograph(name: str) -> str:
    """Path of a file that ships in an installed package, such as 'skimage/data/chelsea.png'."""
    package, _, file = name.partition('/')
    spec = find_spec(package)
    path = Path(spec.origin).parent / file if spec else None
    if path is None or not path.exists():
        raise InputError(f'sample photograph {name} is not installed: pip install scikit-image scikit-learn')
    return str(path)
