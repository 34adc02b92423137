"""configs/mixing: the toolbox's other models on our data, by our metrics."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from mmagic.models.losses import perceptual_loss
from mmagic.registry import DATASETS, MODELS
from mmengine.config import Config
from mmengine.hub import get_config
from mmengine.runner import Runner

from ssrgan_plugin.classical_inpainting import METHODS, restore
from ssrgan_plugin.experiments.classical_methods import classical_errors
from ssrgan_plugin.nmse import nmse

CONFIGS = Path(__file__).parents[1] / 'configs'
NETWORKS = ('pconv', 'global_local', 'deepfillv1', 'deepfillv2', 'aotgan', 'ssrgan_inpaintor')
METRICS = {'NMSE', 'NMSE_dB', 'PSNR', 'SSIM', 'corrupted/NMSE', 'corrupted/PSNR', 'corrupted/SSIM'}


def load(path: Path, flowers, work_dir) -> Config:
    cfg = Config.fromfile(path)
    cfg.work_dir = str(work_dir)
    for split in ('train', 'val', 'test'):
        if cfg[f'{split}_dataloader']:
            cfg[f'{split}_dataloader'].merge(
                dict(batch_size=2, num_workers=0, dataset=dict(data_root=str(flowers), max_images=4))
            )
    return cfg


def results(runner: Runner, method: str) -> dict:
    """Runs ``runner.train`` or ``.test`` and returns the last metrics that its hooks were told."""
    told, call_hook = {}, runner.call_hook

    def listen(name, **kwargs):
        if name in ('after_val_epoch', 'after_test_epoch'):
            told.update(kwargs['metrics'])
        call_hook(name, **kwargs)

    runner.call_hook = listen
    getattr(runner, method)()
    return told


@pytest.mark.parametrize('name', NETWORKS)
def test_trains_evaluates_and_resumes(name, flowers, tmp_path):
    cfg = load(CONFIGS / f'mixing/{name}_flower_p50.py', flowers, tmp_path)
    if name == 'ssrgan_inpaintor':
        cfg.model.encdec.merge(dict(mid_channels=16, upscale_factor=1))  # a sixteenth of the time
    for split in ('train', 'val', 'test'):
        cfg[f'{split}_dataloader'].dataset.max_images = 2  # an iteration an epoch
    cfg.train_cfg.max_epochs = 1
    cfg.default_hooks.logger.interval = 1
    runner = Runner.from_cfg(cfg)
    assert math.isfinite(results(runner, 'train')['NMSE'])
    losses = {key: history.data[0] for key, history in runner.message_hub.log_scalars.items() if 'loss' in key}
    assert losses and all(np.isfinite(values).all() for values in losses.values())
    assert runner.iter == 1

    cfg.load_from = str(tmp_path / 'epoch_1.pth')
    tested = results(Runner.from_cfg(cfg), 'test')
    assert set(tested) == METRICS and all(math.isfinite(value) for value in tested.values())

    cfg.resume = True
    cfg.train_cfg.max_epochs = 2
    cfg.experiment_name = f'{name}_resumed'
    runner = Runner.from_cfg(cfg)
    results(runner, 'train')
    assert runner.iter == 2 and runner.epoch == 2


def test_aotgan_begins_where_it_can_learn():
    """Not where MMagic's initialisation leaves it: at tanh's ends, where no gradient passes."""
    cfg = Config.fromfile(CONFIGS / 'mixing/aotgan_flower_p50.py')
    ends = []
    for stock in (False, True):
        torch.manual_seed(0)
        if stock:
            del cfg.model['init_cfg']
        model = MODELS.build(cfg.model).eval()
        model.init_weights()
        with torch.no_grad():
            ends.append((model.generator(torch.rand(1, 4, 64, 64) * 2 - 1).abs() > 0.999).float().mean().item())
    assert ends[0] < 0.01 and ends[1] > 0.3


@pytest.mark.parametrize('method', METHODS)
def test_classical_methods_need_no_checkpoint(method, flowers, tmp_path):
    cfg = load(CONFIGS / f'mixing/{method}_flower_p50.py', flowers, tmp_path)
    runner = Runner.from_cfg(cfg)
    tested = results(runner, 'test')
    assert set(tested) == METRICS
    assert tested['NMSE'] < 0.1

    packed = runner.test_dataloader.dataset[0]
    restored = runner.model.test_step(dict(inputs=[packed['inputs']], data_samples=[packed['data_samples']]))[0]
    expected = restore(packed['inputs'].permute(1, 2, 0).numpy(), packed['data_samples'].mask[0].numpy() != 0, method)
    np.testing.assert_allclose(restored.output.pred_img.permute(1, 2, 0), expected, atol=1e-3)


def test_classical_methods_take_masks_of_channels(flowers, tmp_path):
    cfg = load(CONFIGS / 'mixing/telea_flower_p50.py', flowers, tmp_path)
    cfg.test_dataloader.dataset.corruption.by_channel = True
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    packed = dataset[0]
    image, original, mask = (
        each.permute(1, 2, 0).numpy()
        for each in (packed['inputs'], packed['data_samples'].gt_img, packed['data_samples'].mask)
    )
    expected = restore(image, mask != 0, 'telea')
    assert classical_errors(dataset, 0)[1] == nmse(expected, original)
    model = MODELS.build(cfg.model)
    restored = model.test_step(dict(inputs=[packed['inputs']], data_samples=[packed['data_samples']]))[0]
    np.testing.assert_allclose(restored.output.pred_img.permute(1, 2, 0), expected, atol=1e-3)


def test_srgan_has_the_original_networks():
    model = MODELS.build(Config.fromfile(CONFIGS / 'mixing/srgan_flower_p50.py').model)
    assert len(model.generator.trunk_net) == 16
    assert model.discriminator.__class__.__name__ == 'ModifiedVGG'
    assert model.generator(torch.zeros(1, 3, 32, 40)).shape == (1, 3, 32, 40)


@pytest.mark.parametrize('name', ['pconv', 'aotgan'])
def test_perceptual_loss_comes_back_with_one_override(name, monkeypatch):
    cfg = Config.fromfile(CONFIGS / f'mixing/{name}_flower_p50.py')
    assert MODELS.build(cfg.model).loss_percep(None, None) == (None, None)
    asked = []
    monkeypatch.setattr(perceptual_loss, 'PerceptualVGG', lambda **kwargs: asked.append(kwargs))  # no download here
    cfg.merge_from_dict({'model.loss_composed_percep.type': 'PerceptualLoss'})
    assert isinstance(MODELS.build(cfg.model).loss_percep, perceptual_loss.PerceptualLoss)
    assert asked[0]['pretrained'].startswith('torchvision://vgg')


STOCK_PIPELINE = [
    dict(type='LoadImageFromFile', key='gt'),
    dict(type='Resize', keys=['gt'], scale=(128, 128)),
    dict(type='RandomPixelCorruption', ratio=0.5),  # in place of LoadMask and GetMaskedImage
    dict(type='PackInputs'),
]


def test_our_corruption_in_a_stock_config(flowers, tmp_path):
    cfg = get_config('mmagic::partial_conv/pconv_stage1_8xb12_places-256x256.py')
    cfg.custom_imports = dict(imports=['ssrgan_plugin.registration'], allow_failed_imports=False)
    cfg.model.loss_composed_percep = None
    cfg.model.loss_out_percep = False
    cfg.train_dataloader = dict(
        batch_size=2,
        num_workers=0,
        sampler=dict(type='InfiniteSampler'),
        dataset=dict(
            type='BasicImageDataset',
            data_root=str(flowers),
            ann_file='train.txt',
            data_prefix=dict(gt='jpg'),
            pipeline=STOCK_PIPELINE,
        ),
    )
    cfg.val_dataloader = cfg.val_cfg = cfg.val_evaluator = None
    cfg.test_dataloader = cfg.test_cfg = cfg.test_evaluator = None
    cfg.train_cfg = dict(type='IterBasedTrainLoop', max_iters=2)
    cfg.default_hooks = dict(checkpoint=dict(type='CheckpointHook', interval=2, by_epoch=False))
    cfg.custom_hooks = []
    cfg.work_dir = str(tmp_path)
    Runner.from_cfg(cfg).train()
    assert (tmp_path / 'iter_2.pth').exists()


def test_our_metric_alone_in_a_config(flowers, tmp_path):
    """Model, data and corruption are MMagic's: a square hole; PConv without training leaves it wrong, and all else."""
    pipeline = [
        dict(type='LoadImageFromFile', key='gt'),
        dict(
            type='LoadMask',
            mask_mode='bbox',
            mask_config=dict(max_bbox_shape=64, max_bbox_delta=8, min_margin=8, img_shape=(128, 128)),
        ),
        dict(type='GetMaskedImage'),
        dict(type='PackInputs'),
    ]
    model = get_config('mmagic::partial_conv/pconv_stage1_8xb12_places-256x256.py').model
    model.loss_composed_percep, model.loss_out_percep = None, False
    cfg = Config(
        dict(
            custom_imports=dict(imports=['ssrgan_plugin.registration'], allow_failed_imports=False),
            default_scope='mmagic',
            model=model,
            work_dir=str(tmp_path),
            test_dataloader=dict(
                batch_size=1,
                num_workers=0,
                sampler=dict(type='DefaultSampler', shuffle=False),
                dataset=dict(
                    type='BasicImageDataset',
                    data_root=str(flowers),
                    ann_file='test.txt',
                    data_prefix=dict(gt='jpg'),
                    pipeline=pipeline,
                ),
            ),
            test_cfg=dict(type='MultiTestLoop'),
            test_evaluator=dict(type='Evaluator', metrics=[dict(type='NMSE')]),
        )
    )
    assert 0 < results(Runner.from_cfg(cfg), 'test')['NMSE'] < 10


