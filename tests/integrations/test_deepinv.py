"""The network in DeepInverse's inpainting."""

import numpy as np
import pytest
import torch
from PIL import Image

from ssrgan_plugin.datasets.sample_photograph_dataset import find_photograph
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.restoration import torch_backend
from ssrgan_plugin.shipped_files import WEIGHTS

deepinv = pytest.importorskip('deepinv')

from ssrgan_plugin.integrations.deepinv import SSRGANReconstructor  # noqa: E402

PHOTO = np.array(Image.open(find_photograph('skimage/data/astronaut.png')))[60:187, 150:251]
X = torch.from_numpy(PHOTO).permute(2, 0, 1)[None] / 255


@pytest.fixture(scope='module')
def reconstructor():
    return SSRGANReconstructor()


def inpainting(x, pixelwise=True):
    return deepinv.physics.Inpainting(
        tuple(x.shape[1:]), mask=0.5, pixelwise=pixelwise, rng=torch.Generator().manual_seed(0)
    )


@pytest.mark.parametrize('pixelwise', [True, False])
def test_restores_as_ours_does(reconstructor, pixelwise):
    physics = inpainting(X, pixelwise)
    with torch.no_grad():
        restored = reconstructor(physics(X), physics)
    assert torch.equal(physics(restored), physics(X)), 'what is measured stays'
    lost = (physics.mask[0] == 0).permute(1, 2, 0).numpy()
    backend, pixels = torch_backend.load(device='cpu'), (PHOTO / 127.5 - 1).astype(np.float32)
    if pixelwise:
        ours = backend(pixels, lost[..., 0])
    else:
        ours = np.concatenate([backend(pixels[..., k : k + 1], lost[..., k]) for k in range(3)], -1)
    assert np.allclose(restored[0].permute(1, 2, 0) * 2 - 1, ours, atol=1e-5)


def test_beats_total_variation_in_their_own_dataset_test(reconstructor):
    """Their benchmark's loop, with their metric."""
    physics, psnr = inpainting(X), deepinv.metric.PSNR()
    data = torch.utils.data.TensorDataset(torch.cat([X, X.flip(-1)]), torch.cat([physics(X), physics(X.flip(-1))]))
    loader = torch.utils.data.DataLoader(data, batch_size=2)
    ours = deepinv.test(reconstructor, loader, physics, metrics=psnr, verbose=False, show_progress_bar=False)['PSNR']
    theirs = psnr(deepinv.models.TVDenoiser()(physics(X), 0.5), X)
    assert ours > 30 and ours > float(theirs) + 5


@pytest.mark.parametrize('channels', [1, 2])
def test_other_channels_and_batches(reconstructor, channels):
    x = X[:, :channels].repeat(2, 1, 1, 1)
    physics = inpainting(x)
    with torch.no_grad():
        restored = reconstructor(physics(x), physics)
    assert restored.shape == x.shape and torch.equal(restored[0], restored[1])
    assert deepinv.metric.PSNR()(restored, x).min() > 28


def test_refusals(reconstructor):
    with pytest.raises(InputError, match='no mask of the image'):
        reconstructor(X, deepinv.physics.Denoising())
    with pytest.raises(InputError, match='no mask-aware generator'):
        SSRGANReconstructor(WEIGHTS / 'ssrgan_flower_p50.safetensors')
