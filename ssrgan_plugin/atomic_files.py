"""Files that appear whole or not at all."""

import os
import re
import shutil
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

UNFINISHED = re.compile(r'\.[0-9a-f]{32}\.unfinished')


@contextmanager
def whole(target: Path, overwrite: bool = True) -> Iterator[Path]:
    """A path to write to, which gets its real name only when the block ends well.

    It lies beside the target, under a name that nobody else has. Whoever writes the same target last, wins. Links are
    written through, and who may read or write a target that is replaced stays as it was.

    Args:
        target: File, or folder.
        overwrite: Replace a target that is there by then. Default: True.

    Raises:
        FileExistsError: if the target has appeared and is not to be replaced; it stays.
    """
    if target.is_symlink() and not target.is_dir():
        target = Path(os.path.realpath(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f'.{uuid.uuid4().hex}.unfinished')
    try:
        yield unfinished
        if overwrite:
            if target.is_file() and unfinished.is_file():
                shutil.copymode(target, unfinished)
            unfinished.replace(target)
        else:
            move_to_new(unfinished, target)
    finally:
        remove(unfinished)


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def remove_unfinished(folder: Path, deep: bool = False) -> None:
    """Removes what killed processes have left in a folder, and with ``deep`` below; nobody else may be writing there.

    What others have called so stays.
    """
    for path in [*(folder.rglob if deep else folder.glob)('.*.unfinished')]:
        if UNFINISHED.fullmatch(path.name):
            remove(path)


def move_to_new(source: Path, target: Path) -> None:
    """Renames, but never over anything."""
    try:
        os.link(source, target)  # which fails where a rename would replace
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise FileExistsError(17, 'File exists', str(target)) from None
        source.rename(target)


def write_whole(path: Path, text: str) -> None:
    with whole(path) as unfinished:
        unfinished.write_text(text)
