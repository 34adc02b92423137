"""tools/train.py and tools/test.py run for real, as a user runs them."""

import json
import os
import re
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.runner import CheckpointLoader

from ssrgan_plugin.toolbox.mmagic_scripts import tools_dir

TOOLS = Path(__file__).parents[2] / 'tools'
numpy_1 = pytest.mark.skipif(np.__version__ >= '2', reason="MMagic's own scripts stop at NumPy 2")

# A hook that kills its own process at a bad moment, as a power cut would.
KILL = """
import os, signal
from mmengine.hooks import Hook
from mmagic.registry import HOOKS

@HOOKS.register_module()
class KillHook(Hook):
    saves = 0

    def kill(self, moment):
        if os.environ.get('KILL') == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if runner.epoch == 2 and batch_idx == 0:
            self.kill('training')

    def before_val_epoch(self, runner):
        if runner.epoch == 2:
            self.kill('validation')

    def before_save_checkpoint(self, runner, checkpoint):
        if runner.epoch == 2:  # the third epoch's: it counts up afterwards
            self.kill('saving')
"""


def checkpoint(path):
    return CheckpointLoader.load_checkpoint(str(path), map_location='cpu', logger='silent')


def assert_equal(a, b, where=''):
    assert type(a) is type(b), where
    if isinstance(a, dict):
        assert a.keys() == b.keys(), where
        for key in a:
            assert_equal(a[key], b[key], f'{where}.{key}')
    elif isinstance(a, (list, tuple)):
        assert len(a) == len(b), where
        for i, pair in enumerate(zip(a, b)):
            assert_equal(*pair, f'{where}.{i}')
    elif isinstance(a, torch.Tensor):
        assert torch.equal(a, b), where
    else:
        assert a == b, where


def val_nmse(log: str):
    return [float(value) for value in re.findall(r'Epoch\(val\).*NMSE: ([\d.]+)', log)]


@pytest.fixture
def trained(tiny_config, run, tmp_path):
    config = tiny_config("""
train_cfg = dict(max_epochs=20)
default_hooks = dict(logger=dict(interval=1), checkpoint=dict(save_best='PSNR'))
optim_wrapper = dict(generator=dict(optimizer=dict(lr=2e-3)))
""")
    done = run(TOOLS / 'train.py', config, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    return config, done.stdout + done.stderr


def test_trains_evaluates_and_tests(trained, door, tmp_path):
    config, log = trained
    work_dir = tmp_path / 'work'
    errors = val_nmse(log)
    assert len(errors) == 20 and min(errors) < 0.6 * errors[0]

    # Checkpoints in the work dir that was asked for, the last and the best, and nothing elsewhere.
    last, best = checkpoint(work_dir / 'epoch_20.pth'), list(work_dir.glob('best_*.pth'))
    assert last['meta']['epoch'] == 20
    ratios = [float(value) for value in re.findall(r'Epoch\(val\).*PSNR: ([\d.]+)', log)]
    assert [path.name for path in best] == [f'best_PSNR_epoch_{1 + ratios.index(max(ratios))}.pth']
    assert 'save_best will choose a checkpoint by test images' in log
    assert sorted(path.name for path in work_dir.glob('epoch_*.pth')) == ['epoch_19.pth', 'epoch_20.pth']
    assert not (tmp_path / 'work_dirs').exists()

    # TensorBoard scalars.
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(next(work_dir.glob('*/vis_data'))))
    events.Reload()
    assert {'NMSE', 'loss_pix', 'generator.lr'} <= set(events.Tags()['scalars'])

    # tools/test.py on the saved checkpoint: the same NMSE, all metrics, a few pictures.
    tested = door(
        TOOLS / 'test.py',
        config,
        work_dir / 'epoch_20.pth',
        '--out',
        tmp_path / 'metrics.json',
        '--work-dir',
        tmp_path / 'tested',
    )
    assert tested.returncode == 0, tested.stderr[-3000:]
    metrics = json.loads((tmp_path / 'metrics.json').read_text())
    assert metrics['NMSE'] == pytest.approx(errors[-1], abs=1e-4)
    assert {'NMSE', 'NMSE_dB', 'PSNR', 'SSIM'} <= set(metrics)
    assert 1 <= len(list((tmp_path / 'tested').rglob('*.png'))) <= 4

    mixed = door(TOOLS / 'test.py', config, work_dir / 'epoch_20.pth', '--amp', '--out', tmp_path / 'amp.json')
    assert mixed.returncode == 0, mixed.stderr[-3000:]
    in_bfloat16 = json.loads((tmp_path / 'amp.json').read_text())
    assert in_bfloat16['NMSE'] != metrics['NMSE'] and in_bfloat16['NMSE'] == pytest.approx(metrics['NMSE'], rel=0.02)


