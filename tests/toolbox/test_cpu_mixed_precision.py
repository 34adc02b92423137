"""bfloat16 without a GPU."""

import pytest
import torch

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.toolbox.accelerator import has_accelerator


@pytest.mark.skipif(has_accelerator(), reason='adapts machines without a GPU')
def test_mixed_precision_without_gpu():
    from mmagic.registry import OPTIM_WRAPPERS

    layer = torch.nn.Linear(4, 4)
    wrapper = OPTIM_WRAPPERS.build(
        dict(type='AmpOptimWrapper', loss_scale='dynamic', optimizer=torch.optim.SGD(layer.parameters(), 0.1))
    )
    with wrapper.optim_context(layer):
        output = layer(torch.ones(2, 4))
    assert output.dtype == torch.bfloat16 and layer.weight.dtype == torch.float32
    before = layer.weight.detach().clone()
    wrapper.update_params(output.float().square().mean())
    assert not torch.equal(layer.weight, before)
    with pytest.raises(InputError, match='bfloat16 only, not float16'):
        OPTIM_WRAPPERS.build(
            dict(type='AmpOptimWrapper', dtype='float16', optimizer=torch.optim.SGD(layer.parameters(), 0.1))
        )
