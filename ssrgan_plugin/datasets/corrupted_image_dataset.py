from pathlib import Path
from typing import List, Optional

import numpy as np
from mmagic.datasets import BasicImageDataset
from mmagic.datasets.basic_image_dataset import IMG_EXTENSIONS
from mmagic.registry import DATASETS

from ..errors import InputError

CORRUPTIONS = {'RandomPixelCorruption', 'RandomShapeCorruption'}


@DATASETS.register_module()
class CorruptedImageDataset(BasicImageDataset):
    """MMagic's ``BasicImageDataset`` with its corruption as an argument.

    A child config replaces a pipeline whole, for it is a list, but merges into ``corruption``, for it is a dict:
    one line changes the level, fill or seed. Also: images in sorted order, file names that may hold spaces, and one
    clear sentence where the data are missing.

    Args:
        corruption: Arguments of :class:`~ssrgan_plugin.transforms.RandomPixelCorruption`, set on every such step
            of the pipeline.
        pipeline: Transforms, one of them ``dict(type='RandomPixelCorruption')`` or ``RandomShapeCorruption``.
        max_images: Take so many, evenly spread over the sorted list. Default: all.
        kwargs: As in :class:`mmagic.datasets.BasicImageDataset`; a folder without a list is read with its subfolders
            (``recursive=True``).

    Raises:
        InputError: if the data root or annotation file does not exist, or lists no image, or ``max_images`` is none.
    """

    def __init__(self, *args, corruption: dict, pipeline: List[dict], max_images: Optional[int] = None, **kwargs):
        if max_images is not None and not (isinstance(max_images, int) and max_images > 0):
            raise InputError(f'max_images={max_images!r} takes no image: give a whole number from 1, or None for all')
        self.max_images = max_images
        types = [step['type'] for step in pipeline]  # classes, or names, with the scope before them or not
        steps = [type_.split('.')[-1] if isinstance(type_, str) else type_.__name__ for type_ in types]
        if not CORRUPTIONS & set(steps):
            raise InputError(
                "the pipeline has no dict(type='RandomPixelCorruption') for the data set's corruption: "
                'add it, or use BasicImageDataset'
            )
        pipeline = [{**step, **corruption} if name in CORRUPTIONS else step for name, step in zip(steps, pipeline)]
        kwargs = {'recursive': True, 'img_suffix': (*IMG_EXTENSIONS, '.webp', '.WEBP'), **kwargs}
        super().__init__(*args, pipeline=pipeline, **kwargs)

    def load_data_list(self) -> List[dict]:
        listing = Path(self.ann_file if self.use_ann_file else self.data_prefix[self.search_key])
        cure = f'prepare the data set as docs/training.md says, or set its data_root (now {self.data_root!r})'
        if not listing.exists():
            raise InputError(f'{listing} does not exist: {cure}')
        data_list = super().load_data_list()
        if not data_list:
            raise InputError(f'{listing} lists no image: {cure}')
        return self._spread(data_list)

    def _spread(self, data_list: List[dict]) -> List[dict]:
        if self.max_images is None or self.max_images >= len(data_list):
            return data_list
        return [data_list[i] for i in np.linspace(0, len(data_list), self.max_images, endpoint=False, dtype=int)]

    def _get_path_list_from_ann(self) -> List[str]:
        try:
            lines = Path(self.ann_file).read_text(encoding='utf-8-sig').splitlines()
        except (UnicodeDecodeError, IsADirectoryError) as error:
            raise InputError(f'{self.ann_file} is no text file: it should list one image a line') from error
        return [line.strip() for line in lines if line.strip()]

    def _get_path_list_from_folder(self) -> List[str]:
        return sorted(super()._get_path_list_from_folder())
