import numpy as np
import pytest
import torch
from mmagic.registry import METRICS

from ssrgan_plugin.nmse import nmse


def metric(**kwargs):
    return METRICS.build(dict(type='NMSE', **kwargs))


def evaluate(metric, pairs, masks=None, batch=1):
    samples = [dict(gt_img=gt, output=dict(pred_img=pred)) for gt, pred in pairs]
    for sample, mask in zip(samples, masks or []):
        sample['mask'] = mask
    for start in range(0, len(samples), batch):
        metric.process(None, samples[start : start + batch])
    metric.size = len(samples)
    return metric.evaluate()


@pytest.fixture
def pairs():
    torch.manual_seed(0)
    return [(torch.randint(0, 256, (3, 6, 5), dtype=torch.uint8), 255 * torch.rand(3, 6, 5)) for _ in range(5)]


def numpy_nmse(gt, pred):
    gt, pred = gt.double().numpy(), pred.double().numpy()
    return ((pred - gt) ** 2).sum() / (gt**2).sum()


def test_mean_over_images(pairs):
    expected = np.mean([numpy_nmse(*pair) for pair in pairs])
    assert evaluate(metric(), pairs, batch=2) == {'NMSE': pytest.approx(expected)}


def test_db(pairs):
    expected = 10 * np.log10(np.mean([numpy_nmse(*pair) for pair in pairs]))
    assert evaluate(metric(db=True), pairs) == {'NMSE_dB': pytest.approx(expected)}


@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize('dtype', [torch.uint8, torch.float32, torch.float64])
def test_types_and_channels(channels, dtype):
    gt = torch.arange(channels * 4).reshape(channels, 2, 2).to(dtype) + 150
    pred = gt - 100
    expected = channels * 4 * 1e4 / (gt.double() ** 2).sum().item()
    assert evaluate(metric(), [(gt, pred)])['NMSE'] == pytest.approx(expected)


def test_holes_only(pairs):
    masks = [torch.randint(0, 2, (1, 6, 5), dtype=torch.uint8) for _ in pairs]
    expected = np.mean([nmse(p.numpy(), g.numpy(), m.numpy()) for (g, p), m in zip(pairs, masks)])
    result = evaluate(metric(mask_key='mask', prefix='holes'), pairs, masks)
    assert result == {'holes/NMSE': pytest.approx(expected)}
    assert expected != pytest.approx(evaluate(metric(), pairs)['NMSE'])


def test_black_image_is_left_out_with_a_warning(pairs, monkeypatch):
    black = (torch.zeros(3, 6, 5), torch.ones(3, 6, 5))
    messages = []
    monkeypatch.setattr('ssrgan_plugin.metrics.mean_of_defined.print_log', lambda message, *_: messages.append(message))
    expected = evaluate(metric(), pairs)['NMSE']
    assert messages == []
    assert evaluate(metric(), [*pairs, black])['NMSE'] == pytest.approx(expected)
    assert messages == ['NMSE: 1 of 6 images left out, for their originals are black']


def test_nan_in_a_prediction_is_not_left_out(pairs):
    """A model that has diverged must not get a good score from the images that are left."""
    gt, pred = pairs[0]
    assert np.isnan(evaluate(metric(), [*pairs, (gt, pred * float('nan'))])['NMSE'])


def test_only_black_images():
    black = (torch.zeros(3, 6, 5), torch.ones(3, 6, 5))
    assert np.isnan(evaluate(metric(), [black])['NMSE'])
