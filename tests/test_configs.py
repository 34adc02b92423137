"""The shipped configs, and users' configs that inherit them."""

import os
import shutil
from pathlib import Path

import pytest
from mmengine.config import Config

from ssrgan_plugin.shipped_files import WEIGHTS

CONFIGS = Path(__file__).parents[1] / 'configs'
ROOTS = {'flower': 'data/flowers-102', 'pet': 'data/oxford-iiit-pet', 'caltech': 'data/caltech101'}
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


def inherit(tmp_path, *bases, body=''):
    """A user's config elsewhere, which inherits by relative path."""
    paths = [os.path.relpath(CONFIGS / base, tmp_path) for base in bases]
    config = tmp_path / 'mine.py'
    config.write_text(f'_base_ = {paths}\n{body}\n')
    return Config.fromfile(config)


def ratios(cfg):
    return [cfg[loader].dataset.corruption.ratio for loader in LOADERS]


@pytest.mark.parametrize('ratio', [30, 40, 50, 60, 70, 80])
@pytest.mark.parametrize('name', ROOTS)
def test_papers_recipe(name, ratio):
    cfg = Config.fromfile(CONFIGS / f'ssrgan_{name}_p{ratio}.py')
    assert ratios(cfg) == [ratio / 100] * 3
    assert [cfg[loader].dataset.data_root for loader in LOADERS] == [ROOTS[name]] * 3
    assert [cfg[loader].dataset.ann_file for loader in LOADERS] == ['train.txt', 'test.txt', 'test.txt']
    assert 'seed' not in cfg.train_dataloader.dataset.corruption and cfg.test_dataloader.dataset.corruption.seed == 0
    assert cfg.train_dataloader.batch_size == 64
    assert cfg.train_cfg.max_epochs == 100 and cfg.train_cfg.val_interval == 1
    for network in ('generator', 'discriminator'):
        assert cfg.optim_wrapper[network].optimizer == dict(type='Adam', lr=2e-4, betas=(0.9, 0.999))
    assert cfg.param_scheduler == dict(type='StepLR', step_size=25, gamma=0.5, by_epoch=True)
    assert 'save_best' not in cfg.default_hooks.checkpoint, 'validation is on test images'
    assert cfg.val_dataloader.dataset.max_images == 256 and 'max_images' not in cfg.test_dataloader.dataset
    assert cfg.custom_imports.imports == ['ssrgan_plugin.registration']


def test_configs_hold_only_differences():
    for config in CONFIGS.glob('ssrgan_*_p[3-8]0.py'):
        if 'sample' not in config.name:
            assert len(config.read_text().splitlines()) <= 6, config.name


def test_change_the_level_in_one_line(tmp_path):
    line = 'train_dataloader = val_dataloader = test_dataloader = dict(dataset=dict(corruption=dict(ratio=0.65)))'
    cfg = inherit(tmp_path, 'ssrgan_caltech_p30.py', body=line)
    assert ratios(cfg) == [0.65] * 3
    assert cfg.test_dataloader.dataset.corruption.seed == 0
    assert [cfg[loader].dataset.data_root for loader in LOADERS] == [ROOTS['caltech']] * 3


def test_override_the_data_root(tmp_path):
    line = "train_dataloader = val_dataloader = test_dataloader = dict(dataset=dict(data_root='/big/flowers'))"
    cfg = inherit(tmp_path, 'ssrgan_flower_p70.py', body=line)
    assert [cfg[loader].dataset.data_root for loader in LOADERS] == ['/big/flowers'] * 3
    assert ratios(cfg) == [0.7] * 3


def test_inherit_through_two_levels(tmp_path):
    (tmp_path / 'a').mkdir()
    inherit(tmp_path / 'a', 'ssrgan_pet_p40.py', body='model = dict(generator=dict(num_blocks=2))')
    (tmp_path / 'b.py').write_text("_base_ = './a/mine.py'\ntrain_cfg = dict(max_epochs=7)\n")
    cfg = Config.fromfile(tmp_path / 'b.py')
    assert cfg.model.generator == dict(type='SSRGANGenerator', num_blocks=2)
    assert cfg.train_cfg.max_epochs == 7 and ratios(cfg) == [0.4] * 3


def test_combine_our_parts_with_mmagics(tmp_path):
    """Our data set and runtime, a model config of MMagic's own."""
    cfg = inherit(
        tmp_path, '_base_/datasets/flower.py', '_base_/schedules/100e.py', '_base_/default_runtime.py', body=''
    ).to_dict()
    (tmp_path / 'pconv.py').write_text(
        f"_base_ = ['mmagic::_base_/models/base_pconv.py', "
        f"'{os.path.relpath(CONFIGS / '_base_/datasets/flower.py', tmp_path)}']\n"
    )
    mixed = Config.fromfile(tmp_path / 'pconv.py')
    assert mixed.model.type == 'PConvInpaintor'
    assert mixed.train_dataloader.dataset.data_root == cfg['train_dataloader']['dataset']['data_root']


def test_take_parts_of_two_configs(tmp_path):
    """Train on one data set, test on another at another level. (MMEngine refuses two bases that share a key.)"""
    cfg = inherit(
        tmp_path,
        'ssrgan_flower_p50.py',
        body=f"from mmengine import Config\npet = Config.fromfile('{CONFIGS / 'ssrgan_pet_p30.py'}')\n"
        'test_dataloader = pet.test_dataloader.to_dict()\ndel pet, Config',
    )
    assert ratios(cfg) == [0.5, 0.5, 0.3]
    assert cfg.test_dataloader.dataset.data_root == ROOTS['pet']
    assert cfg.train_dataloader.dataset.data_root == ROOTS['flower']


def test_weights_are_found_from_a_wheel_too(tmp_path):
    """Where setup.py lays the configs."""
    carried = shutil.copytree(CONFIGS, tmp_path / 'ssrgan_plugin' / '.mim' / 'configs')
    cfg = Config.fromfile(carried / 'ssrgan_mask_aware_gan.py')
    assert Path(cfg.load_from).samefile(WEIGHTS / 'ssrgan_mask_aware.safetensors')
    assert cfg.model.discriminator.type == 'SSRGANDiscriminator' and 'WEIGHTS' not in cfg


def test_dumped_config_reads_back(tmp_path):
    """The Runner stores what it ran as one file."""
    cfg = Config.fromfile(CONFIGS / 'ssrgan_flower_p80.py')
    cfg.dump(tmp_path / 'dump.py')
    assert Config.fromfile(tmp_path / 'dump.py').to_dict() == cfg.to_dict()
