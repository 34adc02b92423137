"""A run that was stopped goes on; what it goes on from can harm nothing."""

import os
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.toolbox.work_dirs import claimed

REPO = Path(__file__).parents[2]
RUNS = count()


def train(flowers, work_dir, epochs=1, **options):
    cfg = Config.fromfile(REPO / 'configs/ssrgan_flower_p50.py')
    cfg.merge_from_dict(
        {
            'model.generator': dict(mid_channels=8, num_blocks=1, upscale_factor=1),
            'model.discriminator.channels': (8, 8, 8, 8),
            'train_cfg.max_epochs': epochs,
            'default_hooks.checkpoint': dict(max_keep_ckpts=3, save_best='NMSE'),
            'work_dir': str(work_dir),
            'experiment_name': f'resuming_{next(RUNS)}',
            'env_cfg.cudnn_benchmark': False,
            'custom_hooks': [hook for hook in cfg.custom_hooks if hook['type'] != 'FewImagesVisualizationHook'],
            'visualizer.vis_backends': [],
        }
    )
    cfg.merge_from_dict(options)
    if epochs is None:
        cfg.train_cfg = dict(type='IterBasedTrainLoop', max_iters=2, val_interval=2)
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        loader.update(batch_size=4, num_workers=0)
        loader.pop('worker_init_fn', None)
        loader.dataset.data_root = str(flowers)
    runner = Runner.from_cfg(cfg)
    runner.train()
    return runner


@pytest.fixture(scope='module')
def finished(flowers, tmp_path_factory):
    """A work dir of two epochs."""
    work_dir = tmp_path_factory.mktemp('runs') / 'finished'
    from mmengine.registry import init_default_scope

    init_default_scope('mmagic')
    train(flowers, work_dir, epochs=2)
    return work_dir


@pytest.fixture
def copied(finished, tmp_path):
    return Path(shutil.copytree(finished, tmp_path / 'copied'))


def weights(path):
    return torch.load(path, weights_only=False)['state_dict']


def test_last_checkpoint_is_a_name(finished):
    assert (finished / 'last_checkpoint').read_text() == 'epoch_2.pth'
    assert not list(finished.glob('*.unfinished'))


def test_copied_work_dir_goes_on_and_leaves_the_first_alone(flowers, finished, copied):
    best = [path.name for path in finished.glob('best_*')]
    assert len(best) == 1
    runner = train(flowers, copied, epochs=4, resume=True)
    assert [path.name for path in finished.glob('best_*')] == best
    assert runner.epoch == 4 and (copied / 'last_checkpoint').read_text() == 'epoch_4.pth'
    assert len(list(copied.glob('best_*'))) == 1
    assert Path(runner.message_hub.get_info('best_ckpt')).parent == copied


