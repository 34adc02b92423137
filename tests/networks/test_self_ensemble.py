import pytest
import torch

from ssrgan_plugin.networks import MaskAwareSSRGANGenerator, SSRGANGenerator, self_ensemble


@pytest.mark.parametrize('network', [MaskAwareSSRGANGenerator, SSRGANGenerator])
def test_turns_with_its_input(network):
    torch.manual_seed(0)
    generator = network(mid_channels=4, num_blocks=1).eval()
    for parameter in generator.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    x = torch.rand(2, 4 if network is MaskAwareSSRGANGenerator else 3, 12, 8).round()
    with torch.no_grad():
        expected = self_ensemble(generator, x)
        assert not torch.allclose(generator(x), expected, atol=1e-3)
        for turn in (
            lambda y: y.flip(-1),
            lambda y: y.flip(-2),
            lambda y: y.transpose(-2, -1),
            lambda y: torch.rot90(y, 1, (-2, -1)),
        ):
            assert torch.allclose(self_ensemble(generator, turn(x)), turn(expected), atol=1e-5)


def test_mean_of_what_each_turn_gives():
    """By a "network" whose output depends on where a pixel lies."""
    height, width = 6, 4

    def generator(x):
        return x * torch.arange(x.shape[-2] * x.shape[-1]).view(x.shape[-2:])

    # Over the eight turns every pixel visits the mirrored places, whose mean is the centre's.
    expected = torch.full((1, 1, height, width), (height * width - 1) / 2)
    assert torch.allclose(self_ensemble(generator, torch.ones(1, 1, height, width)), expected)


@pytest.mark.parametrize('size', [(1, 1), (5, 8), (4, 7)])
def test_odd_sizes(size):
    x = torch.rand(1, 4, *size)
    assert self_ensemble(MaskAwareSSRGANGenerator(mid_channels=4, num_blocks=1), x).shape == (1, 3, *size)
