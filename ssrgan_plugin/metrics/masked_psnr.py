import numpy as np
from mmagic.evaluation.metrics.base_sample_wise_metric import BaseSampleWiseMetric
from mmagic.registry import METRICS
from skimage.metrics import peak_signal_noise_ratio


@METRICS.register_module()
class MaskedPSNR(BaseSampleWiseMetric):
    """PSNR (dB) of the corrupted pixels alone, mean over the images; the stock ``PSNR`` ignores masks.

    Images are (C, H, W), 0 to 255; the mask is (1, H, W), not 0 = corrupted.

    Args:
        mask_key: The mask in the data samples. Default: 'mask'.
        kwargs: As in MMagic's ``BaseSampleWiseMetric``.
    """

    metric = 'PSNR'

    def __init__(self, mask_key: str = 'mask', **kwargs):
        super().__init__(mask_key=mask_key, **kwargs)

    def process_image(self, gt, pred, mask) -> float:
        holes = np.asarray(mask)[0] != 0
        gt, pred = (np.asarray(image, np.float64)[:, holes] for image in (gt, pred))
        return peak_signal_noise_ratio(gt, pred, data_range=255)
