"""What each generator says of itself."""

import pytest
import torch

from ssrgan_plugin.networks import MaskAwareSSRGANGenerator, SSRGANGenerator

NETWORKS = [
    MaskAwareSSRGANGenerator(mid_channels=4),
    MaskAwareSSRGANGenerator(mid_channels=4, num_blocks=3),
    SSRGANGenerator(mid_channels=4),
    SSRGANGenerator(mid_channels=4, num_blocks=10),
]


@pytest.mark.parametrize('network', NETWORKS)
def test_margin_exceeds_what_the_network_sees(network):
    """One output pixel's gradient reaches no further than the margin."""
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    network = network.double().eval()
    side = 181
    mask = (torch.rand(1, 1, side, side) > 0.5).double()
    mask[..., side // 2, side // 2] = 1
    x = network.shown(torch.rand(1, 3, side, side).double(), mask, torch.full((1, 3, 1, 1), -1.0).double())
    x.requires_grad_()
    network(x)[0, 0, side // 2, side // 2].backward()
    rows = x.grad[0, :3].abs().sum((0, 2)).nonzero().ravel()
    reach = max(side // 2 - rows.min().item(), rows.max().item() - side // 2)
    assert 10 < reach <= network.margin
    assert network.margin % 2 == network.tile % 2 == 0


@pytest.mark.parametrize('network', NETWORKS)
def test_takes_a_mask_its_own_way(network):
    """What stood in lost pixels before does not matter, or was painted over as in training."""
    network = network.float().eval()
    image, mask = torch.rand(1, 3, 12, 9), (torch.rand(1, 1, 12, 9) > 0.5).float()
    fill = torch.tensor([-1.0, 0, 1]).view(1, 3, 1, 1)
    other = torch.where(mask > 0, 0.3, image)
    with torch.no_grad():
        restored = [network(network.shown(each, mask, fill)) for each in (image, other)]
    assert torch.equal(*restored) and restored[0].shape == image.shape


def test_an_unfinished_network_is_no_network():
    from ssrgan_plugin.networks import RestoringNetwork

    with pytest.raises(TypeError, match='abstract'):
        RestoringNetwork()
