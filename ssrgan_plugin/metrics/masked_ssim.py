from typing import Optional

import numpy as np
from mmagic.registry import METRICS
from skimage.metrics import structural_similarity

from .mean_of_defined import MeanOfDefined

BORDER = 5  # half of the window


@METRICS.register_module()
class MaskedSSIM(MeanOfDefined):
    """SSIM around the corrupted pixels alone, mean over the images; the stock ``SSIM`` ignores masks.

    The similarity map (Gaussian window of 11×11 and deviation 1.5, mean of the channels) is averaged over those
    pixels, but for the border of 5 pixels where the window does not fit, which the stock ``SSIM`` drops too. Images
    are (C, H, W), 0 to 255, at least 11×11; the mask is (1, H, W) or (C, H, W), not 0 = corrupted. An image without
    corrupted pixels is left out of the mean, and a warning says how many were.

    Args:
        mask_key: The mask in the data samples. Default: 'mask'.
        kwargs: As in MMagic's ``BaseSampleWiseMetric``.
    """

    metric = 'SSIM'
    undefined = f'for they have no corrupted pixel, or only in the border of {BORDER} pixels'

    def __init__(self, mask_key: str = 'mask', **kwargs):
        super().__init__(mask_key=mask_key, **kwargs)

    def process_image(self, gt, pred, mask) -> Optional[float]:
        gt, pred = (np.asarray(image, np.float64) for image in (gt, pred))
        _, similarity = structural_similarity(
            gt,
            pred,
            data_range=255,
            channel_axis=0,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            full=True,
        )
        inner = np.s_[:, BORDER:-BORDER, BORDER:-BORDER]
        holes = np.broadcast_to(np.asarray(mask) != 0, gt.shape)[inner]
        return float(similarity[inner][holes].mean()) if holes.any() else None
