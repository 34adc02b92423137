"""One training at a time in a work dir, and none over another's results."""

import os
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Iterator

from ..atomic_files import remove_unfinished
from ..errors import InputError
from .resuming import saved_checkpoints


def guard_work_dirs() -> None:
    """Lets a training refuse a work dir that another uses, or has used (no upstream issue known): MMEngine would mix
    their checkpoints without a word."""
    from mmengine.dist import broadcast_object_list, is_main_process
    from mmengine.runner import Runner

    stock = Runner.train

    def train(self):
        with ExitStack() as held:
            refusal = [None]
            if is_main_process():
                try:
                    held.enter_context(claimed(Path(self.work_dir)))
                    prepare(Path(self.work_dir), self._resume)
                except InputError as error:
                    refusal = [str(error)]
            broadcast_object_list(refusal)  # every process stops, and says why
            if refusal[0]:
                raise InputError(refusal[0])
            return stock(self)

    Runner.train = train


def prepare(work_dir: Path, resume: bool) -> None:
    # Checkpoints may be named by a filename_tmpl.
    saved = [*saved_checkpoints(work_dir), *work_dir.glob('last_checkpoint')]
    if saved and not resume:
        raise InputError(
            f'{work_dir} holds a training already ({saved[0].name}): go on with --resume, or name another --work-dir'
        )
    remove_unfinished(work_dir)


@contextmanager
def claimed(work_dir: Path) -> Iterator[Path]:
    """Holds the folder for this process; the lock ends with it, however that ends, and no child inherits it. Where
    there are no such locks, as on Windows, nobody is kept out.

    Raises:
        InputError: if another process holds it.
    """
    work_dir.mkdir(parents=True, exist_ok=True)
    if find_spec('fcntl') is None:
        yield work_dir
        return
    import fcntl

    with open(work_dir / '.in_use', 'a+') as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise InputError(
                f'{work_dir} is in use by another training (process {file.read().strip() or "unknown"}): wait for it '
                'or stop it, or name another --work-dir'
            ) from error
        except OSError:  # a file system without locks, as some of clusters are
            pass
        file.truncate(0)
        file.write(f'{os.getpid()}\n')
        file.flush()
        yield work_dir
