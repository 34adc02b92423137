import numpy as np
import pytest
import torch

from ssrgan_plugin.networks.first_estimate import fill_by_neighbours, fill_from_afar, first_estimate


def test_mean_of_known_neighbours_by_hand():
    image, known = torch.zeros(1, 1, 5, 5), torch.zeros(1, 1, 5, 5)
    image[0, 0, 2, 1], image[0, 0, 2, 4] = 1.0, 3.0
    known[0, 0, 2, 1] = known[0, 0, 2, 4] = 1
    near, far = np.exp(-1 / (2 * 0.64)), np.exp(-4 / (2 * 0.64))
    filled, _ = fill_by_neighbours(image, known)
    assert filled[0, 0, 2, 2].item() == pytest.approx((near * 1 + far * 3) / (near + far))
    assert filled[0, 0, 2, 1] == 1 and filled[0, 0, 2, 4] == 3


def test_reaches_six_pixels():
    image, known = torch.zeros(1, 1, 1, 12), torch.zeros(1, 1, 1, 12)
    image[..., 0], known[..., 0] = 0.5, 1
    assert torch.allclose(fill_by_neighbours(image, known)[0][0, 0, 0], torch.tensor([0.5] * 7 + [0.0] * 5))


def test_constant_image_stays_constant():
    known = (torch.rand(1, 1, 30, 30) > 0.8).float()
    filled, _ = fill_by_neighbours(torch.full((1, 3, 30, 30), 0.3), known)
    assert torch.allclose(filled, torch.full_like(filled, 0.3), atol=1e-5)


def test_each_channel_by_its_own_mask():
    torch.manual_seed(0)
    image, known = torch.rand(1, 3, 16, 16), (torch.rand(1, 3, 16, 16) > 0.5).float()
    together, reached = fill_by_neighbours(image, known)
    alone = [fill_by_neighbours(image[:, c : c + 1], known[:, c : c + 1])[0] for c in range(3)]
    assert torch.allclose(together, torch.cat(alone, 1)) and reached.shape == image.shape


def test_from_afar_by_hand():
    """Of one known value in each half, the unknown rest is near its own half's."""
    image, known = torch.zeros(1, 1, 1, 8), torch.zeros(1, 1, 1, 8)
    image[..., 0], image[..., 7] = 1.0, 3.0
    known[..., 0] = known[..., 7] = 1
    filled = fill_from_afar(image, known)[0, 0, 0]
    assert filled[0] == 1 and filled[7] == 3
    assert (filled.diff() >= 0).all() and filled[3] < 2 < filled[4]
    assert filled[1:7] + filled[1:7].flip(0) == pytest.approx(torch.full((6,), 4.0))


@pytest.mark.parametrize('size', [(1, 1), (1, 50), (37, 64), (100, 101)])
def test_any_distance_and_any_size(size):
    image, known = torch.zeros(1, 2, *size), torch.zeros(1, 1, *size)
    image[..., 0, 0], known[..., 0, 0] = 0.25, 1
    assert torch.allclose(first_estimate(image, known), torch.full((1, 2, *size), 0.25))


def test_nothing_known_in_a_channel_becomes_zero():
    known = torch.ones(1, 2, 9, 9)
    known[:, 1] = 0
    filled = first_estimate(torch.full((1, 2, 9, 9), 0.5), known)
    assert (filled[:, 0] == 0.5).all() and (filled[:, 1] == 0).all()
