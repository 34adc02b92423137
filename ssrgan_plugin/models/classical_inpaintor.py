from typing import List

import numpy as np
import torch
from mmagic.models.base_models import OneStageInpaintor
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from mmengine.model import BaseModel
from torch import Tensor

from ..classical_inpainting import METHODS, restore
from ..errors import InputError
from .mask_channels import mask_in_order


@MODELS.register_module()
class ClassicalInpaintor(BaseModel):
    """A method without weights as an inpaintor, so that it goes through the same data and metrics as the networks.

    Args:
        method: A key of :data:`ssrgan_plugin.classical_inpainting.METHODS`.
        data_preprocessor: As of any inpaintor.

    Raises:
        InputError: if the method is unknown.
    """

    def __init__(self, method: str, data_preprocessor: dict):
        super().__init__(data_preprocessor=data_preprocessor)
        if method not in METHODS:
            raise InputError(f'unknown method {method!r}: choose one of {", ".join(METHODS)}')
        self.method = method

    def forward(self, inputs: Tensor, data_samples: DataSample, mode: str = 'tensor') -> List[DataSample]:
        images = self.data_preprocessor.destruct(inputs, data_samples)
        masks = mask_in_order(self.data_preprocessor, data_samples, 'BGR')  # as destruct() gives images
        restored = torch.stack([self.restore(image, mask) for image, mask in zip(images.cpu(), masks.cpu())])
        return OneStageInpaintor.convert_to_datasample(self, DataSample(pred_img=restored), data_samples, inputs)

    def restore(self, image: Tensor, mask: Tensor) -> Tensor:
        pixels = np.rint(image.permute(1, 2, 0).numpy()).astype(np.uint8)
        lost = mask.permute(1, 2, 0).numpy() != 0
        return torch.from_numpy(restore(pixels, lost, self.method)).permute(2, 0, 1)
