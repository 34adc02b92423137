"""bfloat16 is used where the CPU computes in it, and slow where it is emulated."""

import pytest
import torch

from ssrgan_plugin.networks.cpu_bfloat16 import bfloat16_pays, slow_bfloat16

CPUS = {
    'AVX2 alone': ({'avx512_bf16': False, 'amx_bf16': False}, False, True),
    'AVX-512 BF16': ({'avx512_bf16': True, 'amx_bf16': False}, True, False),
    'AMX': ({'avx512_bf16': True, 'amx_bf16': True}, True, False),
    'of which PyTorch knows nothing': ({}, False, False),
}


@pytest.mark.parametrize('cpu', CPUS)
def test_where_it_pays(cpu, monkeypatch):
    known, pays, slow = CPUS[cpu]
    monkeypatch.setattr(torch.cpu, 'get_capabilities', lambda: known, raising=False)
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    assert bfloat16_pays(torch.device('cpu')) == pays
    assert bool(slow_bfloat16()) == slow
    assert not bfloat16_pays(torch.device('cuda'))
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    assert not slow_bfloat16(), 'a GPU computes in it'


def test_a_pytorch_that_cannot_say(monkeypatch):
    monkeypatch.delattr(torch.cpu, 'get_capabilities', raising=False)
    assert not bfloat16_pays(torch.device('cpu')) and not slow_bfloat16()
