import numpy as np
import pytest
import torch
from mmagic.registry import MODELS
from torch.autograd import gradcheck


def test_mean_of_each_images_root():
    rng = torch.Generator().manual_seed(0)
    pred, target = (torch.rand(3, 3, 5, 7, generator=rng) for _ in range(2))
    expected = np.mean([np.sqrt(np.mean((p - t) ** 2)) for p, t in zip(pred.numpy(), target.numpy())])
    loss = MODELS.build(dict(type='RMSELoss', loss_weight=2.0, eps=0))
    assert loss(pred, target).item() == pytest.approx(2 * expected, rel=1e-6)


def test_gradient():
    pred, target = torch.rand(2, 2, 1, 3, 4, dtype=torch.double)
    loss = MODELS.build(dict(type='RMSELoss'))
    assert gradcheck(lambda pred: loss(pred, target), pred.requires_grad_())


def test_exact_image_has_a_finite_gradient():
    pred = torch.ones(1, 3, 4, 4, requires_grad=True)
    MODELS.build(dict(type='RMSELoss'))(pred, torch.ones(1, 3, 4, 4)).backward()
    assert pred.grad.eq(0).all()


def test_half_precision_is_summed_in_single():
    pred, target = torch.full((1, 3, 64, 64), 2e-3, dtype=torch.bfloat16), torch.zeros(1, 3, 64, 64)
    assert MODELS.build(dict(type='RMSELoss', eps=0))(pred, target).item() == pytest.approx(2e-3, rel=5e-3)
