"""configs/ssrgan_mask_aware_*.py: trains with the stock loop, and its checkpoints restore through Restorer."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmagic.registry import DATASETS
from mmengine.config import Config
from mmengine.runner import Runner

from ssrgan_plugin.checkpoint_files import read_weights
from ssrgan_plugin.restoration.restorer import Restorer
from ssrgan_plugin.restoration.torch_backend import SHIPPED

CONFIG = Path(__file__).parents[1] / 'configs' / 'ssrgan_mask_aware_all.py'


def innermost(dataset):
    return dataset.get('dataset', dataset)


def shrink(cfg, flowers, work_dir):
    # One small data set in place of all; its own test images validate.
    for split, listing in (('train', 'train.txt'), ('val', 'test.txt')):
        datasets = cfg[f'{split}_dataloader'].dataset.datasets[:1]
        innermost(datasets[0]).merge(dict(data_root=str(flowers), data_prefix=dict(gt='jpg'), ann_file=listing))
        cfg[f'{split}_dataloader'].merge(dict(num_workers=0, batch_size=4))
        cfg[f'{split}_dataloader'].dataset.datasets = datasets
    cfg.test_dataloader.merge(dict(num_workers=0, dataset=dict(data_root=str(flowers))))
    cfg.train_cfg.merge(dict(max_iters=4, val_interval=2))
    cfg.default_hooks.checkpoint.interval = 2
    cfg.work_dir = str(work_dir)


def test_killed_runs_make_up_for_their_validation():
    assert dict(type='ValidateOnResumeHook') in Config.fromfile(CONFIG).custom_hooks


def test_no_test_image_trains_or_validates():
    cfg = Config.fromfile(CONFIG)
    lists = {
        split: {
            innermost(dataset).ann_file or innermost(dataset).data_prefix.gt
            for dataset in cfg[f'{split}_dataloader'].dataset.datasets
        }
        for split in ('train', 'val')
    }
    assert lists == dict(train={'train_without_val.txt', 'train'}, val={'val.txt', 'val'})


@pytest.mark.parametrize('part', range(9))
def test_every_part_of_the_training_data(flowers, part):
    cfg = Config.fromfile(CONFIG)
    assert len(cfg.train_dataloader.dataset.datasets) == 9
    dataset = innermost(cfg.train_dataloader.dataset.datasets[part])
    dataset.merge(dict(data_root=str(flowers), data_prefix=dict(gt='jpg'), ann_file='train.txt'))
    low, high = dataset.corruption.ratio
    scattered = dataset.pipeline[-2].type == 'RandomPixelCorruption'
    dataset = DATASETS.build(dataset)
    for index in range(len(dataset)):
        packed = dataset[index]
        image, mask = packed['data_samples'].gt_img.float(), packed['data_samples'].mask
        assert image.shape == packed['inputs'].shape == mask.shape == (3, 96, 96)
        assert image.min() >= 0 and image.max() <= 255 and image.std() > 0
        assert low - 0.01 < mask.float().mean() < (high + 0.01 if scattered else 1)
        assert torch.equal(packed['inputs'].float(), torch.where(mask > 0, 0, image))


def test_adversarial_fine_tune_begins_with_the_shipped_weights(flowers, tmp_path):
    cfg = Config.fromfile(CONFIG.with_name('ssrgan_mask_aware_gan.py'))
    shrink(cfg, flowers, tmp_path)
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert runner.message_hub.get_scalar('train/loss_gan').current() > 0
    shipped = read_weights(SHIPPED)
    trained = runner.model.state_dict()
    assert all(torch.allclose(trained[key], value.float(), atol=1e-4) for key, value in shipped.items())
    assert not torch.equal(trained['generator.tail.weight'], shipped['generator.tail.weight'].float())


def test_trains_resumes_and_restores(flowers, tmp_path):
    cfg = Config.fromfile(CONFIG)
    cfg.model.generator.merge(dict(mid_channels=8, num_blocks=1))
    shrink(cfg, flowers, tmp_path)
    Runner.from_cfg(cfg).train()
    cfg.resume, cfg.experiment_name = True, 'resumed'
    cfg.train_cfg.max_iters = 6
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert runner.iter == 6

    cfg.dump(tmp_path / 'small.py')
    restorer = Restorer(tmp_path / 'small.py', tmp_path / 'iter_6.pth', device='cpu')
    restorer.backend.bfloat16 = False  # as the toolbox computes
    packed = runner.val_dataloader.dataset[0]
    mask = packed['data_samples'].mask[0].numpy()
    image = packed['inputs'].permute(1, 2, 0).numpy()[..., ::-1]  # the data sets are BGR, Restorer takes RGB
    restored = restorer(np.ascontiguousarray(image), mask)
    model = runner.model.eval()
    with torch.no_grad():
        predicted = model.test_step(dict(inputs=[packed['inputs']], data_samples=[packed['data_samples']]))[0]
    predicted = predicted.output.pred_img.permute(1, 2, 0).numpy()[..., ::-1]
    np.testing.assert_allclose(restored, predicted, atol=0.6)  # the network is shown the known range, not 0 to 255
