"""The shipped weights: small, safe to load, and better than biharmonic inpainting on photographs they never saw."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from mmagic.registry import MODELS
from mmengine.config import Config
from PIL import Image

from ssrgan_plugin import Restorer
from ssrgan_plugin.checkpoint_files import read_weights
from ssrgan_plugin.classical_inpainting import restore
from ssrgan_plugin.corruption import random_mask, seeded_rng
from ssrgan_plugin.datasets.sample_photograph_dataset import find_photograph
from ssrgan_plugin.networks.state_dicts import check_match
from ssrgan_plugin.restoration.torch_backend import SHIPPED

CONFIG = Path(__file__).parents[1] / 'configs' / 'ssrgan_mask_aware_all.py'


def test_of_the_mask_aware_config():
    check_match(MODELS.build(Config.fromfile(CONFIG).model).state_dict(), read_weights(SHIPPED))


def test_the_very_file():
    """Its model card's figures are this file's."""
    digest = sha256(SHIPPED.read_bytes()).hexdigest()
    assert digest == '049bf73d368b76bf5a9da2f71e3ef82105feb8e2f60cfe50e7e19eadbe7044f6'
    assert digest in (SHIPPED.parent / 'README.md').read_text()


@pytest.fixture(scope='module')
def photographs():
    crops = []
    for name in (
        'sklearn/datasets/images/china.jpg',
        'sklearn/datasets/images/flower.jpg',
        'skimage/data/astronaut.png',
        'skimage/data/coffee.png',
        'skimage/data/camera.png',
    ):
        image = np.array(Image.open(find_photograph(name)).convert('RGB'))
        top, left = (image.shape[0] - 256) // 2, (image.shape[1] - 256) // 2
        crops.append((name, np.array(Image.fromarray(image[top : top + 256, left : left + 256]).resize((128, 128)))))
    return crops


@pytest.mark.parametrize('ratio, bar', [(0.1, 0.49), (0.3, 0.52), (0.5, 0.55), (0.7, 0.61), (0.8, 0.67), (0.95, 0.84)])
def test_beats_biharmonic_at_every_level(photographs, ratio, bar):
    """Mean over the photographs of the ratio of squared errors."""
    restorer, careful, ratios, ensembles = Restorer(device='cpu'), Restorer(device='cpu', self_ensemble=True), [], []
    for name, image in photographs:
        lost = random_mask(128, 128, ratio, seeded_rng(0, name))[..., 0] != 0
        ours, theirs = restorer(image, lost), restore(image, lost, 'biharmonic')
        assert np.array_equal(ours[~lost], image[~lost])
        ratios.append(squared_error(ours, image) / squared_error(theirs, image))
        ensembles.append(squared_error(careful(image, lost), image) / squared_error(theirs, image))
    print(ratio, np.round(ratios, 3), np.round(ensembles, 3))
    assert np.mean(ratios) <= bar
    assert np.mean(ensembles) < np.mean(ratios)


def squared_error(restored, image):
    return np.mean((restored.astype(float) - image) ** 2)


@pytest.mark.parametrize(
    'level, expected, most',
    [
        (30, '55fcbe6f7a288eb2080db1bb657947123cb111a8c4dcaa21706f236850df6a36', 0.012),
        (50, '31b0abefd26b8b55e72a45ca8845e45d406bab46c41ec454915c4f3a1840a33c', 0.015),
        (70, 'dc1fb203011b51279ed1f2f250bdb4f89686162cf8b267b68b5209fa5a17f95d', 0.024),
        (80, '0af3acc43aa27480de8a039231867598f936db0cc382858c92dd4e36d065b819', 0.03),
    ],
)
class TestPaperModel:
    """The paper's own generator, trained to its end on Flower102."""

    def test_the_very_file(self, level, expected, most):
        file = SHIPPED.with_name(f'ssrgan_flower_p{level}.safetensors')
        assert sha256(file.read_bytes()).hexdigest() == expected
        assert expected in (SHIPPED.parent / 'README.md').read_text()

    def test_restores_black_pixels_better_than_it_was_given_them(self, level, expected, most):
        flower = Image.open(find_photograph('sklearn/datasets/images/flower.jpg')).resize((320, 214))
        original = np.asarray(flower)[40:168, 80:208]
        mask = random_mask(128, 128, level / 100, seeded_rng(0, 'flower'))
        restorer = Restorer(
            CONFIG.with_name(f'ssrgan_flower_p{level}.py'),
            SHIPPED.with_name(f'ssrgan_flower_p{level}.safetensors'),
            device='cpu',
        )
        restored = restorer(np.where(mask, 0, original), mask[..., 0])
        error = np.square(restored.astype(float) - original).sum() / np.square(original.astype(float)).sum()
        print(error)
        assert error < most
