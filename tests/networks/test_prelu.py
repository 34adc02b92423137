import pytest
import torch
from torch import nn

from ssrgan_plugin.networks import prelu as module
from ssrgan_plugin.networks.prelu import PReLU


@pytest.mark.parametrize('memory_format', [torch.channels_last, torch.contiguous_format])
@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
def test_equals_pytorchs(dtype, memory_format, monkeypatch):
    monkeypatch.setattr(module, 'BLOCK', 64)  # several blocks, the last one smaller
    torch.manual_seed(0)
    slopes = torch.tensor([-0.5, 0.0, 0.25, 1.0, 1.5]).to(dtype)
    image = torch.randn(3, 5, 7, 9).to(dtype).to(memory_format=memory_format)
    image[0, :, 0, 0] = 0  # where the derivative jumps
    incoming = torch.randn(3, 5, 7, 9).to(dtype)
    results = []
    for layer in (PReLU(5), nn.PReLU(5)):
        layer.to(dtype).weight.data = slopes.clone()
        x = image.clone(memory_format=torch.preserve_format).requires_grad_()
        y = layer(x)
        results.append((y.detach(), *torch.autograd.grad(y, [x, layer.weight], incoming)))
    (ours, our_x, our_slopes), (theirs, their_x, their_slopes) = results
    assert torch.equal(ours, theirs) and torch.equal(our_x, their_x)
    torch.testing.assert_close(our_slopes, their_slopes)


def test_gradcheck():
    layer = PReLU(3).double()
    x = torch.randn(2, 3, 4, 5, dtype=torch.double).to(memory_format=torch.channels_last).requires_grad_()
    assert torch.autograd.gradcheck(layer, x)


def test_mixed_precision():
    """Slopes in single precision, activations in half: as autocast has it."""
    layer = PReLU(3)
    x = torch.randn(2, 3, 4, 5).bfloat16().to(memory_format=torch.channels_last).requires_grad_()
    layer(x).float().sum().backward()
    assert x.grad.dtype == torch.bfloat16 and layer.weight.grad.dtype == torch.float32
    assert layer.weight.grad == pytest.approx(x.detach().float().clamp_max(0).sum((0, 2, 3)), rel=1e-2)
