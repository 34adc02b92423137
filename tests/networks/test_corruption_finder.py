import numpy as np
import pytest
import torch

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.networks import CorruptionFinder, MaskAwareSSRGANGenerator
from ssrgan_plugin.networks.corruption_finder import distance_from_similar


@pytest.mark.parametrize('size', [(1, 1), (7, 12), (32, 33)])
@pytest.mark.parametrize('channels', [1, 3])
def test_any_size(size, channels):
    assert CorruptionFinder(channels)(torch.zeros(2, channels, *size)).shape == (2, channels, *size)


def test_refuses_other_channels():
    with pytest.raises(InputError, match='CorruptionFinder takes .*3, H, W.* got .*4'):
        CorruptionFinder()(torch.zeros(1, 4, 8, 8))


def test_smaller_than_the_restoring_network():
    finder, restoring = (sum(p.numel() for p in n().parameters()) for n in (CorruptionFinder, MaskAwareSSRGANGenerator))
    assert finder <= 500_000 and finder < restoring / 3


def test_margin_covers_what_it_looks_at():
    network = CorruptionFinder(num_blocks=2).eval()
    image = torch.rand(1, 3, 64, 64, requires_grad=True)
    network(image)[0, :, 31, 31].sum().backward()
    seen = image.grad.abs().sum((0, 1)).nonzero()
    reach = int((seen - 31).abs().max())
    assert reach <= network.margin and reach >= network.margin - 6


def test_distance_from_similar_is_the_mean_of_the_four_smallest():
    image = torch.rand(1, 2, 9, 11, generator=torch.Generator().manual_seed(0))
    padded = np.pad(image.numpy(), ((0, 0), (0, 0), (1, 1), (1, 1)), 'edge')
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3)).reshape(1, 2, 9, 11, 9)
    differences = np.sort(np.abs(np.delete(windows, 4, -1) - image.numpy()[..., None]), -1)
    np.testing.assert_allclose(distance_from_similar(image).numpy(), differences[..., :4].mean(-1), rtol=1e-6)
