from typing import Optional

import numpy as np
from mmagic.registry import METRICS
from skimage.metrics import peak_signal_noise_ratio

from .mean_of_defined import MeanOfDefined


@METRICS.register_module()
class MaskedPSNR(MeanOfDefined):
    """PSNR (dB) of the corrupted pixels alone, mean over the images; the stock ``PSNR`` ignores masks.

    Images are (C, H, W), 0 to 255; the mask is (1, H, W) or (C, H, W), not 0 = corrupted. An image without corrupted
    pixels is left out of the mean, and a warning says how many were.

    Args:
        mask_key: The mask in the data samples. Default: 'mask'.
        kwargs: As in MMagic's ``BaseSampleWiseMetric``.
    """

    metric = 'PSNR'
    undefined = 'for they have no corrupted pixel'

    def __init__(self, mask_key: str = 'mask', **kwargs):
        super().__init__(mask_key=mask_key, **kwargs)

    def process_image(self, gt, pred, mask) -> Optional[float]:
        gt, pred = (np.asarray(image, np.float64) for image in (gt, pred))
        holes = np.broadcast_to(np.asarray(mask) != 0, gt.shape)
        return peak_signal_noise_ratio(gt[holes], pred[holes], data_range=255) if holes.any() else None