def test_inferencers(flowers, tmp_path):
    inferencers = pytest.importorskip('mmagic.apis.inferencers.inpainting_inferencer', exc_type=ImportError)
    cfg = Config.fromfile(CONFIGS / 'ssrgan_flower_p50.py')
    cfg.model.generator.merge(dict(mid_channels=8, num_blocks=1, upscale_factor=1))
    model = MODELS.build(cfg.model)
    torch.save(dict(state_dict=model.state_dict(), meta={}), tmp_path / 'small.pth')
    inferencer = inferencers.InpaintingInferencer(cfg, str(tmp_path / 'small.pth'), device='cpu')
    image = flowers / 'jpg' / 'image_00000.jpg'
    mask = tmp_path / 'mask.png'
    import cv2

    cv2.imwrite(str(mask), 255 * (np.random.default_rng(0).random((128, 128)) < 0.5).astype(np.uint8))
    restored = inferencer(img=str(image), mask=str(mask), result_out_dir=str(tmp_path / 'restored.png'))
    first = cv2.imread(str(tmp_path / 'restored.png'))
    assert first.shape == (128, 128, 3) and restored is not None
    torch.save(dict(state_dict={key: 0 * value for key, value in model.state_dict().items()}), tmp_path / 'zero.pth')
    inferencer = inferencers.InpaintingInferencer(cfg, str(tmp_path / 'zero.pth'), device='cpu')
    inferencer(img=str(image), mask=str(mask), result_out_dir=str(tmp_path / 'grey.png'))
    grey = cv2.imread(str(tmp_path / 'grey.png'))
    assert np.ptp(grey) <= 1 and np.ptp(first) > 1, 'the checkpoint makes the picture: zero weights give mid-grey'
