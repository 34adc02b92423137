"""tools/benchmark.py on a small network and data set."""

import re
from pathlib import Path

TOOL = Path(__file__).parents[2] / 'tools' / 'benchmark.py'


def test_data_compares_the_loader_with_the_step(tiny_config, door, tmp_path):
    done = door(TOOL, 'data', '--config', tiny_config(), '--work-dir', tmp_path / 'work', '--batches', '4')
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
    rounding = 0.5 / loader + 0.005 / step
    assert abs(times - loader / step) <= 0.1 + rounding * times


def test_eval_shares_add_up(tiny_config, door, tmp_path):
    done = door(TOOL, 'eval', '--config', tiny_config(), '--work-dir', tmp_path / 'work', '--images', '4')
    assert done.returncode == 0, done.stderr[-3000:]
    shares = dict(re.findall(r'^(\S.*?\S) +[\d.]+ ms an image +([\d.]+)%$', done.stdout, re.M))
    assert {'generator', 'metric NMSE', 'metric PSNR', 'metric SSIM', 'loading, conversions, rest'} <= set(shares)
    assert abs(sum(map(float, shares.values())) - 100) < 0.5


def test_train_tells_the_step_from_the_runner(tiny_config, door, tmp_path):
    config = tiny_config()
    done = door(TOOL, 'train', '--config', config, '--work-dir', tmp_path / 'work', '--steps', '2', '--rounds', '1',
               '--against-plain')  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert re.search(r'matrix peak: float32 [\d,]+ GFLOP/s, bfloat16 [\d,]+ GFLOP/s', done.stdout)
    for variant in ('fast', 'plain'):
        bare, runner, gflop = map(
            float,
            re.search(
                rf'^{variant}: bare step ([\d.]+) images/s, Runner ([\d.]+) images/s; ([\d.]+) GFLOP each',
                done.stdout,
                re.M,
            ).groups(),
        )
        assert bare > 0 and runner > 0 and gflop > 0
    for shares in re.findall(r'^  (.*%)$', done.stdout, re.M):
        assert 'convolution, backward' in shares
        assert abs(sum(map(float, re.findall(r'(\d+)%', shares))) - 100) < 6  # each is rounded
    assert re.search(r'fast / plain: [\d.]+ bare, [\d.]+ in the Runner; losses of 2 steps differ by at most 0.0%',
                     done.stdout)  # fmt: skip
