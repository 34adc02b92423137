from typing import Dict, List, Sequence

import numpy as np
import torch
from mmagic.evaluation.metrics.base_sample_wise_metric import BaseSampleWiseMetric
from mmagic.registry import METRICS


@METRICS.register_module()
class FoundValues(BaseSampleWiseMetric):
    """How well lost values were found, over all images: ``precision``, ``recall``, their ``f_score``, and
    ``false_alarms``, the share of known values taken for lost.

    Takes ``output.pred_img`` of a :class:`~ssrgan_plugin.models.CorruptionFinding` ((C, H, W), 0 to 255) against
    ``mask`` ((C, H, W), 1 = lost).

    Args:
        threshold: Probability from which on a value counts as found. Default: 0.5.
        kwargs: As in MMagic's ``BaseSampleWiseMetric``.
    """

    metric = default_prefix = 'found'

    def __init__(self, threshold: float = 0.5, **kwargs):
        super().__init__(**kwargs)
        self.threshold = threshold

    def process(self, data_batch: Sequence, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            found = sample['output']['pred_img'].cpu() >= 255 * self.threshold
            lost = (sample['mask'].cpu() != 0).expand_as(found)
            counts = (found & lost, found & ~lost, ~found & lost, ~found & ~lost)
            self.results.append([int(torch.count_nonzero(each)) for each in counts])

    def compute_metrics(self, results: List[List[int]]) -> Dict[str, float]:
        right, false, missed, silent = (float(count) for count in np.sum(results, 0))
        return {
            'precision': right / max(right + false, 1),
            'recall': right / max(right + missed, 1),
            'f_score': 2 * right / max(2 * right + false + missed, 1),
            'false_alarms': false / max(false + silent, 1),
        }
