"""Mixed precision without a GPU."""

import logging

import torch

from ..errors import InputError
from ..networks.cpu_bfloat16 import slow_bfloat16
from .accelerator import has_accelerator


def mixed_precision_without_gpu() -> None:
    """Lets ``--amp`` train on CPUs, in bfloat16, which needs no loss scaling; MMEngine refuses it
    (open-mmlab/mmpretrain#1556)."""
    if has_accelerator():
        return
    from contextlib import contextmanager

    from mmagic.registry import OPTIM_WRAPPERS
    from mmengine.logging import print_log
    from mmengine.optim import OptimWrapper
    from mmengine.runner import autocast

    @OPTIM_WRAPPERS.register_module(name='AmpOptimWrapper', force=True)
    class CPUAmpOptimWrapper(OptimWrapper):
        def __init__(self, loss_scale='dynamic', dtype='bfloat16', **kwargs):
            if dtype not in ('bfloat16', torch.bfloat16):
                raise InputError(f'mixed precision on a CPU is bfloat16 only, not {dtype}')
            if slow_bfloat16():
                print_log(slow_bfloat16(), 'current', logging.WARNING)
            super().__init__(**kwargs)

        @contextmanager
        def optim_context(self, model):
            with super().optim_context(model), autocast(dtype=torch.bfloat16):
                yield
