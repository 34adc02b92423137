"""Files that appear whole or not at all."""

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A path to write to, which gets its real name only when the block ends well."""
    unfinished = target.with_name(target.name + '.unfinished')
    target.parent.mkdir(parents=True, exist_ok=True)
    if unfinished.is_dir() and not unfinished.is_symlink():
        shutil.rmtree(unfinished)
    else:
        unfinished.unlink(missing_ok=True)
    try:
        yield unfinished
    except BaseException:
        if unfinished.is_file():
            unfinished.unlink()
        raise
    unfinished.replace(target)


def write_whole(path: Path, text: str) -> None:
    with whole(path) as unfinished:
        unfinished.write_text(text)
