"""Being ended by a signal, as by Ctrl-C: what is unfinished is removed."""

import os
import signal
import threading
from contextlib import contextmanager
from typing import Any, Iterator

# What ends a command from outside: kill, a time limit, a closed terminal.
SIGNALS = [getattr(signal, name) for name in ('SIGTERM', 'SIGHUP') if hasattr(signal, name)]


class Terminated(KeyboardInterrupt):
    """Raised where a signal has come in; ``status`` is what a shell would show."""

    def __init__(self, number: int):
        super().__init__(signal.strsignal(number))
        self.status = 128 + number


@contextmanager
def as_interruptions() -> Iterator[None]:
    """Turns these signals into :class:`Terminated`, but those that are ignored, as under nohup, or taken by others."""
    owner = os.getpid()

    def end(number: int, frame: Any) -> None:
        if os.getpid() != owner:  # a forked child, such as a worker, which has nothing to clear away
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        for each in taken:  # a terminal that closes, or a service that is stopped, sends both
            signal.signal(each, signal.SIG_IGN)
        raise Terminated(number)

    main_thread = threading.current_thread() is threading.main_thread()
    taken = [each for each in SIGNALS if main_thread and signal.getsignal(each) == signal.SIG_DFL]
    for each in taken:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each in taken:
            if signal.getsignal(each) is end:  # else this process is about to end, and not to be disturbed
                signal.signal(each, signal.SIG_DFL)
