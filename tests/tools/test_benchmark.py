"""tools/benchmark.py on a small network and data set."""

import re
from pathlib import Path

TOOL = Path(__file__).parents[2] / 'tools' / 'benchmark.py'


def test_data_compares_the_loader_with_the_step(tiny_config, run, tmp_path):
    done = run(TOOL, 'data', '--config', tiny_config(), '--work-dir', tmp_path / 'work', '--batches', '4')
    assert done.returncode == 0, done.stderr[-3000:]
    loader, step, times = (
        float(number)
        for number in re.search(
            r'loader, 1 workers: (\d+) images/s\ntraining step, batches of 4: ([\d.]+) images/s\n'
            r'the loader delivers ([\d.]+) times',
            done.stdout,
        ).groups()
    )
    assert loader > 0 and step > 0
    assert abs(times - loader / step) <= 0.1 + 0.02 * times


def test_eval_shares_add_up(tiny_config, run, tmp_path):
    done = run(TOOL, 'eval', '--config', tiny_config(), '--work-dir', tmp_path / 'work', '--images', '4')
    assert done.returncode == 0, done.stderr[-3000:]
    shares = dict(re.findall(r'^(\S.*?\S) +[\d.]+ ms an image +([\d.]+)%$', done.stdout, re.M))
    assert {'generator', 'metric NMSE', 'metric PSNR', 'metric SSIM', 'loading, conversions, rest'} <= set(shares)
    assert abs(sum(map(float, shares.values())) - 100) < 0.5
