"""tools/sweep.py over a small network and data set."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tqdm import tqdm

from ssrgan_plugin.experiments.training_run import Budget, Run

TOOL = Path(__file__).parents[2] / 'tools' / 'sweep.py'


@pytest.fixture
def sweep(flowers, tmp_path):
    options = [
        f'{loader}.{option}'
        for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader')
        for option in (f'dataset.data_root={flowers}', 'batch_size=2', 'num_workers=1')
    ]
    options += [
        'model.generator.mid_channels=8',
        'model.generator.num_blocks=1',
        'model.generator.upscale_factor=1',
        'model.discriminator.channels=8,8,8,8',
        'default_hooks.logger.interval=1',
    ]

    def command(*arguments, epochs=3):
        return [
            str(TOOL),
            '--out',
            str(tmp_path / 'out'),
            *arguments,
            '--epochs',
            str(epochs),
            '--train-images',
            '4',
            '--test-images',
            '2',
            '--cfg-options',
            *options,
        ]

    return command


def test_killed_sweep_goes_on_and_a_failing_run_stops_no_other(sweep, door, tmp_path, flowers):
    work_dir = tmp_path / 'out' / 'ssrgan_flower_p30'
    process = subprocess.Popen(
        [sys.executable, *sweep('--datasets', 'flower', '--ratios', '30', '--crop', '64')], start_new_session=True
    )
    while not (work_dir / 'epoch_1.pth').exists():
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (work_dir / 'result.json').exists()

    # Pet's run fails: the data are not laid out as Pet's are.
    done = door(*sweep('--datasets', 'pet', 'flower', '--ratios', '30', '--crop', '64'))
    assert done.returncode == 1
    assert '1 of 2 runs failed: ssrgan_pet_p30: ' in done.stderr.splitlines()[-1]
    log = work_dir / 'train.log'
    assert 'resumed epoch: ' in log.read_text()

    results = json.loads((tmp_path / 'out' / 'results.json').read_text())
    assert list(results) == ['ssrgan_flower_p30']
    one = results['ssrgan_flower_p30']
    assert (one['ratio'], one['epochs'], one['batch'], one['seed']) == (0.3, 3, 2, 0)
    assert {'date', 'hardware', 'versions'} <= set(one)
    assert sorted(one['nmse']) == ['1', '2', '3']
    assert sorted(one['losses']) == ['1', '2', '3', '4', '5', '6'], 'two steps an epoch, over both parts of the run'
    assert 0 < one['test']['NMSE'] < 1
    assert one['classics']['corrupted'] == pytest.approx(0.3, abs=0.05)
    assert one['classics']['biharmonic'] < one['classics']['telea'] < 0.1
    table = (tmp_path / 'out' / 'results.md').read_text().splitlines()
    assert len(table) == 3 and all(line.count('|') == table[0].count('|') for line in table)
    assert '4 of all, not prepared here, crops of 64×64 | 2 of all, not prepared here' in table[2]

    # A log line that a kill cut short does no harm.
    with open(next(work_dir.glob('*/vis_data/scalars.json')), 'a') as file:
        file.write('{"lr": 0.0002, "loss_p')
    size = log.stat().st_size
    assert door(*sweep('--datasets', 'flower', '--ratios', '30', '--crop', '64')).returncode == 0
    assert log.stat().st_size == size, 'a finished run is not run again'
    fewer = door(*sweep('--datasets', 'flower', '--ratios', '30', '--crop', '64', epochs=2))
    assert fewer.returncode == 1 and 'was trained for more than 2 epochs: name another --out' in fewer.stderr
    other = door(*sweep('--datasets', 'flower', '--ratios', '30', '--crop', '32'))
    assert other.returncode == 1
    assert f'{work_dir} was begun with other settings than these (crop): name another --out' in other.stderr

    # Its data are others now, under the same names.
    listed = flowers / 'test.txt'
    before = listed.read_text()
    listed.write_text(before + before.splitlines()[0] + '\n')
    try:
        changed = door(*sweep('--datasets', 'flower', '--ratios', '30', '--crop', '64'))
    finally:
        listed.write_text(before)
    assert changed.returncode == 1 and 'other settings than these (data): name another --out' in changed.stderr


def test_progress_counts_trained_epochs_whether_or_not_they_were_validated(tmp_path):
    run = Run('flower', 30, tmp_path, Budget(3, dict(train=None, val=None, test=None), None, 1, False, {}))
    run.work_dir.mkdir()
    (run.work_dir / 'epoch_1.pth').touch()
    script = "from pathlib import Path; [Path(f'{n}.pth').touch() for n in ('epoch_2', 'epoch_3', 'best_NMSE_epoch_9')]"
    code = f'import os; os.chdir({str(run.work_dir)!r}); {script}'
    with tqdm(total=3, initial=run.trained_epochs()) as progress:
        run.call([sys.executable, '-c', code], 'train.log', progress)
        assert progress.n == 3
        run.call([sys.executable, '-c', ''], 'test.log', progress)
        assert progress.n == 3
