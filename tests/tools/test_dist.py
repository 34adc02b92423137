"""dist_train.sh, dist_test.sh and slurm_train.sh run for real: two processes, without a GPU."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.runner import CheckpointLoader

from ssrgan_plugin.restoration.restorer import Restorer
from ssrgan_plugin.toolbox.mmagic_scripts import tools_dir

REPO = Path(__file__).parents[2]
TOOLS = REPO / 'tools'
numpy_1 = pytest.mark.skipif(np.__version__ >= '2', reason="MMagic's own scripts stop at NumPy 2")

# What each process holds at the end, which a run itself stores for the first process only.
DUMP = """
import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmagic.registry import HOOKS

@HOOKS.register_module()
class DumpHook(Hook):
    priority = 'VERY_LOW'
    def after_train_epoch(self, runner):
        torch.save(runner.model.state_dict(), f'{runner.work_dir}/rank{get_rank()}.pt')
    def before_train_iter(self, runner, batch_idx, data_batch=None):
        torch.save([s.mask for s in data_batch['data_samples']], f'{runner.work_dir}/masks{get_rank()}.pt')
"""


@pytest.fixture
def dumping_config(tiny_config, tmp_path):
    (tmp_path / 'dump_hook.py').write_text(DUMP)
    return tiny_config("""
custom_imports = dict(imports=['ssrgan_plugin.registration', 'dump_hook'], allow_failed_imports=False)
custom_hooks = [dict(type='EpochSeedHook'), dict(type='UnwrappedCheckpointHook'), dict(type='CheckpointMatchHook'),
                dict(type='SyncBuffersHook'), dict(type='DumpHook')]
""")


def test_two_processes(dumping_config, run, tmp_path, port):
    done = run('bash', TOOLS / 'dist_train.sh', dumping_config, 2, cwd=REPO, PORT=port, PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr[-3000:]
    work_dir = tmp_path / 'work'

    # Equal weights and statistics on both processes; different images and masks.
    states = [torch.load(work_dir / f'rank{rank}.pt') for rank in (0, 1)]
    assert states[0].keys() == states[1].keys() and len(states[0]) > 20
    assert [key for key in states[0] if not torch.equal(states[0][key], states[1][key])] == []
    masks = [torch.load(work_dir / f'masks{rank}.pt') for rank in (0, 1)]
    assert len(masks[0]) == len(masks[1]) == 2, 'four images a step in all'
    assert not any(torch.equal(a, b) for a in masks[0] for b in masks[1])

    # The checkpoint serves one process as well.
    weights = CheckpointLoader.load_checkpoint(str(work_dir / 'epoch_2.pth'), 'cpu', 'silent')['state_dict']
    assert not any('.module.' in key for key in weights)
    alone = run(
        TOOLS / 'test.py',
        dumping_config,
        work_dir / 'epoch_2.pth',
        '--out',
        tmp_path / 'alone.json',
        PYTHONPATH=str(tmp_path),
    )
    assert alone.returncode == 0, alone.stderr[-3000:]
    together = run(
        'bash',
        TOOLS / 'dist_test.sh',
        dumping_config,
        work_dir / 'epoch_2.pth',
        2,
        '--out',
        tmp_path / 'together.json',
        PORT=port,
        PYTHONPATH=str(tmp_path),
    )
    assert together.returncode == 0, together.stderr[-3000:]
    alone, together = (json.loads((tmp_path / f'{name}.json').read_text()) for name in ('alone', 'together'))
    assert together['NMSE'] == pytest.approx(alone['NMSE'], rel=1e-5)

    # Two processes resume as if they had never stopped.
    def train(epochs, *options):
        done = run(
            'bash',
            TOOLS / 'dist_train.sh',
            dumping_config,
            2,
            *options,
            '--cfg-options',
            f'train_cfg.max_epochs={epochs}',
            PORT=port,
            PYTHONPATH=str(tmp_path),
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return torch.load(work_dir / 'rank1.pt')

    resumed = train(3, '--resume')
    shutil.rmtree(work_dir)
    whole = train(3)
    assert [key for key in whole if not torch.equal(resumed[key], whole[key])] == []


def test_mask_aware_generator_on_two_processes(flowers, run, tmp_path, port):
    """By iterations, from data sets without end: its checkpoint restores, and resumes in one process."""
    config = tmp_path / 'mask_aware.py'
    config.write_text(f"""
