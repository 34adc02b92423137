import numpy as np
import pytest
import torch

from ssrgan_plugin.corruption import random_mask
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.networks import MaskAwareSSRGANGenerator
from ssrgan_plugin.networks.first_estimate import first_estimate


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
    assert sum(weight.numel() for weight in MaskAwareSSRGANGenerator().parameters()) == 1370988


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
    expected = first_estimate(x[:, :3], 1 - x[:, 3:])
    assert torch.allclose(MaskAwareSSRGANGenerator(mid_channels=8, num_blocks=1)(x), expected)


@pytest.mark.parametrize('shape', [(1, 3, 8, 8), (4, 8, 8), (1, 5, 8, 8), (1, 7, 8, 8)])
def test_bad_input(network, shape):
    with pytest.raises(InputError, match='image and mask, or'):
        network(torch.zeros(shape))


def test_one_mask_stands_for_all_channels(network):
    x = corrupted(20, 20, 0.5)
    assert torch.allclose(network(x), network(torch.cat([x[:, :3], x[:, 3:].expand(1, 3, 20, 20)], 1)), atol=1e-6)


def test_a_mask_for_each_channel(network):
    """A colour filter's mosaic: each pixel knows one channel, and keeps it."""
    image = corrupted(20, 20, 0.5)[:, :3]
    mask = torch.ones_like(image)
    mask[:, 0, ::2, ::2] = mask[:, 1, ::2, 1::2] = mask[:, 1, 1::2, ::2] = mask[:, 2, 1::2, 1::2] = 0
    restored = network(torch.cat([image, mask], 1))
    assert torch.equal(restored[mask == 0], image[mask == 0])
    assert not torch.isclose(restored[mask == 1], torch.zeros(1)).any()


def test_begins_in_holes_with_what_it_is_given():
    """A tile's estimate from afar, or that of a whole picture in its place; near known values it changes nothing."""
    network = MaskAwareSSRGANGenerator(mid_channels=8, num_blocks=1).eval()
    image, mask = torch.rand(1, 3, 40, 40) * 2 - 1, torch.zeros(1, 3, 40, 40)
    mask[:, :, 10:30, 10:30] = 1
    far = torch.full_like(image, 0.25)
    with torch.no_grad():  # the tail begins at zero: the first estimate comes out
        own = network(torch.cat([image, mask], 1))
        given = network(network.shown(image, mask[:, :1], torch.zeros(1, 3, 1, 1), far))
    deep = torch.zeros(40, 40, dtype=torch.bool)
    deep[16:24, 16:24] = True
    assert (given[..., deep] == 0.25).all() and (own[..., deep] != 0.25).all()
    assert torch.equal(given[..., ~deep], own[..., ~deep])
