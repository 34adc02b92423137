"""The shipped network that finds lost values: the very file, in both runtimes, and what it is good for."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import pytest
from mmagic.registry import MODELS
from mmengine.config import Config
from skimage.data import astronaut, chelsea, coffee
from skimage.metrics import peak_signal_noise_ratio

from ssrgan_plugin import Restorer
from ssrgan_plugin.checkpoint_files import read_weights
from ssrgan_plugin.corruption import corrupt, random_mask, seeded_rng
from ssrgan_plugin.networks.state_dicts import check_match
from ssrgan_plugin.restoration import backends, torch_backend

CONFIG = Path(__file__).parents[1] / 'configs' / 'corruption_finder.py'
SHIPPED = torch_backend.SHIPPED_FINDER
PHOTOGRAPHS = dict(
    astronaut=astronaut()[100:356, 100:356], chelsea=chelsea()[20:276, 100:356], coffee=coffee()[100:356, 100:356]
)


@pytest.fixture(scope='module')
def restorer():
    return Restorer(device='cpu')


def test_the_very_file():
    digest = sha256(SHIPPED.read_bytes()).hexdigest()
    assert digest == 'b0b4867b67f1723e98106c0b319d7d63c623d95f988604053822dbfefac93c6c'
    card = (SHIPPED.parent / 'README.md').read_text()
    assert digest in card and sha256(backends.LIGHT_FINDER.read_bytes()).hexdigest() in card
    check_match(MODELS.build(Config.fromfile(CONFIG).model).state_dict(), read_weights(SHIPPED))


def test_log_is_shipped():
    assert 'found/f_score' in SHIPPED.with_suffix('.log').read_text()


def test_both_runtimes_find_the_same():
    """Else write it anew: ssrgan export corruption_finder.safetensors corruption_finder.onnx."""
    light, heavy = (backends.load_finder(backend=name) for name in backends.NAMES)
    assert light.network.facts['weights'] == sha256(SHIPPED.read_bytes()).hexdigest()
    assert onnx.load(backends.LIGHT_FINDER).graph.output[0].name == 'logits'
    for shape in ((1, 1, 3), (33, 50, 3), (64, 64, 1)):
        pixels = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
        assert np.abs(light(pixels) - heavy(pixels)).max() < 1e-4


@pytest.mark.parametrize('name', PHOTOGRAPHS)
@pytest.mark.parametrize('ratio', [0.1, 0.3, 0.5, 0.7])
def test_salt_and_pepper_as_with_the_true_mask(restorer, name, ratio):
    original = PHOTOGRAPHS[name]
    rng = seeded_rng(0, name)
    mask = random_mask(256, 256, ratio, rng)
    damaged = corrupt(original, mask, 'salt_and_pepper', rng)
    # A tenth of the error; of the astronaut's black suit more is found.
    distance = 1 if name == 'astronaut' else 0.45
    assert psnr(original, restorer(damaged)) > psnr(original, restorer(damaged, mask)) - distance


@pytest.mark.parametrize('channels, fill, ratio, decibels', [
    (3, 'salt_and_pepper', 0.1, 1.5), (3, 'salt_and_pepper', 0.5, 0.4), (1, 'uniform_noise', 0.1, 6.5)
])  # fmt: skip
def test_other_damage_beside_the_true_mask(restorer, channels, fill, ratio, decibels):
    """Further than it should be: the model card has the figures."""
    distances = []
    for name, original in PHOTOGRAPHS.items():
        rng = seeded_rng(0, name)
        mask = random_mask(256, 256, ratio, rng, channels)
        damaged = corrupt(original, mask, fill, rng)
        found = restorer(damaged)
        assert psnr(original, found) > psnr(original, damaged) + 8
        distances.append(psnr(original, restorer(damaged, mask)) - psnr(original, found))
    assert np.mean(distances) < decibels


@pytest.mark.filterwarnings('ignore:nothing that looks lost')
@pytest.mark.parametrize('name', PHOTOGRAPHS)
def test_intact_pictures_stay(restorer, name):
    original = PHOTOGRAPHS[name]
    restored = restorer(original)
    assert (restored != original).any(-1).mean() < 1e-3
    assert (restored == original).all() or psnr(original, restored) > 50


def psnr(original, restored):
    return peak_signal_noise_ratio(original, restored)
