"""Processes that end with the one that started them, however that ends."""

import ctypes
import multiprocessing
import os
import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any, Callable, Optional, Sequence

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


def fresh_process(imports: Sequence[str]) -> ProcessPoolExecutor:
    """A process of its own, for what must not meet this one's memory; it does one task after the other.

    Args:
        imports: Modules that it will need. Where the system can, they are imported once for all such processes.
    """
    if 'forkserver' not in multiprocessing.get_all_start_methods():
        return process_pool(1, mp_context=multiprocessing.get_context('spawn'))
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload(list(imports))
    # Its parent is the server, which ends when this process does.
    return ProcessPoolExecutor(1, mp_context=context, initializer=die_with_parent)
