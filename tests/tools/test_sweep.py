"""tools/sweep.py over a small network and data set."""
import json
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / 'tools' / 'sweep.py'


@pytest.fixture
def sweep(flowers, run, tmp_path):
    options = [f'{loader}.{option}' for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader')
               for option in (f'dataset.data_root={flowers}', 'batch_size=4', 'num_workers=1')]
    options += ['model.generator.mid_channels=8', 'model.generator.num_blocks=1', 'model.generator.upscale_factor=1',
                'model.discriminator.channels=8,8,8,8', 'default_hooks.logger.interval=1']

    def sweep(*arguments):
        return run(TOOL, '--out', tmp_path / 'out', '--epochs', '1', *arguments, '--cfg-options', *options)

    return sweep


def test_failing_run_stops_no_other_and_finished_runs_are_kept(sweep, tmp_path):
    # The data are not laid out as Pet's are.
    done = sweep('--datasets', 'pet', 'flower', '--ratios', '30')
    assert done.returncode == 1
    assert '1 of 2 runs failed: ssrgan_pet_p30 (see ' in done.stderr.splitlines()[-1]
    log = tmp_path / 'out' / 'ssrgan_flower_p30' / 'train.log'
    size = log.stat().st_size

    done = sweep('--datasets', 'flower', '--ratios', '30', '50')
    assert done.returncode == 0, done.stderr
    assert log.stat().st_size == size, 'a finished run is not run again'

    results = json.loads((tmp_path / 'out' / 'results.json').read_text())
    assert list(results) == ['ssrgan_flower_p30', 'ssrgan_flower_p50']
    for ratio, name in ((0.3, 'ssrgan_flower_p30'), (0.5, 'ssrgan_flower_p50')):
        one = results[name]
        assert (one['ratio'], one['epochs'], one['batch'], one['seed']) == (ratio, 1, 4, 0)
        assert {'date', 'hardware', 'versions'} <= set(one)
        assert one['nmse'] == {'1': pytest.approx(one['test']['NMSE'], rel=1e-4)}
        assert sorted(one['losses']) == ['1', '2']
    table = (tmp_path / 'out' / 'results.md').read_text().splitlines()
    assert len(table) == 4 and all(line.count('|') == table[0].count('|') for line in table)
    assert 'not prepared here' in table[2]
