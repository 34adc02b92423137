"""configs/corruption_finder.py trains with the stock loop."""

from pathlib import Path

import numpy as np
import torch
from mmagic.datasets.transforms import PackInputs
from mmagic.registry import MODELS
from mmengine.config import Config
from mmengine.runner import Runner
from skimage.data import astronaut

from ssrgan_plugin.checkpoint_files import read_weights
from ssrgan_plugin.networks.state_dicts import load_generator
from ssrgan_plugin.restoration.backends import load_finder
from ssrgan_plugin.restoration.torch_backend import SHIPPED_FINDER
from ssrgan_plugin.transforms import RandomDamage

CONFIG = Path(__file__).parents[1] / 'configs' / 'corruption_finder.py'


def innermost(dataset):
    return dataset.get('dataset', dataset)


def test_trains_and_validates(flowers, tmp_path):
    cfg = Config.fromfile(CONFIG)
    cfg.model.generator.merge(dict(mid_channels=8, num_blocks=1))
    for split in ('train', 'val', 'test'):
        dataset = cfg[f'{split}_dataloader'].dataset
        for part in map(innermost, dataset.get('datasets', [dataset])):
            part.merge(dict(data_root=str(flowers), data_prefix=dict(gt='jpg'), ann_file='train.txt'))
        cfg[f'{split}_dataloader'].merge(dict(num_workers=0, batch_size=4))
    cfg.train_cfg.merge(dict(max_iters=4, val_interval=2))
    cfg.default_hooks.checkpoint.interval = 2
    cfg.work_dir = str(tmp_path)
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert 0 <= runner.message_hub.get_scalar('val/found/f_score').current() <= 1
    assert (tmp_path / 'iter_4.pth').exists() and list(tmp_path.glob('best_found_f_score_*.pth'))
    runner.test()
    assert 0 <= runner.message_hub.get_scalar('test/found/recall').current() <= 1


def test_validates_on_images_that_it_does_not_train_on():
    cfg = Config.fromfile(CONFIG)
    trained = {(each.data_prefix.gt, each.ann_file) for each in map(innermost, cfg.train_dataloader.dataset.datasets)}
    held_out = cfg.val_dataloader.dataset
    assert (held_out.data_prefix.gt, held_out.ann_file) not in trained and held_out.data_prefix.gt == 'val'


def test_the_toolbox_shows_its_network_what_a_restorer_shows_it():
    """Colours in the same order: predictions are images as the toolbox loads them, in BGR."""
    image = astronaut()[:64, 180:260]
    model = MODELS.build(Config.fromfile(CONFIG).model).eval()
    load_generator(model.generator, read_weights(SHIPPED_FINDER), SHIPPED_FINDER)
    damaged = RandomDamage(seed=3)(dict(gt=image[..., ::-1].copy(), gt_path='astronaut.png', gt_channel_order='BGR'))
    packed = PackInputs()(damaged)
    with torch.no_grad():
        (sample,) = model.test_step(dict(inputs=[packed['inputs']], data_samples=[packed['data_samples']]))
    shown = packed['inputs'].numpy()[::-1].transpose(1, 2, 0) / np.float32(127.5) - 1
    expected = 255 * load_finder('cpu', 'torch')(shown)
    found = sample.output.pred_img.numpy()[::-1].transpose(1, 2, 0)
    assert np.abs(found - expected).max() < 0.1 and np.abs(found[..., ::-1] - expected).max() > 1
