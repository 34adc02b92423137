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


@pytest.mark.skipif(has_accelerator(), reason='adapts machines without a GPU')
@pytest.mark.parametrize('emulated', [True, False])
def test_emulated_bfloat16_is_told(emulated, monkeypatch):
    from mmagic.registry import OPTIM_WRAPPERS

    known = {'avx512_bf16': not emulated, 'amx_bf16': False}
    monkeypatch.setattr(torch.cpu, 'get_capabilities', lambda: known, raising=False)
    told = []
    monkeypatch.setattr('mmengine.logging.print_log', lambda *args, **kwargs: told.append(args[0]))
    from ssrgan_plugin.toolbox.cpu_mixed_precision import mixed_precision_without_gpu

    mixed_precision_without_gpu()
    OPTIM_WRAPPERS.build(dict(type='AmpOptimWrapper', optimizer=torch.optim.SGD([torch.zeros(1)], 0.1)))
    assert sum('leave --amp out' in str(sentence) for sentence in told) == emulated
    monkeypatch.undo()
    mixed_precision_without_gpu()  # for the tests after this, with MMEngine's own print_log
