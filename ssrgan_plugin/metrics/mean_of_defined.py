import logging
from typing import List

import numpy as np
from mmagic.evaluation.metrics.base_sample_wise_metric import BaseSampleWiseMetric
from mmengine.logging import print_log


class MeanOfDefined(BaseSampleWiseMetric):
    """MMagic's sample-wise metric, whose ``process_image`` may give None where an image has no value.

    Such images are left out of the mean, and a warning says how many were; without any other the result is NaN.
    """

    undefined: str  # why an image may have no value

    def compute_metrics(self, results: List[dict]) -> dict:
        # None, not NaN, so that a NaN in a prediction is never taken for "undefined".
        values = [result[self.metric] for result in results if result[self.metric] is not None]
        missing = len(results) - len(values)
        if missing:
            print_log(
                f'{self.metric}: {missing} of {len(results)} images left out, {self.undefined}',
                'current',
                logging.WARNING,
            )
        return {self.metric: float(np.mean(values) * self.scaling) if values else float('nan')}
