"""What one image costs a method: time, operations, memory."""

import os
import sys
import time
from pathlib import Path
from typing import Any, Optional

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from .. import classical_inpainting
from ..child_processes import fresh_process
from .methods import Method, build, register


def clock() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def peak_memory(config: str, checkpoint: str, ratio: int, amp: bool, batch: dict) -> Optional[float]:
    """MB that building the model and restoring one image add, on the GPU if there is one, else to the process (Linux).

    For a process of its own: memory once freed would be used again, and not be seen.
    """
    register()
    if not torch.cuda.is_available():
        if sys.platform != 'linux':
            return None
        # Libraries load at their first call; they are not the method's.
        torch.nn.Conv2d(3, 3, 3)(torch.zeros(1, 3, 8, 8))
        for method in classical_inpainting.METHODS:
            classical_inpainting.restore(np.zeros((8, 8, 3), np.uint8), np.eye(8) > 0, method)
        Path('/proc/self/clear_refs').write_text('5')  # the peak begins anew
        before = memory_status('VmRSS')
    try:
        with torch.no_grad():
            build('', config, checkpoint, ratio, amp).restore(batch)
    except Exception:  # the comparison itself counts and names failures
        return None
    return (
        torch.cuda.max_memory_allocated() / 1e6
        if torch.cuda.is_available()
        else (memory_status('VmHWM') - before) / 1e3
    )


def measured_apart(*args: Any) -> Optional[float]:
    """:func:`peak_memory` in a process of its own."""
    os.environ['MALLOC_MMAP_THRESHOLD_'] = '65536'  # so that glibc gives every array back at once
    with fresh_process(['ssrgan_plugin.registration', __name__]) as process:
        return process.submit(peak_memory, *args).result()


def memory_status(key: str) -> int:
    """kB."""
    lines = Path('/proc/self/status').read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key))


def cost(method: Method, config: str, checkpoint: str, ratio: int, batch: dict) -> dict:
    """What one image costs; the call also warms the method up."""
    megabytes = measured_apart(config, checkpoint, ratio, method.amp, batch)
    try:
        with FlopCounterMode(display=False) as counter:
            method.restore(batch)
    except Exception:  # the comparison itself counts and names failures
        return dict(gflop=None, megabytes=megabytes)
    return dict(gflop=counter.get_total_flops() / 1e9 if method.parameters else None, megabytes=megabytes)
