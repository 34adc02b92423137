"""The network through spandrel's own loader."""

import numpy as np
import pytest
import torch

from ssrgan_plugin.datasets.sample_photograph_dataset import find_photograph
from ssrgan_plugin.networks import MaskAwareSSRGANGenerator, SSRGANGenerator
from ssrgan_plugin.restoration import torch_backend
from ssrgan_plugin.shipped_files import WEIGHTS

spandrel = pytest.importorskip('spandrel')

from PIL import Image  # noqa: E402

from ssrgan_plugin.integrations.spandrel import MaskAwareArch, register  # noqa: E402

PHOTO = np.array(Image.open(find_photograph('skimage/data/astronaut.png')))[60:187, 150:251]


@pytest.fixture
def loader():
    registry = spandrel.MAIN_REGISTRY.copy()
    register(registry)
    register(registry)  # twice is once
    return spandrel.ModelLoader(registry=registry)


def test_shipped_weights_restore_as_ours_do(loader, rng):
    model = loader.load_from_file(WEIGHTS / 'ssrgan_mask_aware.safetensors')
    assert isinstance(model, spandrel.MaskedImageModelDescriptor)
    assert (model.input_channels, model.output_channels, model.scale) == (3, 3, 1)
    assert model.tags == ['96nf', '8nb'] and model.architecture.id == 'SSRGANMaskAware'
    lost = rng.random(PHOTO.shape[:2]) < 0.5
    image = torch.from_numpy(PHOTO).permute(2, 0, 1)[None] / 255
    mask = torch.from_numpy(lost)[None, None]
    with torch.no_grad():
        restored = model(torch.where(mask, 0, image), mask.float())
        in_bfloat16 = model.bfloat16()(torch.where(mask, 0, image).bfloat16(), mask.bfloat16())
    assert torch.equal(torch.where(mask, 0, restored), torch.where(mask, 0, image))
    ours = torch_backend.load(device='cpu')((PHOTO / 127.5 - 1).astype(np.float32), lost)
    assert np.allclose(restored[0].permute(1, 2, 0) * 2 - 1, ours, atol=1e-5)
    assert (in_bfloat16.float() - restored).abs().mean() < 0.01


def test_any_size_of_the_network(loader):
    network = MaskAwareSSRGANGenerator(channels=1, mid_channels=8, num_blocks=2)
    model = loader.load_from_state_dict({f'generator.{key}': value for key, value in network.state_dict().items()})
    assert (model.input_channels, model.tags) == (1, ['8nf', '2nb'])
    assert model(torch.rand(1, 1, 5, 7), torch.ones(1, 1, 5, 7)).shape == (1, 1, 5, 7)


def test_other_networks_are_not_taken_for_ours(loader):
    assert not MaskAwareArch().detect(SSRGANGenerator().state_dict())
    with pytest.raises(spandrel.UnsupportedModelError):
        loader.load_from_state_dict(SSRGANGenerator().state_dict())
    for architecture in spandrel.MAIN_REGISTRY:  # nor ours for another's
        assert not architecture.detect(MaskAwareSSRGANGenerator().state_dict())
