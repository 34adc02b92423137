import pytest
import torch
from mmagic.models.losses import GANLoss
from mmagic.registry import MODELS


@pytest.fixture
def loss():
    return MODELS.build(dict(type='MSEGANLoss', real_label_noise=0.1, loss_weight=1e-3))


@pytest.fixture
def answer():
    torch.manual_seed(0)
    return torch.randn(4, 3, 64, 64)


def test_generator_loss(loss, answer):
    """Equation 5, weighted: no noise on the generator's target."""
    assert loss(answer, True) == pytest.approx(1e-3 * (answer - 1).square().mean().item())


def test_discriminator_on_restored_images(loss, answer):
    """Equation 3: neither noise nor weight."""
    assert loss(answer, False, is_disc=True) == pytest.approx(answer.square().mean().item())


def test_discriminator_on_real_images(loss, answer):
    """Equation 2, unweighted: E(a - 1 + 0.1u)² = (a - 1)² + 0.1(a - 1) + 0.01/3 for u uniform in [0, 1)."""
    expected = ((answer - 1).square() + 0.1 * (answer - 1) + 0.01 / 3).mean().item()
    assert loss(answer, True, is_disc=True) == pytest.approx(expected, rel=1e-3)


def test_label_noise_is_fresh_each_time(loss, answer):
    assert loss(answer, True, is_disc=True) != loss(answer, True, is_disc=True)


def test_labels_stay_within_range(loss):
    """On an answer of 1 the loss is (0.1u)²: at most 0.01, and on average a third of that."""
    ones = torch.ones(200, 200)
    assert loss(ones, True, is_disc=True) == pytest.approx(0.01 / 3, rel=0.03)
    loss.loss = torch.nn.MSELoss(reduction='none')
    assert 0 <= loss(ones, True, is_disc=True).min() and loss(ones, True, is_disc=True).max() < 0.01


def test_no_noise_is_plain_lsgan(answer):
    plain, ours = (
        GANLoss('lsgan', loss_weight=0.5),
        MODELS.build(dict(type='MSEGANLoss', real_label_noise=0, loss_weight=0.5)),
    )
    for real in (True, False):
        for disc in (True, False):
            assert ours(answer, real, disc) == plain(answer, real, disc)


def test_takes_gan_loss_arguments(loss, answer):
    """Inpaintors pass a mask; everything is positional somewhere."""
    assert loss(answer, False, True, mask=torch.ones(4, 1, 64, 64)) == loss(answer, False, True)
