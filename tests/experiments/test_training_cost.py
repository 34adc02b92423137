from pathlib import Path

import pytest
from mmengine.config import Config

from ssrgan_plugin.experiments.training_cost import Amount, Price, amount, measure_price

TOOL = Path(__file__).parents[2] / 'tools' / 'sweep.py'


def test_amount_of_the_papers_runs():
    """15 whole batches of 64 of Flower102's 1,020 images, 256 test images after each of 100 epochs, then all."""
    flower = amount(1020, 256, 6149, epochs=100, batch=64)
    assert flower == Amount(100 * 15 * 64, 25_600 + 6149)
    assert flower + amount(64, 2, 3, epochs=1, batch=64) == Amount(96_064, 31_754)


def test_price_of_images():
    cost = Price(train_flop=4.0, train_seconds=3.0, test_flop=1.0, test_seconds=0.5).of(Amount(1200, 7200))
    assert cost.flop == 1200 * 4 + 7200 and cost.hours == pytest.approx(2)


@pytest.mark.parametrize('side', [32, 64])
def test_flop_are_those_of_the_layers(tiny_config, side):
    """Two a multiplication; a step runs the generator thrice over (forward, two gradients), but the first layer."""
    cfg = Config.fromfile(tiny_config())
    price = measure_price(cfg, side, 32, amp=False)
    # Convolutions 9x9 (3 to 8), five of 3x3 (8 to 8; residual, skip, two stages of factor 1), 9x9 (8 to 3).
    head, body, tail = 81 * 3 * 8, 5 * 9 * 8 * 8, 81 * 8 * 3
    assert price.test_flop == 2 * 32**2 * (head + body + tail)
    generator = 2 * side**2 * (3 * (head + body + tail) - head)
    # 3x3 convolutions of the discriminator's four blocks, at full, half, half and a quarter of the side; 1x1; 4x4.
    layers = [9 * 3 * 8, 9 * 64 / 4, 9 * 64 / 4, 9 * 64 / 16, 8 * 32 / 16, 16 * 32 * 3 / 16]
    forward = 2 * side**2 * sum(layers)
    judged_by_generator = 2 * forward
    trained = 2 * (3 * forward - 2 * side**2 * layers[0])
    assert price.train_flop == pytest.approx(generator + judged_by_generator + trained, rel=1e-6)
    assert price.train_seconds > 0 and price.test_seconds > 0


OPTIONS = ('--estimate', '--cfg-options', 'model.generator.mid_channels=8', 'model.discriminator.channels=8,8,8,8')


def test_sweep_says_what_is_left_before_it_starts(door, tmp_path, monkeypatch):
    """The paper's numbers of images where no data are prepared; less of a run that is on its way."""

    def estimate(*options):
        done = door(TOOL, '--datasets', 'flower', 'pet', '--ratios', '30', '50', *options, *OPTIONS)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    monkeypatch.chdir(tmp_path)
    said = estimate('--crop', '32')
    assert said.startswith('4 runs: ')
    images = 2 * 100 * (15 + 57) * 64, 2 * (100 * 2 * 256 + 6149 + 3669)
    assert f'trains {images[0]:,} images' in said and f'evaluates {images[1]:,} of' in said
    assert not (tmp_path / 'work_dirs').exists()

    work_dir = tmp_path / 'work_dirs' / 'sweep' / 'ssrgan_pet_p50'
    work_dir.mkdir(parents=True)
    (work_dir / 'epoch_99.pth').touch()
    said = estimate('--crop', '32', '--val-images', '10', '--test-images', '100', '--gpus', '4')
    images = 100 * (15 + 15 + 57) * 64 + 57 * 64, 3 * 100 * 10 + 10 + 4 * 100
    assert f'trains {images[0]:,} images' in said and f'evaluates {images[1]:,} of' in said
    assert 'on 4 processes, each as fast as one here' in said


def test_model_that_cannot_be_trained(door, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = door(TOOL, *OPTIONS, 'model.generator.mid_channels=-1')
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    sentence = done.stderr.strip().splitlines()[-1]
    assert sentence.startswith('sweep.py: the model cannot be trained (') and sentence.endswith('check its options')
