import numpy as np
from mmagic.evaluation.metrics.base_sample_wise_metric import BaseSampleWiseMetric
from mmagic.registry import METRICS
from skimage.metrics import structural_similarity


@METRICS.register_module()
class MaskedSSIM(BaseSampleWiseMetric):
    """SSIM around the corrupted pixels alone, mean over the images; the stock ``SSIM`` ignores masks.

    The similarity map (Gaussian window of deviation 1.5, mean of the channels) is averaged over those pixels.
    Images are (C, H, W), 0 to 255, at least 11×11; the mask is (1, H, W), not 0 = corrupted.

    Args:
        mask_key: The mask in the data samples. Default: 'mask'.
        kwargs: As in MMagic's ``BaseSampleWiseMetric``.
    """

    metric = 'SSIM'

    def __init__(self, mask_key: str = 'mask', **kwargs):
        super().__init__(mask_key=mask_key, **kwargs)

    def process_image(self, gt, pred, mask) -> float:
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
        return float(similarity[:, np.asarray(mask)[0] != 0].mean())
