import pytest
import torch

from ssrgan_plugin.experiments.plain_networks import plain
from ssrgan_plugin.networks import SSRGANGenerator


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize('kwargs, parameters', [({}, 808_067), (dict(num_blocks=2, upscale_factor=1), 290_307)])
def test_parameter_count(kwargs, parameters):
    assert count(SSRGANGenerator(**kwargs)) == parameters


@pytest.mark.parametrize('upscale_factor', [1, 2, 3])
@pytest.mark.parametrize('size', [(1, 1), (2, 3), (17, 30), (32, 32)])
def test_keeps_any_size(size, upscale_factor):
    generator = SSRGANGenerator(mid_channels=4, num_blocks=1, upscale_factor=upscale_factor).eval()
    assert generator(torch.zeros(2, 3, *size)).shape == (2, 3, *size)


def test_other_channels():
    generator = SSRGANGenerator(in_channels=4, out_channels=1, mid_channels=4, num_blocks=1)
    assert generator(torch.zeros(2, 4, 8, 8)).shape == (2, 1, 8, 8)


def test_output_within_range():
    output = SSRGANGenerator(mid_channels=4, num_blocks=1)(100 * torch.randn(2, 3, 8, 8))
    assert output.abs().max() <= 1


def test_gradient_reaches_every_parameter():
    generator = SSRGANGenerator()
    generator(torch.randn(2, 3, 12, 12)).square().mean().backward()
    dead = [
        name
        for name, parameter in generator.named_parameters()
        if parameter.grad is None or not parameter.grad.abs().sum()
    ]
    assert dead == []


def test_gradcheck():
    generator = SSRGANGenerator(mid_channels=2, num_blocks=1).double()
    image = torch.rand(1, 3, 4, 4, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(generator, image)


@pytest.mark.parametrize('shape', [(1, 4, 8, 8), (3, 8, 8)])
def test_wrong_input_is_named(shape):
    with pytest.raises(ValueError, match=r'takes \(N, 3, H, W\), got \('):
        SSRGANGenerator(mid_channels=4)(torch.zeros(shape))


def test_needs_no_toolbox(run):
    """The networks must come without MMagic and its slow imports."""
    code = (
        'import sys, ssrgan_plugin.networks as n; n.SSRGANGenerator(); n.SSRGANDiscriminator(); '
        'print([m for m in ("mmagic", "mmengine", "mmcv") if m in sys.modules])'
    )
    assert run('python', '-c', code).stdout.strip() == '[]'


@pytest.mark.parametrize('upscale_factor', [1, 2, 3])
def test_equals_the_architecture_drawn_plainly(upscale_factor):
    torch.manual_seed(0)
    generator = SSRGANGenerator(mid_channels=4, num_blocks=1, upscale_factor=upscale_factor).double()
    for slopes in (module.weight for module in generator.modules() if isinstance(module, torch.nn.PReLU)):
        torch.nn.init.uniform_(slopes, -1, 1)
    image = torch.randn(2, 3, 5, 7, dtype=torch.double)
    drawn = plain(generator)
    fast, slow = generator(image), drawn(image)
    torch.testing.assert_close(fast, slow)
    gradients = [
        torch.autograd.grad(image.square().sum(), list(network.parameters()))
        for image, network in ((fast, generator), (slow, drawn))
    ]
    torch.testing.assert_close(*gradients)


def test_state_dict_is_the_drawn_architecture_s():
    """Checkpoints of every version fit: a convolution, a shuffle without weights, slopes."""
    keys = SSRGANGenerator().state_dict().keys()
    assert {f'upsampling.{stage}.{part}' for stage in (0, 1) for part in ('0.weight', '0.bias', '2.weight')} == {
        key for key in keys if key.startswith('upsampling')
    }
