import pytest
import torch

from ssrgan_plugin.experiments.plain_networks import plain
from ssrgan_plugin.models import MSEGANLoss
from ssrgan_plugin.networks import MaskAwareSSRGANGenerator, SSRGANDiscriminator, SSRGANGenerator


def train(generator, discriminator, steps=50):
    """Losses of a generator and a discriminator that train against each other on the same images and noise."""
    torch.manual_seed(1)
    original = torch.rand(4, 3, 16, 16) * 2 - 1
    damaged = original * (torch.rand(4, 1, 16, 16) > 0.5)
    judge = MSEGANLoss()
    optimizers = [torch.optim.Adam(network.parameters(), lr=2e-4) for network in (generator, discriminator)]
    losses = []
    for _ in range(steps):
        restored = generator(damaged)
        loss = (restored - original).square().mean() + judge(discriminator(restored), True)
        optimizers[0].zero_grad()
        loss.backward()
        optimizers[0].step()
        judged = judge(discriminator(original), True, is_disc=True)
        judged = judged + judge(discriminator(restored.detach()), False, is_disc=True)
        optimizers[1].zero_grad()
        judged.backward()
        optimizers[1].step()
        losses.append((loss.item(), judged.item()))
    return losses


def test_fifty_steps_are_the_same_to_rounding():
    torch.manual_seed(0)
    fast = SSRGANGenerator(mid_channels=8, num_blocks=2), SSRGANDiscriminator(channels=(8, 16, 16, 16))
    drawn = [plain(network) for network in fast]
    losses, expected = train(*fast), train(*drawn)
    assert losses[-1][0] < 0.9 * losses[0][0]  # it does learn
    assert torch.tensor(losses) == pytest.approx(torch.tensor(expected), rel=2e-3)


def test_plain_networks_are_copies():
    generator = MaskAwareSSRGANGenerator(mid_channels=8, num_blocks=1)
    drawn = plain(generator)
    assert not any(type(module).__module__.startswith('ssrgan_plugin.networks.prelu') for module in drawn.modules())
    assert all(torch.equal(a, b) and a is not b for a, b in zip(generator.parameters(), drawn.parameters()))
