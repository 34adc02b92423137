"""tools/benchmark.py on a small network and data set."""

import re
from pathlib import Path

import pytest
from PIL import Image

from ssrgan_plugin.datasets.sample_photograph_dataset import find_photograph
from ssrgan_plugin.experiments import benchmark

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


@pytest.mark.parametrize('name', ['ssrgan_flower_p50', 'corruption_finder'])
def test_amp_changes_wrappers_alone(name, monkeypatch, tmp_path):
    """Of one optimizer or several, and not what is in them."""
    taken = []
    monkeypatch.setitem(benchmark.KINDS, 'data', lambda cfg: taken.append(cfg.optim_wrapper.to_dict()))
    config = TOOL.parents[1] / 'configs' / f'{name}.py'
    for amp in (False, True):
        benchmark.benchmark('data', config, str(tmp_path), amp=amp)
    plain, mixed = taken
    for wrapper in [plain] if 'optimizer' in plain else [plain['generator'], plain['discriminator']]:
        assert wrapper['type'] == 'OptimWrapper'
        wrapper['type'] = 'AmpOptimWrapper'
    assert mixed == plain


def test_damage_tells_errors_beside_others(door, tmp_path):
    for name in ('astronaut', 'coffee'):
        photograph = Image.open(find_photograph(f'skimage/data/{name}.png')).crop((100, 100, 164, 164))
        photograph.save(tmp_path / f'{name}.png')
    arguments = ('damage', tmp_path, '--every', '1', '--crop', '48', '--kinds')
    done = door(TOOL, *arguments, 'hole8', 'corner20', 'pixels50', 'channels50', 'mosaic')
    assert done.returncode == 0, done.stderr[-3000:]
    assert 'mean of 2, 48×48' in done.stdout
    table = {line.split()[0]: line for line in done.stdout.splitlines()[1:]}
    assert list(table) == ['hole8', 'corner20', 'pixels50', 'channels50', 'mosaic']
    errors = {name: [float(each) for each in re.findall(r'\d\.\d{5}', line)] for name, line in table.items()}
    assert [len(each) for each in errors.values()] == [3, 3, 2, 1, len(errors['mosaic'])] and len(errors['mosaic']) >= 4
    assert errors['pixels50'][0] < errors['pixels50'][1] and errors['mosaic'][0] < errors['mosaic'][1]
    for kind, sentence in (
        ('hole40', 'a hole fits into 48×48 from 1 to 31 pixels'),
        ('mosaic8', 'mosaic8 is no kind of damage: name some such as hole8'),
        ('pixels0', 'a share is more than 0'),
    ):
        done = door(TOOL, *arguments, kind)
        assert done.returncode == 1 and sentence in done.stderr


def test_runtimes_side_by_side(door):
    done = door(TOOL, 'runtimes', '--sizes', '33', '16', '--rounds', '1')
    assert done.returncode == 0, done.stderr[-3000:]
    row = re.compile(r'^ +(\d+×\d+) +(\d+) +([\d.]+) ms +([\d.]+) ms +([\d.]+) +([\d.]+)$', re.M)
    rows = [match.groups() for match in row.finditer(done.stdout)]
    assert [row[:2] for row in rows] == [('33×33', '8'), ('33×33', '16'), ('16×16', '8'), ('16×16', '16')]
    for _, bits, light, torch, ratio, apart in rows:
        rounding = 0.05 / float(light) + 0.05 / float(torch) + 0.005 / float(ratio)
        assert float(light) / float(torch) == pytest.approx(float(ratio), rel=2 * rounding)
        assert float(apart) <= (1 if bits == '8' else 0.01)