@pytest.mark.parametrize('spoil', ['removed', 'empty', 'wrong', 'damaged', 'cut'])
def test_goes_on_from_the_newest_that_can_be_read(flowers, copied, spoil):
    last, newest = copied / 'last_checkpoint', copied / 'epoch_2.pth'
    if spoil == 'removed':
        last.unlink()
    elif spoil in ('empty', 'wrong'):
        last.write_text('' if spoil == 'empty' else '/elsewhere/epoch_77.pth')
    else:
        content = bytearray(newest.read_bytes())
        content[len(content) // 2] ^= 64
        newest.write_bytes(content[: len(content) // 2] if spoil == 'cut' else content)
    runner = train(flowers, copied, epochs=3, resume=True, custom_hooks=[dict(type='EpochSeedHook')])
    begun = (copied / f'{runner.timestamp}' / f'{runner.timestamp}.log').read_text()
    assert f'resumed epoch: {1 if spoil in ("damaged", "cut") else 2},' in begun
    assert (copied / 'epoch_3.pth').exists()


def test_all_damaged(flowers, copied):
    for path in copied.glob('epoch_*.pth'):
        path.write_bytes(b'')
    with pytest.raises(InputError, match='no checkpoint in .*copied can be resumed from: name another --work-dir'):
        train(flowers, copied, epochs=3, resume=True)


def test_without_locks_a_work_dir_is_taken_as_it_is(tmp_path, monkeypatch):
    """As on Windows, which has none."""
    monkeypatch.setitem(sys.modules, 'fcntl', None)
    with claimed(tmp_path / 'new') as work_dir:
        assert work_dir.is_dir() and not list(work_dir.iterdir())


def test_nothing_there_begins_anew(flowers, tmp_path):
    assert train(flowers, tmp_path / 'new', resume=True).epoch == 1


def test_fresh_start_over_results_is_refused(flowers, copied):
    before = {path.name: path.read_bytes() for path in copied.glob('*.pth')}
    with pytest.raises(InputError, match=r'holds a training already \(epoch_2.pth\): go on with --resume'):
        train(flowers, copied)
    assert {path.name: path.read_bytes() for path in copied.glob('*.pth')} == before


def test_and_over_those_of_other_names_too(flowers, tmp_path):
    names = {'default_hooks.checkpoint.filename_tmpl': 'ours_{:03d}.pth', 'default_hooks.checkpoint.save_best': None}
    train(flowers, tmp_path, **names)
    with pytest.raises(InputError, match=r'holds a training already \(last_checkpoint\): go on with --resume'):
        train(flowers, tmp_path, **names)
    assert train(flowers, tmp_path, epochs=2, resume=True, **names).epoch == 2
    assert 'resumed epoch: 1,' in said(tmp_path) and (tmp_path / 'ours_002.pth').exists()


def test_work_dir_in_use_is_refused(flowers, tmp_path):
    code = f"""
from pathlib import Path
from ssrgan_plugin.toolbox.work_dirs import claimed
with claimed(Path({str(tmp_path)!r})):
    print('held', flush=True)
    input()
"""
    holder = subprocess.Popen(
        [sys.executable, '-c', code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ}, text=True
    )
    try:
        assert holder.stdout.readline() == 'held\n'
        with pytest.raises(InputError, match=rf'is in use by another training \(process {holder.pid}\)'):
            train(flowers, tmp_path)
    finally:
        holder.kill()
        holder.wait()
    train(flowers, tmp_path)


def test_leftovers_of_a_killed_run_go(flowers, copied):
    half, others = copied / f'.{1:032x}.unfinished', copied / 'novel.unfinished'
    half.write_bytes(b'half')
    others.mkdir()
    train(flowers, copied, epochs=3, resume=True)
    assert not half.exists() and others.is_dir()


def test_failing_save_loses_nothing(flowers, copied, monkeypatch):
    """A full disk while epoch 3 is saved, where only one checkpoint is to be kept."""

    def full(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('mmengine.fileio.LocalBackend.put', full)
    monkeypatch.setattr('mmengine.fileio.HardDiskBackend.put', full, raising=False)
    with pytest.raises(OSError, match='No space'):
        train(flowers, copied, epochs=3, resume=True, **{'default_hooks.checkpoint.max_keep_ckpts': 2})
    assert (copied / 'epoch_2.pth').exists() and (copied / 'epoch_1.pth').exists()
    assert not list(copied.glob('*.unfinished'))


@pytest.mark.parametrize('keep', [1, 2])
def test_old_checkpoints_go(flowers, tmp_path, keep):
    train(flowers, tmp_path, epochs=4, **{'default_hooks.checkpoint.max_keep_ckpts': keep})
    assert sorted(path.name for path in tmp_path.glob('epoch_*')) == [f'epoch_{n}.pth' for n in range(5 - keep, 5)]


def test_out_dir_of_stock_configs(flowers, tmp_path, monkeypatch):
    """MMagic's configs save below ./work_dirs, whatever --work-dir says."""
    monkeypatch.chdir(tmp_path)
    train(flowers, tmp_path / 'mine', **{'default_hooks.checkpoint.out_dir': './work_dirs'})
    assert (tmp_path / 'mine' / 'epoch_1.pth').exists() and not (tmp_path / 'work_dirs').exists()


def rewritten(path, change):
    state = torch.load(path, weights_only=False)
    change(state)
    torch.save(state, path)


@pytest.mark.parametrize('victim', ['precious.pth', 'best_precious.pth', 'folder', 'best_folder.pth'])
def test_best_checkpoint_elsewhere_is_never_deleted(flowers, copied, tmp_path, victim):
    target = tmp_path / victim
    target.mkdir() if 'folder' in victim else target.write_text('precious')

    def change(state):
        state['message_hub']['runtime_info'].update(best_ckpt=str(target), best_score=float('inf'))

    rewritten(copied / 'epoch_2.pth', change)
    train(flowers, copied, epochs=3, resume=True)
    assert target.exists()


def set_moment(state):
    state['optimizer']['generator']['state'][0]['exp_avg'] = torch.zeros(7)


@pytest.mark.parametrize(
    'change',
    [
        lambda state: state.pop('optimizer'),
        lambda state: state.pop('meta'),
        lambda state: state.pop('message_hub'),
        lambda state: state['meta'].update(epoch='three'),
        lambda state: state['meta'].update(iter=-1),
        lambda state: state['meta'].update(seed=[]),
        lambda state: state['message_hub'].pop('log_scalars'),
        lambda state: state['message_hub']['runtime_info'].update(keep_ckpt_ids=['../../x']),
        set_moment,
        lambda state: state['optimizer']['generator']['param_groups'][0].update(lr='fast'),
        lambda state: state['optimizer']['generator']['param_groups'][0].update(lr=float('nan')),
        lambda state: state['optimizer']['generator']['param_groups'][0].update(betas=(0.9,)),
        lambda state: state['optimizer']['generator']['param_groups'][0].update(betas=(0.9, 'slow')),
        lambda state: state['optimizer']['generator']['state'].clear(),
        lambda state: state['optimizer']['generator']['state'][0].pop('exp_avg'),
        lambda state: state['optimizer']['generator']['state'][0].update(exp_avg='text'),
        lambda state: state['message_hub']['resumed_keys'].update({'train/loss': 'text'}),
        lambda state: state['message_hub']['runtime_info'].update(best_score='text'),
        lambda state: state['message_hub']['runtime_info'].update(best_score=float('nan')),
        lambda state: state['optimizer'].pop('discriminator'),
        lambda state: state['param_schedulers']['generator'][0].update(step=3),
        lambda state: state['param_schedulers'].pop('generator'),
    ],
)
def test_odd_training_states_are_refused(flowers, copied, change):
    for path in copied.glob('epoch_*.pth'):
        rewritten(path, change)
    with pytest.raises(InputError, match='resumed from'):
        train(flowers, copied, epochs=3, resume=True)


def said(work_dir):
    """All that the newest run in a work dir has logged."""
    return max(work_dir.glob('*/*.log'), key=lambda path: path.stat().st_mtime_ns).read_text()


@pytest.mark.parametrize('start', ['epoch_2.pth', 'best_*'], ids=['training state', 'weights alone'])
def test_load_from_is_where_a_fresh_run_begins(flowers, finished, tmp_path, start):
    """One command begins a fine-tuning, and goes on with it."""
    load_from, work_dir = next(finished.glob(start)), tmp_path / 'tuned'
    untrained = {'optim_wrapper.generator.optimizer.lr': 0.0, 'optim_wrapper.discriminator.optimizer.lr': 0.0}
    assert train(flowers, work_dir, resume=True, load_from=str(load_from), **untrained).epoch == 1
    assert f'holds no checkpoint: begins anew with the weights of load_from={str(load_from)!r}' in said(work_dir)
    assert torch.equal(weights(work_dir / 'epoch_1.pth')['generator.head.0.weight'],
                       weights(load_from)['generator.head.0.weight'])  # fmt: skip

    assert train(flowers, work_dir, epochs=3, resume=True, load_from=str(load_from)).epoch == 3
    assert f'epoch_1.pth, not from load_from={str(load_from)!r}' in said(work_dir)
    assert 'resumed epoch: 1,' in said(work_dir)


def test_load_from_within_the_work_dir_is_where_to_go_on(flowers, copied, monkeypatch):
    monkeypatch.chdir(copied.parent)
    train(flowers, copied, epochs=2, resume=True, load_from='copied/epoch_1.pth')
    assert 'resumed epoch: 1,' in said(copied)


def test_damaged_work_dir_is_told_whatever_load_from_is(flowers, finished, copied):
    for path in copied.glob('epoch_*.pth'):
        path.write_bytes(b'')
    with pytest.raises(InputError, match='no checkpoint in .*copied can be resumed from'):
        train(flowers, copied, epochs=3, resume=True, load_from=str(finished / 'epoch_2.pth'))


BY_ITERATIONS = {
    'default_hooks.checkpoint.by_epoch': False,
    'default_hooks.checkpoint.interval': 2,
    'log_processor.by_epoch': False,
}


def test_kill_before_validation_by_iterations(flowers, tmp_path, monkeypatch):
    """The run that goes on knows that what it goes on from was the best."""

    def killed(self):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr('mmagic.engine.runner.MultiValLoop.run', killed)
        train(flowers, tmp_path, None, **BY_ITERATIONS)
    assert (tmp_path / 'iter_2.pth').exists() and not list(tmp_path.glob('best_*'))
    train(flowers, tmp_path, None, resume=True, **BY_ITERATIONS)
    assert [path.name for path in tmp_path.glob('best_*')] == ['best_NMSE_iter_2.pth']


@pytest.mark.parametrize('metrics', ['NMSE', ['NMSE', 'PSNR']], ids=str)
def test_kill_while_a_better_one_is_saved_leaves_the_best(flowers, tmp_path, monkeypatch, metrics):
    scores, save, options = (
        iter([0.5, 0.4, 0.4]),
        Runner.save_checkpoint,
        {'default_hooks.checkpoint.save_best': metrics},
    )

    def killed(self, out_dir, filename, *args, **kwargs):
        if filename == 'best_NMSE_epoch_2.pth':
            raise KeyboardInterrupt
        save(self, out_dir, filename, *args, **kwargs)

    monkeypatch.setattr('ssrgan_plugin.metrics.NMSE.compute_metrics', lambda *_: dict(NMSE=next(scores)))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Runner, 'save_checkpoint', killed)
        train(flowers, tmp_path, epochs=2, **options)
    assert [path.name for path in tmp_path.glob('best_NMSE*')] == ['best_NMSE_epoch_1.pth']
    train(flowers, tmp_path, epochs=2, resume=True, **options)
    assert [path.name for path in tmp_path.glob('best_NMSE*')] == ['best_NMSE_epoch_2.pth']
    assert len(list(tmp_path.glob('best_PSNR*'))) == (metrics != 'NMSE')


@pytest.mark.parametrize('turns', [dict(disc_steps=3), dict(disc_init_steps=3)])
def test_generator_takes_its_turns_as_if_never_stopped(flowers, tmp_path, turns):
    options = {f'model.train_cfg.{key}': value for key, value in turns.items()}
    train(flowers, tmp_path / 'whole', epochs=2, **options)
    train(flowers, tmp_path / 'stopped', epochs=1, **options)
    train(flowers, tmp_path / 'stopped', epochs=2, resume=True, **options)
    whole, resumed = (weights(tmp_path / name / 'epoch_2.pth') for name in ('whole', 'stopped'))
    assert all(torch.equal(whole[key], resumed[key]) for key in whole)


def test_best_checkpoint_is_none_to_resume_from(flowers, finished, tmp_path):
    """It has no optimizer's state, without which training would go on otherwise than before."""
    best = shutil.copy(next(finished.glob('best_*')), tmp_path)
    with pytest.raises(InputError, match='holds no training state.*take its weights alone, as load_from without'):
        train(flowers, tmp_path, resume=True, load_from=str(best))
    train(flowers, tmp_path / 'tuned', load_from=str(best))