def test_killed_run_resumes_as_if_never_killed(tiny_config, run, door, tmp_path, monkeypatch):
    """Same epochs, learning rate, weights and optimizer state, to the bit."""
    (tmp_path / 'kill_hook.py').write_text(KILL)
    config = tiny_config("""
custom_imports = dict(imports=['ssrgan_plugin.registration', 'kill_hook'], allow_failed_imports=False)
custom_hooks = [dict(type='EpochSeedHook'), dict(type='CheckpointMatchHook'), dict(type='ValidateOnResumeHook'),
                dict(type='KillHook')]
param_scheduler = dict(step_size=2)
train_cfg = dict(max_epochs=4)
default_hooks = dict(logger=dict(interval=1), checkpoint=dict(save_best='NMSE'))
""")
    command = [TOOLS / 'train.py', config, '--work-dir']
    monkeypatch.syspath_prepend(tmp_path)
    whole = door(*command, tmp_path / 'whole')
    assert whole.returncode == 0, whole.stderr[-3000:]

    for moment in ('training', 'validation', 'saving'):
        work_dir = tmp_path / moment
        killed = run(*command, work_dir, PYTHONPATH=f'{tmp_path}:{os.environ.get("PYTHONPATH", "")}', KILL=moment)
        assert killed.returncode == -signal.SIGKILL
        assert (work_dir / 'last_checkpoint').read_text().endswith('epoch_2.pth')
        resumed = door(*command, work_dir, '--resume')
        assert resumed.returncode == 0, resumed.stderr[-3000:]
        assert 'resumed epoch: 2' in resumed.stdout + resumed.stderr

        a, b = (checkpoint(folder / 'epoch_4.pth') for folder in (tmp_path / 'whole', work_dir))
        assert (a['meta']['epoch'], a['meta']['iter']) == (b['meta']['epoch'], b['meta']['iter']) == (4, 8)
        for part in ('state_dict', 'optimizer', 'param_schedulers'):
            assert_equal(a[part], b[part], part)
        assert a['optimizer']['generator']['param_groups'][0]['lr'] == pytest.approx(2e-4 / 2)
        # The best epoch is the same, although one run was killed before it had validated its second.
        assert [[path.name for path in folder.glob('best_*')] for folder in (tmp_path / 'whole', work_dir)] == [
            [path.name for path in (tmp_path / 'whole').glob('best_*')]
        ] * 2


@numpy_1
def test_mmagics_own_train_py_from_elsewhere(tiny_config, run, tmp_path):
    (tmp_path / 'elsewhere').mkdir()
    done = run(
        tools_dir() / 'train.py',
        tiny_config('train_cfg = dict(max_epochs=1)'),
        '--work-dir',
        'out',
        '--amp',
        cwd=tmp_path / 'elsewhere',
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / 'elsewhere' / 'out' / 'epoch_1.pth').exists()


