import logging
from typing import Optional, Tuple

import torch
from mmagic.engine.runner import MultiTestLoop, MultiValLoop
from mmagic.registry import LOOPS
from mmengine.logging import print_log

from ..networks.cpu_bfloat16 import slow_bfloat16


def training_precision(optim_wrapper: Optional[dict]) -> Tuple[bool, torch.dtype]:
    """Whether a config trains in mixed precision, and in which type it does, or would with ``--amp``.

    Args:
        optim_wrapper: A config's, of one optimizer or of several; None where nothing is trained.
    """
    parts = [optim_wrapper, *optim_wrapper.values()] if isinstance(optim_wrapper, dict) else []
    wrappers = [part for part in parts if isinstance(part, dict)]
    # float16 is what MMEngine takes by default.
    dtype = next((wrapper['dtype'] for wrapper in wrappers if wrapper.get('dtype')), torch.float16)
    mixed = any(wrapper.get('type') == 'AmpOptimWrapper' for wrapper in wrappers)
    return mixed, getattr(torch, dtype) if isinstance(dtype, str) else dtype


class _AutocastMixin:
    def __init__(self, *args, fp16: Optional[bool] = None, **kwargs):
        super().__init__(*args, **kwargs)
        mixed, self.dtype = training_precision(self.runner.cfg.get('optim_wrapper'))
        self.fp16 = mixed if fp16 is None else fp16
        if fp16 and slow_bfloat16():
            print_log(slow_bfloat16(), 'current', logging.WARNING)

    def run(self) -> None:
        # Where the stock loop's autocast takes its type from on a GPU; on a CPU it is bfloat16.
        default = torch.get_autocast_dtype('cuda')
        torch.set_autocast_dtype('cuda', self.dtype)
        try:
            super().run()
        finally:
            torch.set_autocast_dtype('cuda', default)

    @torch.inference_mode()
    def run_iter(self, *args, **kwargs) -> None:
        super().run_iter(*args, **kwargs)


@LOOPS.register_module()
class AutocastValLoop(_AutocastMixin, MultiValLoop):
    """MMagic's ``MultiValLoop`` in inference mode and in the training's precision.

    Args:
        fp16: Mixed precision, in the type of the config's ``optim_wrapper``, or single. Default: None, as the config
            trains, ``--amp`` included.
        args, kwargs: The stock loop's.
    """


@LOOPS.register_module()
class AutocastTestLoop(_AutocastMixin, MultiTestLoop):
    """MMagic's ``MultiTestLoop`` likewise; ``tools/test.py --amp`` sets ``fp16``."""
