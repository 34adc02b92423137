"""Parts of MMagic that fail on random-pixel masks, or at all: ours against their stock parents."""

import pytest
import torch
from mmagic.models.archs.smpatch_disc import SoftMaskPatchDiscriminator
from mmagic.models.editors import ContextualAttentionNeck, MSRResNet

from ssrgan_plugin.models import (
    InitializableSoftMaskPatchDiscriminator,
    SameSizeMSRResNet,
    UnmaskedContextualAttentionNeck,
)


@pytest.mark.parametrize('ratio', [0.3, 0.8])
def test_contextual_attention_is_finite_where_every_patch_has_a_hole(ratio):
    torch.manual_seed(0)
    features = torch.rand(1, 8, 16, 16)
    mask = torch.zeros(1, 1, 16, 16)
    mask[..., ::2, ::2] = 1
    neck = ContextualAttentionNeck(8)
    assert not torch.isfinite(neck(features, mask)[0]).all(), 'the stock class is mended: ours can go'
    ours = UnmaskedContextualAttentionNeck(8)
    ours.load_state_dict(neck.state_dict())
    assert torch.isfinite(ours(features, mask)[0]).all()
    # Without a hole they agree.
    assert torch.equal(ours(features, mask)[0], neck(features, torch.zeros_like(mask))[0])


def test_soft_mask_discriminator_can_be_initialised():
    with pytest.raises(UnboundLocalError):
        stock = SoftMaskPatchDiscriminator(3, with_spectral_norm=True)
        stock._params_init_info = {}
        stock.init_weights()
    ours = InitializableSoftMaskPatchDiscriminator(3)
    ours._params_init_info = {}
    ours.init_weights()
    stds = [module.weight.std().item() for module in ours.modules() if isinstance(module, torch.nn.Conv2d)]
    assert stds == pytest.approx([0.02] * len(stds), rel=0.1)


def test_srgan_generator_keeps_the_size():
    stock = MSRResNet(3, 3, num_blocks=1)
    ours = SameSizeMSRResNet(3, 3, num_blocks=1)
    ours.load_state_dict(stock.state_dict())
    x = torch.rand(1, 3, 12, 20)
    assert stock(x).shape == (1, 3, 48, 80)
    assert ours(x).shape == x.shape
    assert torch.allclose(ours(x)[0, 0, 0, 0], stock(x)[0, 0, :4, :4].mean())
