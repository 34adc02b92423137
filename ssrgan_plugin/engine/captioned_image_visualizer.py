from pathlib import PureWindowsPath

import numpy as np
from mmagic.registry import VISUALIZERS
from mmagic.structures import DataSample
from mmagic.visualization import ConcatImageVisualizer
from torch import Tensor

from ..captions import caption, captioned
from ..nmse import nmse

LABELS = dict(input='corrupted', pred_img='restored', gt_img='original')


@VISUALIZERS.register_module()
class CaptionedImageVisualizer(ConcatImageVisualizer):
    """MMagic's ``ConcatImageVisualizer`` with a caption over each image: what it is, and its NMSE.

    Arguments are the stock class's; of images without an original beside them only the name is told.
    """

    def add_datasample(self, data_sample: DataSample, step: int = 0) -> None:
        """Draws one sample's images of ``img_keys``, (C, H, W) each, with intensities from 0 to 255."""
        values = data_sample.to_dict()
        values.update(values.pop('output', {}))
        images = {key: self._image(values[key]) for key in self.img_keys if key in values}
        original = images.get('gt_img')
        captions = [
            caption(LABELS.get(key, key), None if original is None or image is original else nmse(image, original))
            for key, image in images.items()
        ]
        name = PureWindowsPath(str(values[self.fn_key])).stem  # of paths with either slash
        for backend in self._vis_backends.values():
            backend.add_image(name, captioned(list(images.values()), captions), step)

    def _image(self, image: Tensor) -> np.ndarray:
        array = image.detach().cpu().float().numpy().transpose(1, 2, 0)
        array = np.repeat(array, 3, -1) if array.shape[2] == 1 else array
        return (array[..., ::-1] if self.bgr2rgb else array).clip(0, 255).round().astype(np.uint8)
