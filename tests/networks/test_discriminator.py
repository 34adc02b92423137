import pytest
import torch

from ssrgan_plugin.networks import SSRGANDiscriminator


def test_parameter_count():
    assert sum(parameter.numel() for parameter in SSRGANDiscriminator().parameters()) == 1_569_827


@pytest.mark.parametrize('size', [(4, 4), (8, 12), (64, 32)])
@pytest.mark.parametrize('in_channels', [1, 3])
def test_answer_is_shaped_like_the_image(size, in_channels):
    images = torch.zeros(2, in_channels, *size)
    assert SSRGANDiscriminator(in_channels, channels=(4, 4, 8, 8))(images).shape == images.shape


def test_answer_is_unbounded():
    """No sigmoid: labels are regressed."""
    torch.manual_seed(0)
    answer = SSRGANDiscriminator(channels=(4, 4, 8, 8)).eval()(1e5 * torch.randn(2, 3, 16, 16))
    assert answer.min() < 0 < 1 < answer.max()


@pytest.mark.parametrize('size', [(6, 8), (8, 6), (7, 7)])
def test_size_that_is_no_multiple_of_four(size):
    with pytest.raises(ValueError, match=rf'multiples of 4, got {size[0]}×{size[1]}'):
        SSRGANDiscriminator(channels=(4, 4, 8, 8))(torch.zeros(1, 3, *size))


def test_wrong_channels_are_named():
    with pytest.raises(ValueError, match=r'takes \(N, 3, H, W\), got \(1, 1, 8, 8\)'):
        SSRGANDiscriminator()(torch.zeros(1, 1, 8, 8))


def test_gradient_reaches_every_parameter():
    discriminator = SSRGANDiscriminator()
    discriminator(torch.randn(2, 3, 16, 16)).square().mean().backward()
    dead = [
        name
        for name, parameter in discriminator.named_parameters()
        if parameter.grad is None or not parameter.grad.abs().sum()
    ]
    assert dead == []
