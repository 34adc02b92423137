"""Each metric against another implementation, in one process and in two.

MMagic's SSIM (OpenCV) of an 11×11 crop is the similarity at its centre, so that its mean over crops around holes is
the masked one.
"""

import ssrgan_plugin.registration  # noqa: F401, I001  # first, for it lets MMagic be imported, in a new process too

import numpy as np
import pytest
import torch
import torch.multiprocessing
from mmagic.evaluation.metrics.psnr import psnr
from mmagic.evaluation.metrics.ssim import ssim
from mmagic.registry import METRICS
from skimage.metrics import normalized_root_mse

NAMES = ('NMSE', 'PSNR', 'SSIM')
SIDE = 24


@pytest.fixture
def samples():
    torch.manual_seed(0)
    originals = 255 * torch.rand(5, 3, SIDE, SIDE)
    return [
        dict(
            gt_img=original,
            output=dict(pred_img=(original + 20 * (index + 1) * torch.randn(3, SIDE, SIDE)).clamp(0, 255)),
            mask=(torch.rand(1, SIDE, SIDE) < 0.3).float(),
        )
        for index, original in enumerate(originals)
    ]


def metrics():
    kinds = dict(NMSE='NMSE', PSNR='MaskedPSNR', SSIM='MaskedSSIM')
    return {name: METRICS.build(dict(type=kinds[name], mask_key='mask')) for name in NAMES}


def evaluate(samples, total):
    results = {}
    for metric in metrics().values():
        metric.process(None, samples)
        metric.size = total
        results.update(metric.evaluate())
    return results


def reference(sample):
    gt, pred = (image.permute(1, 2, 0).double().numpy() for image in (sample['gt_img'], sample['output']['pred_img']))
    holes = sample['mask'][0].numpy() != 0
    places = [(y, x) for y, x in np.argwhere(holes) if 5 <= y < SIDE - 5 and 5 <= x < SIDE - 5]
    crops = [np.s_[y - 5 : y + 6, x - 5 : x + 6] for y, x in places]
    return (
        normalized_root_mse(gt[holes], pred[holes], normalization='euclidean') ** 2,
        psnr(gt[holes][:, None], pred[holes][:, None]),
        np.mean([ssim(gt[crop], pred[crop]) for crop in crops]),
    )


def test_one_process(samples):
    expected = np.mean([reference(sample) for sample in samples], 0)
    results = evaluate(samples, len(samples))
    np.testing.assert_allclose([results[name] for name in NAMES], expected, rtol=1e-5)


def one_process(rank, world, samples, path):
    """Evaluates a rank's share as MMEngine's sampler deals it: every world-th image, the last one padded."""
    torch.distributed.init_process_group('gloo', init_method=f'file://{path}/store', rank=rank, world_size=world)
    share = [samples[i % len(samples)] for i in range(rank, len(samples) + len(samples) % world, world)]
    torch.save(evaluate(share, len(samples)), f'{path}/{rank}.pt')
    torch.distributed.destroy_process_group()


def test_two_processes_give_the_mean_over_all_images(samples, tmp_path):
    """Five images on two processes: the sampler repeats one, which must not count twice."""
    torch.multiprocessing.spawn(one_process, (2, samples, str(tmp_path)), nprocs=2)
    expected = evaluate(samples, len(samples))
    for rank in (0, 1):
        assert torch.load(tmp_path / f'{rank}.pt') == pytest.approx(expected)


def test_where_all_is_corrupted_the_masked_ones_are_the_stock_ones(samples):
    for sample in samples:
        sample['mask'] = torch.ones(1, SIDE, SIDE)
    results = evaluate(samples, len(samples))
    for name in ('PSNR', 'SSIM'):
        stock = METRICS.build(dict(type=name))
        stock.process(None, samples)
        stock.size = len(samples)
        assert results[name] == pytest.approx(stock.evaluate()[name], rel=1e-5)


def test_masks_by_channel(samples):
    """Corrupted in one channel alone, as if the others were not there."""
    grey = [dict(gt_img=s['gt_img'][1:2], output=dict(pred_img=s['output']['pred_img'][1:2]), mask=s['mask'])
            for s in samples]  # fmt: skip
    for sample in samples:
        sample['mask'] = sample['mask'] * torch.tensor([0.0, 1, 0]).view(3, 1, 1)
    assert evaluate(samples, 5) == pytest.approx(evaluate(grey, 5))


def test_images_without_corrupted_pixels_are_left_out(samples, monkeypatch):
    messages = []
    monkeypatch.setattr('ssrgan_plugin.metrics.mean_of_defined.print_log', lambda message, *_: messages.append(message))
    expected = evaluate(samples[1:], 4)
    samples[0]['mask'] = torch.zeros(1, SIDE, SIDE)
    assert evaluate(samples, 5) == pytest.approx(expected)
    assert [message.split(':')[0] for message in messages] == ['NMSE', 'PSNR', 'SSIM']
