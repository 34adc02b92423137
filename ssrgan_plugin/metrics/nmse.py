from typing import List, Optional

import numpy as np
from mmagic.registry import METRICS

from ..nmse import nmse
from .mean_of_defined import MeanOfDefined


@METRICS.register_module()
class NMSE(MeanOfDefined):
    """Mean over the images of Σ (restored - original)² / Σ original² (arXiv 2409.12636; averaged as in
    the authors' notebook).

    Images are (C, H, W) with C 1 or 3, integer or float, and intensities that start at 0. An image whose original
    is black all over (or, with ``mask_key``, in all its holes) has no NMSE: it is left out of the mean, and a
    warning says how many were. If there is no other, the result is NaN.

    Args:
        db: Give 10·log10 of the mean, as ``NMSE_dB``, instead. Default: False.
        kwargs: ``gt_key``, ``pred_key``, ``mask_key`` (count the holes only, usually ``'mask'``; (1, H, W)
            or (C, H, W)), ``prefix`` and the rest of MMagic's
            :class:`~mmagic.evaluation.metrics.base_sample_wise_metric.BaseSampleWiseMetric`.
    """

    metric = 'NMSE'
    undefined = 'for their originals are black'

    def __init__(self, db: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.db = db

    def process_image(self, gt, pred, mask) -> Optional[float]:
        gt, mask = np.asarray(gt), None if self.mask_key is None else np.asarray(mask)
        defined = gt.any() if mask is None else (gt * (mask != 0)).any()
        return nmse(np.asarray(pred), gt, mask) if defined else None

    def compute_metrics(self, results: List[dict]) -> dict:
        mean = super().compute_metrics(results)
        if not self.db:
            return mean
        with np.errstate(divide='ignore'):
            return {'NMSE_dB': float(10 * np.log10(mean['NMSE'] / self.scaling))}
