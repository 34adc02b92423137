import numpy as np
import pytest
import torch
from mmagic.registry import METRICS
from sklearn.metrics import precision_recall_fscore_support


def samples():
    rng = np.random.default_rng(0)
    for _ in range(3):
        mask = rng.random((3, 5, 7)) < 0.3
        found = np.clip(mask * 120 + rng.random(mask.shape) * 135, 0, 255)
        yield dict(mask=torch.from_numpy(mask.astype(np.uint8)), output=dict(pred_img=torch.from_numpy(found)))


def test_as_scikit_learn_has_it():
    metric = METRICS.build(dict(type='FoundValues', threshold=0.4))
    metric.process([], list(samples()))
    values = metric.compute_metrics(metric.results)
    truth = np.concatenate([sample['mask'].numpy().ravel() for sample in samples()]) > 0
    found = np.concatenate([sample['output']['pred_img'].numpy().ravel() for sample in samples()]) >= 102
    precision, recall, f_score, _ = precision_recall_fscore_support(truth, found, average='binary')
    assert values['precision'] == pytest.approx(precision) and values['recall'] == pytest.approx(recall)
    assert values['f_score'] == pytest.approx(f_score)
    assert values['false_alarms'] == pytest.approx((found & ~truth).sum() / (~truth).sum())


def test_nothing_lost_and_nothing_found():
    metric = METRICS.build(dict(type='FoundValues'))
    metric.process([], [dict(mask=torch.zeros(1, 4, 4), output=dict(pred_img=torch.zeros(3, 4, 4)))])
    assert metric.compute_metrics(metric.results) == dict(precision=0, recall=0, f_score=0, false_alarms=0)
