import numpy as np
import pytest
import torch

from ssrgan_plugin.corruption import random_mask
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.networks import MaskAwareSSRGANGenerator
from ssrgan_plugin.networks.mask_aware_generator import fill_by_neighbours


def corrupted(height, width, ratio, channels=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    image = 2 * torch.rand(1, channels, height, width, generator=generator) - 1
    mask = torch.from_numpy(random_mask(height, width, ratio, np.random.default_rng(seed))[..., 0]).float()
    return torch.cat([image, mask[None, None]], 1)


@pytest.fixture
def network():
    torch.manual_seed(0)
    network = MaskAwareSSRGANGenerator(mid_channels=8, num_blocks=2)
    torch.nn.init.normal_(network.tail.weight, std=0.1)
    return network


def test_parameter_count():
    assert sum(weight.numel() for weight in MaskAwareSSRGANGenerator().parameters()) == 1364076


@pytest.mark.parametrize('height, width', [(1, 1), (1, 9), (2, 3), (37, 50), (64, 64)])
def test_any_size_and_known_pixels_exact(network, height, width):
    x = corrupted(height, width, 0.5)
    y = network(x)
    assert y.shape == (1, 3, height, width) and y.isfinite().all()
    known = (x[:, 3:] == 0).expand_as(y)
    assert torch.equal(y[known], x[:, :3][known])


def test_lost_pixels_content_does_not_matter(network):
    x = corrupted(20, 20, 0.5)
    other = x.clone()
    other[:, :3][(x[:, 3:] == 1).expand(1, 3, 20, 20)] = 0.7
    assert torch.equal(network(x), network(other))


def test_begins_as_the_first_estimate():
    x = corrupted(20, 20, 0.5)
    expected = fill_by_neighbours(x[:, :3], 1 - x[:, 3:])
    assert torch.allclose(MaskAwareSSRGANGenerator(mid_channels=8, num_blocks=1)(x), expected)


@pytest.mark.parametrize('shape', [(1, 3, 8, 8), (4, 8, 8), (1, 5, 8, 8)])
def test_bad_input(network, shape):
    with pytest.raises(InputError, match='image and mask, got'):
        network(torch.zeros(shape))


class TestFillByNeighbours:
    def test_mean_of_known_neighbours_by_hand(self):
        image, known = torch.zeros(1, 1, 5, 5), torch.zeros(1, 1, 5, 5)
        image[0, 0, 2, 1], image[0, 0, 2, 4] = 1.0, 3.0
        known[0, 0, 2, 1] = known[0, 0, 2, 4] = 1
        near, far = np.exp(-1 / (2 * 0.64)), np.exp(-4 / (2 * 0.64))
        filled = fill_by_neighbours(image, known)
        assert filled[0, 0, 2, 2].item() == pytest.approx((near * 1 + far * 3) / (near + far))
        assert filled[0, 0, 2, 1] == 1 and filled[0, 0, 2, 4] == 3

    def test_reaches_six_pixels(self):
        image, known = torch.zeros(1, 1, 1, 12), torch.zeros(1, 1, 1, 12)
        image[..., 0], known[..., 0] = 0.5, 1
        assert torch.allclose(fill_by_neighbours(image, known)[0, 0, 0], torch.tensor([0.5] * 7 + [0.0] * 5))

    def test_constant_image_stays_constant(self):
        x = corrupted(30, 30, 0.8)
        filled = fill_by_neighbours(torch.full((1, 3, 30, 30), 0.3), 1 - x[:, 3:])
        assert torch.allclose(filled, torch.full_like(filled, 0.3), atol=1e-5)
