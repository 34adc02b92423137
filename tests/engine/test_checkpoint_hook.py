import logging
from types import SimpleNamespace

import pytest
from mmagic.registry import HOOKS
from mmengine.config import Config

from ssrgan_plugin.errors import InputError


def build(**kwargs):
    return HOOKS.build(dict(type='CheckpointHook', interval=1, **kwargs))


@pytest.mark.parametrize(
    'metric, rule',
    [
        ('NMSE', 'less'),
        ('NMSE_dB', 'less'),
        ('corrupted/NMSE', 'less'),
        ('MSE', 'less'),
        ('MAE', 'less'),
        ('PSNR', 'greater'),
        ('Set5/SSIM', 'greater'),
        ('accuracy/top1', 'greater'),
    ],
)
def test_direction_is_inferred(metric, rule):
    assert build(save_best=metric).rules == [rule]
    assert build(save_best=metric, rule=rule).rules == [rule]


def test_several_metrics_have_each_its_own():
    assert build(save_best=['PSNR', 'NMSE']).rules == ['greater', 'less']
    assert build(save_best=['PSNR', 'Mine'], rule=['greater', 'less']).rules == ['greater', 'less']
    with pytest.raises(InputError, match="save_best='NMSE' with rule='greater' would keep the worst"):
        build(save_best=['PSNR', 'NMSE'], rule='greater')


def test_inherited_wrong_rule_is_refused():
    with pytest.raises(InputError, match="save_best='PSNR' with rule='less' would keep the worst checkpoint: set rule"):
        build(save_best='PSNR', rule='less')


def test_unknown_metric_needs_a_rule():
    with pytest.raises(InputError, match='whether a greater or a less Beauty is better is unknown: set .*rule'):
        build(save_best='Beauty')
    assert build(save_best='Beauty', rule='greater').rules == ['greater']
    assert build(save_best='Beauty', greater_keys=['Beauty']).rules == ['greater']


def test_first_metric_by_default_of_auto():
    hook = build(save_best='auto')
    hook._init_rule(hook.rules, ['PSNR'])
    assert hook.rules == ['greater']
    hook = build(save_best='auto', rule='less')
    with pytest.raises(InputError, match='would keep the worst'):
        hook._init_rule(hook.rules, ['PSNR'])


def test_metric_that_validation_does_not_measure():
    with pytest.raises(InputError, match='validation measures NMSE, PSNR, not SSIM: add it to val_evaluator.metrics'):
        build(save_best='SSIM').after_val_epoch(None, dict(NMSE=0.1, PSNR=20))


@pytest.mark.parametrize('validation, warned', [('test.txt', True), ('val.txt', False)])
def test_choice_by_test_images_is_warned_of(validation, warned, tmp_path, caplog):
    def loader(ann_file, **kwargs):
        return dict(dataset=dict(type='CorruptedImageDataset', data_root='data', ann_file=ann_file, **kwargs))

    runner = SimpleNamespace(
        cfg=Config(dict(val_dataloader=loader(validation, max_images=2), test_dataloader=loader('test.txt'))),
        work_dir=str(tmp_path),
        logger=logging.getLogger('run'),
        message_hub=SimpleNamespace(runtime_info={}),
    )
    build(save_best='NMSE').before_train(runner)
    assert ('by test images' in caplog.text) == warned
    caplog.clear()
    build().before_train(runner)
    assert 'by test images' not in caplog.text
