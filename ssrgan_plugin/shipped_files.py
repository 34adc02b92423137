"""What comes along: weights; and configs and tools, in a wheel below ``.mim``, as MMagic's, in a clone beside it."""

from pathlib import Path

from .errors import InputError

WEIGHTS = Path(__file__).parent / 'weights'


def shipped(part: str) -> Path:
    """The folder ``'configs'`` or ``'tools'``.

    Raises:
        InputError: if the package came without.
    """
    package = Path(__file__).parent
    for folder in (package / '.mim' / part, package.parent / part):
        if folder.is_dir():
            return folder
    raise InputError(f'{package} comes without {part}: install the package from its wheel or repository')


def print_configs() -> None:
    print(shipped('configs'))
