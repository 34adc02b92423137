"""Restorer shows a network what its training showed it; what a config does not tell is refused."""

import numpy as np
import pytest
import torch
from mmagic.registry import MODELS
from mmengine.config import Config
from mmengine.dataset import pseudo_collate

from ssrgan_plugin import Restorer
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.toolbox.trained_models import read_config

BLUE = [200, 40, 10]  # BGR
LOADER = "dict(type='LoadWholeImageFromFile', key='gt'{})"
CORRUPTED = "dict(type='{}RandomPixelCorruption', ratio=0.5{}), dict(type='PackInputs')"
MASKED = (
    "dict(type='LoadMask', mask_mode='irregular', mask_config=dict(num_vertices=4, max_angle=4, length_range=10,"
    " brush_width=9, area_ratio_range=(0.01, 0.5), img_shape=(128, 128))), dict(type='GetMaskedImage'{}),"
    " dict(type='PackInputs')"
)


def loaders(steps, wrap='{}'):
    dataset = "dict(DELETEtype='BasicImageDataset', ann_file='test.txt', data_prefix=dict(gt='jpg'), "
    dataset += f"data_root='ROOT', pipeline=[{LOADER.format('')}, {steps}])"
    wrap = wrap.format(dataset.replace('DELETE', '_delete_=True, ' * (wrap == '{}')))
    return f'train_dataloader = val_dataloader = test_dataloader = dict(dataset={wrap})'


CONCAT = "dict(_delete_=True, type='ConcatDataset', datasets=[{}])"
DIALECTS = {
    'ours': '',
    'colour': f"train_dataloader['dataset'].update(corruption=dict(fill={BLUE}))",
    'scoped': loaders(CORRUPTED.format('mmagic.', ", fill='white'")),
    'concatenated': loaders(CORRUPTED.format('', f', fill={BLUE}'), CONCAT),
    'masked by the toolbox': loaders(MASKED.format('')),
    'masked in another grey': loaders(MASKED.format(', zero_value=50')),
    'one of several transforms': loaders(
        "dict(type='RandomChoice', transforms=[[dict(type='RandomPixelCorruption', ratio=0.5, fill='white')]]), "
        "dict(type='PackInputs')"
    ),
    'one number for all channels': 'model = dict(data_preprocessor=dict(mean=127.5, std=127.5))',
    'BGR': "model = dict(data_preprocessor=dict(output_channel_order='BGR'))",
    'order as loaded': 'model = dict(data_preprocessor=dict(output_channel_order=None))',
    'BGR and a colour': (
        "model = dict(data_preprocessor=dict(output_channel_order='BGR'))\n"
        f"train_dataloader['dataset'].update(corruption=dict(fill={BLUE}))"
    ),
}


@pytest.mark.parametrize('dialect', DIALECTS)
def test_as_the_toolbox_restores(tiny_config, flowers, tmp_path, dialect):
    """To the grey level, on an image as the config's own pipeline makes it."""
    from mmagic.registry import DATASETS

    torch.manual_seed(0)
    config = tiny_config(DIALECTS[dialect].replace('ROOT', str(flowers)))
    cfg = Config.fromfile(config)
    model = MODELS.build(cfg.model).eval()
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'epoch_1.pth')
    data = DATASETS.build(cfg.test_dataloader.dataset)[0]
    with torch.no_grad():
        expected = model.test_step(pseudo_collate([data]))[0].output.pred_img.permute(1, 2, 0).numpy()[..., ::-1]
    original = data['data_samples'].gt_img.permute(1, 2, 0).numpy()[..., ::-1]
    lost = data['data_samples'].mask[0].numpy() != 0
    restored = Restorer(config, tmp_path / 'epoch_1.pth', device='cpu')(np.ascontiguousarray(original), lost)
    assert np.abs(restored[lost].astype(float) - expected[lost].clip(0, 255)).max() <= 1


GREY = """
model = dict(
    generator=dict(in_channels=1, out_channels=1), discriminator=dict(in_channels=1),
    data_preprocessor=dict(_delete_=True, type='DataPreprocessor', mean=[127.5], std=[127.5]))
grey = [
    dict(type='LoadWholeImageFromFile', key='gt', color_type='grayscale'), dict(type='RandomPixelCorruption'),
    dict(type='PackInputs')]
train_dataloader['dataset'].update(pipeline=grey)  # the three are one
train_cfg = dict(max_epochs=1)
visualizer = dict(vis_backends=[])
"""


def test_one_channel_model(tiny_config, tmp_path):
    """Trained by the toolbox on grey images; restores them, and colour ones a channel at a time."""
    from mmagic.registry import DATASETS
    from mmengine.runner import Runner

    config = tiny_config(GREY)
    cfg = Config.fromfile(config)
    runner = Runner.from_cfg(cfg)
    runner.train()
    restorer = Restorer(config, tmp_path / 'work' / 'epoch_1.pth', device='cpu')
    data = DATASETS.build(cfg.test_dataloader.dataset)[0]
    original, mask = (data['data_samples'].get(key)[0].numpy() for key in ('gt_img', 'mask'))
    with torch.no_grad():
        expected = runner.model.eval().test_step(pseudo_collate([data]))[0].output.pred_img[0].numpy()
    restored = restorer(original, mask != 0)
    assert restored.shape == original.shape
    assert np.abs(restored[mask != 0] - expected[mask != 0].clip(0, 255)).max() <= 1
    colours = np.stack([original, original // 2, 255 - original], -1)
    for channel in range(3):
        alone = restorer(np.ascontiguousarray(colours[..., channel]), mask != 0)
        assert np.abs(restorer(colours, mask != 0)[..., channel].astype(int) - alone).max() <= 1


@pytest.mark.parametrize(
    'extra, message',
    [
        (loaders("dict(type='PackInputs')"), 'does not say what lost pixels look like'),
        ("test_dataloader = dict(dataset=dict(corruption=dict(fill='white')))", 'gives lost pixels several looks'),
        ('model = dict(generator=dict(in_channels=2, out_channels=2))', 'takes images of 2 channels'),
        ('model = dict(data_preprocessor=dict(mean=[0.0] * 3))', 'scales images by other than 127.5'),
        ('model = dict(data_preprocessor=dict(mean=None, std=None))', 'scales images by other than 127.5'),
        (loaders("dict(type='RescaleToZeroOne', keys=['gt']), " + CORRUPTED.format('', '')), 'scales images by other'),
        (
            loaders(
                f"dict(type='RandomApply', transforms=[dict(type='RandomShapeCorruption', ratio=0.5, fill={BLUE})]), "
                + CORRUPTED.format('', '')
            ),
            'gives lost pixels several looks',
        ),
    ],
)
def test_what_cannot_be_told_is_refused(tiny_config, flowers, tmp_path, extra, message):
    config = tiny_config(extra.replace('ROOT', str(flowers)))
    cfg = Config.fromfile(config)
    generator = MODELS.build(cfg.model.generator)
    torch.save(dict(state_dict=generator.state_dict()), tmp_path / 'epoch_1.pth')
    with pytest.raises(InputError, match=message):
        Restorer(config, tmp_path / 'epoch_1.pth', device='cpu')


def test_a_preprocessor_beside_the_model_is_its_own(tmp_path):
    """As MMEngine's runner takes it."""
    (tmp_path / 'beside.py').write_text("model = dict(type='SSRGAN')\ndata_preprocessor = dict(mean=[0.0] * 3)\n")
    assert read_config(tmp_path / 'beside.py', parts=['model']).model.data_preprocessor.mean == [0.0] * 3
