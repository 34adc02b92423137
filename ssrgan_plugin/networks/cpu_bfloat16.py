"""Whether bfloat16 is worth it: a GPU computes in it, many a CPU does not."""

from typing import Any, Mapping

import torch

INSTRUCTIONS = ('avx512_bf16', 'amx_bf16')  # as PyTorch calls them


def bfloat16_pays(device: torch.device) -> bool:
    """Twice as fast where the CPU computes in it."""
    return device.type == 'cpu' and any(cpu_capabilities().get(name) for name in INSTRUCTIONS)


def slow_bfloat16() -> str:
    """Says so, in a sentence, where mixed precision without a GPU costs time; else says nothing."""
    known = [cpu_capabilities().get(name) for name in INSTRUCTIONS]
    if torch.cuda.is_available() or None in known or any(known):
        return ''
    return (
        'this CPU only emulates bfloat16 (it has neither AVX-512 BF16 nor AMX), which can take ten times as long as '
        'single precision: leave --amp out'
    )


def cpu_capabilities() -> Mapping[str, Any]:
    """What PyTorch knows of the CPU, if it is new enough to say."""
    return torch.cpu.get_capabilities() if hasattr(torch.cpu, 'get_capabilities') else {}
