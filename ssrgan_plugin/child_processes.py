"""Processes that end with the one that started them, however that ends."""

import ctypes
import os
import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any, Callable, Optional

LIBC = ctypes.CDLL(None) if sys.platform == 'linux' else None
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent: Optional[int] = None) -> None:
    """Lets the kernel kill this process when its parent ends, even by SIGKILL; Linux only.

    Args:
        parent: The parent's process id, if known: it may have ended already.
    """
    if LIBC is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def with_parent() -> Callable[[], None]:
    """:func:`die_with_parent` for children of this process, as ``initializer`` or ``preexec_fn``."""
    return partial(die_with_parent, os.getpid())


def process_pool(*args: Any, **kwargs: Any) -> ProcessPoolExecutor:
    """A pool whose workers would otherwise wait for work for ever once this process was killed."""
    return ProcessPoolExecutor(*args, initializer=with_parent(), **kwargs)