_base_ = {os.path.relpath(REPO / 'configs' / 'ssrgan_mask_aware_all.py', tmp_path)!r}
model = dict(generator=dict(mid_channels=8, num_blocks=1))
train_dataloader = dict(batch_size=4, dataset=dict(_delete_=True, type='CorruptedImageDataset',
    data_root={str(flowers)!r}, data_prefix=dict(gt='jpg'), ann_file='train.txt', corruption=dict(ratio=(0.1, 0.9)),
    pipeline={{{{_base_.small}}}}))
val_dataloader = val_cfg = val_evaluator = None
train_cfg = dict(max_iters=2)
default_hooks = dict(checkpoint=dict(interval=2, save_best=None), logger=dict(interval=1))
work_dir = {str(tmp_path / 'work')!r}
""")
    done = run('bash', TOOLS / 'dist_train.sh', config, 2, PORT=port)
    assert done.returncode == 0, done.stderr[-3000:]
    Restorer(config, tmp_path / 'work' / 'iter_2.pth', device='cpu')
    done = run(TOOLS / 'train.py', config, '--resume', '--cfg-options', 'train_cfg.max_iters=4')
    assert done.returncode == 0 and (tmp_path / 'work' / 'iter_4.pth').exists(), done.stderr[-3000:]


@numpy_1
def test_mmagics_own_dist_train_from_elsewhere(tiny_config, run, tmp_path, port):
    (tmp_path / 'elsewhere').mkdir()
    done = run(
        'bash',
        tools_dir() / 'dist_train.sh',
        tiny_config('train_cfg = dict(max_epochs=1)'),
        2,
        '--work-dir',
        'out',
        cwd=tmp_path / 'elsewhere',
        PORT=port,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / 'elsewhere' / 'out' / 'epoch_1.pth').exists()


def test_two_machines(tiny_config, run, tmp_path, port):
    """Two "machines" on loopback, one process each, as NNODES and NODE_RANK name them."""
    from concurrent.futures import ThreadPoolExecutor

    config = tiny_config('train_cfg = dict(max_epochs=1)')

    def machine(rank):
        return run(
            'bash',
            TOOLS / 'dist_train.sh',
            config,
            1,
            NNODES='2',
            NODE_RANK=str(rank),
            MASTER_ADDR='127.0.0.1',
            PORT=port,
        )

    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(machine, (0, 1)))
    assert [done.returncode for done in runs] == [0, 0], runs[0].stderr[-3000:]
    assert (tmp_path / 'work' / 'epoch_1.pth').exists()


def test_processes_that_do_not_divide_the_batch(tiny_config, run, port):
    config = tiny_config("train_dataloader['batch_size'] = 5")
    done = run('bash', TOOLS / 'dist_train.sh', config, 2, PORT=port)
    assert done.returncode != 0
    assert 'train.py: 2 processes do not divide the 5 images of a step' in done.stderr
    assert 'Traceback' not in done.stderr and 'ChildFailedError' not in done.stderr


def test_slurm_hands_over_to_srun(run, tmp_path):
    """With a stand-in for srun that only says what it was asked to run."""
    (tmp_path / 'srun').write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / 'srun').chmod(0o755)
    done = run(
        'bash',
        '-c',
        'PATH="$0:$PATH" GPUS=4 exec bash tools/slurm_train.sh gpu job configs/x.py out --amp',
        tmp_path,
        cwd=REPO,
    )
    assert done.returncode == 0, done.stderr
    assert '-p gpu --job-name=job' in done.stdout and '--ntasks=4' in done.stdout
    assert 'tools/train.py configs/x.py --work-dir=out --launcher=slurm --amp' in done.stdout


@pytest.mark.parametrize('script', ['dist_train.sh', 'dist_test.sh', 'slurm_train.sh'])
def test_usage(run, script):
    done = run('bash', TOOLS / script)
    assert done.returncode == 2 and done.stderr.startswith(f'usage: {script}')


def test_path_with_a_space_is_refused(run):
    """MMagic's script would split it."""
    done = run('bash', TOOLS / 'dist_train.sh', 'my config.py', 2)
    assert done.returncode == 1
    assert 'cannot take a space, as in "my config.py": rename the path' in done.stderr