@pytest.mark.parametrize(
    'extra, options, culprit, cure',
    [
        ('', ['train_dataloader.dataset.corruption.ratio=1.5'], 'corruption ratio 1.5 is outside', 'such as 0.5'),
        (
            '',
            ['train_dataloader.dataset.data_root=/nowhere'],
            '/nowhere/train.txt does not exist',
            'prepare the data set',
        ),
        ('', ['train_dataloader.dataset.ann_file=broken.txt'], 'broken.jpg is truncated or no image', 'replace it'),
        ('', ['train_dataloader.dataset.corruption.ratio=abc'], 'corruption ratio abc is outside', 'such as 0.5'),
        ('', ['train_dataloader.dataset.indices=3'], '3 images fill no batch of 4', 'take more images'),
        (
            '',
            ['default_hooks.checkpoint.save_best=PSNR', 'default_hooks.checkpoint.rule=less'],
            "save_best='PSNR' with rule='less' would keep the worst checkpoint",
            "set rule='greater'",
        ),
        ('', ['model.generator.in_channels=4'], 'takes (N, 4, H, W), got (4, 3, 128, 128)', 'set in_channels'),
    ],
    ids=['ratio', 'data root', 'broken image', 'text', 'few images', 'rule', 'channels'],
)
def test_bad_input_gets_one_sentence(tiny_config, flowers, door, tmp_path, extra, options, culprit, cure):
    whole = (flowers / 'jpg' / 'image_00000.jpg').read_bytes()
    (flowers / 'jpg' / 'broken.jpg').write_bytes(whole[: len(whole) // 2])
    (flowers / 'broken.txt').write_text('broken.jpg\n' * 4)
    done = door(TOOLS / 'train.py', tiny_config(extra), '--cfg-options', *options)
    assert done.returncode == 1
    assert 'Traceback' not in done.stderr
    sentence = done.stderr.strip().splitlines()[-1]
    assert sentence.startswith('train.py: ') and culprit in sentence and cure in sentence
    assert not list(tmp_path.rglob('*.pth'))


@pytest.mark.parametrize(
    'extra, options, culprit',
    [
        ('x = (', [], 'SyntaxError'),
        ('x = nope', [], "NameError: name 'nope' is not defined"),
        ("model = dict(_delete_=True, type='Nope')", [], 'KeyError: Nope is not in the mmagic::model registry'),
        ('', ['model.generator.mid=3'], "got an unexpected keyword argument 'mid'"),
        ('', ['model.generator.mid_channels=wide'], 'TypeError'),
        ('', ['val_evaluator.metrics.0.type=Nope'], 'KeyError: Nope is not in the mmagic::metric registry'),
        ('', ['train_dataloader.batch_size=0'], 'batch_size should be a positive integer'),
        ('', ['optim_wrapper.generator.optimizer.lr=-1'], 'Invalid learning rate: -1'),
        ('', ['model'], 'ValueError'),
    ],
)
def test_mistakes_in_a_config_get_one_sentence(tiny_config, door, tmp_path, extra, options, culprit):
    done = door(TOOLS / 'train.py', tiny_config(extra), *(['--cfg-options', *options] if options else []))
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    sentence = done.stderr.strip().splitlines()[-1]
    assert sentence.startswith('train.py: cannot begin with this config') and culprit in sentence
    assert 'TRACEBACK=1' in sentence and len(sentence) < 500


def test_an_error_of_code_that_ran_keeps_its_traceback(tiny_config, door, monkeypatch):
    monkeypatch.setattr('ssrgan_plugin.models.ssrgan.SSRGAN.train_step', lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        door(TOOLS / 'train.py', tiny_config())


@pytest.mark.parametrize('out', ['results', 'results.txt', '.'])
def test_results_that_could_not_be_written_are_refused_before_the_test(tiny_config, door, out):
    done = door(TOOLS / 'test.py', tiny_config(), 'any.pth', '--out', out)
    assert done.returncode == 1 and f'--out {out} is no name for results: let it end in .json' in done.stderr


def test_checkpoint_of_another_architecture(tiny_config, door, tmp_path):
    from ssrgan_plugin.networks import SSRGANGenerator

    other = SSRGANGenerator(mid_channels=16, num_blocks=1, upscale_factor=1)
    torch.save({f'generator.{key}': value for key, value in other.state_dict().items()}, tmp_path / 'other.pth')
    done = door(TOOLS / 'test.py', tiny_config(), tmp_path / 'other.pth')
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    sentence = done.stderr.strip().splitlines()[-1]
    assert 'generator.head.0.weight is (16, 3, 9, 9)' in sentence and 'use the config it was trained with' in sentence


def test_missing_config_is_named(door):
    done = door(TOOLS / 'train.py', 'no_such_config.py')
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    sentence = done.stderr.strip().splitlines()[-1]
    assert sentence == 'train.py: no_such_config.py: No such file or directory: check the path'
    assert 'Warning' not in done.stderr
