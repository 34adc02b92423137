"""Hands over to the scripts that MMagic installs, with its versions adapted and bad input told in one sentence.

``python -m ssrgan_plugin.toolbox.mmagic_scripts`` prints where they are.
"""

import runpy
import sys
from importlib.util import find_spec
from pathlib import Path

from ..errors import InputError


def tools_dir() -> Path:
    """Where the installed MMagic keeps its tools.

    Raises:
        InputError: if MMagic is not installed.
    """
    spec = find_spec('mmagic')
    if spec is None:
        raise InputError('MMagic is not installed: run "bash tools/setup_env.sh", or see the README')
    return Path(spec.origin).parent / '.mim' / 'tools'


def run(script: str) -> None:
    """Runs one of MMagic's tools, such as 'train.py', with this process's arguments.

    On bad input prints one sentence and exits with status 1.
    """
    try:
        path = tools_dir() / script
        from .adaptations import apply

        apply()
        runpy.run_path(str(path), run_name='__main__')
    except OSError as error:
        sentence = f'{error.filename}: {error.strerror}: check the path' if error.filename else error
        sys.exit(f'{script}: {sentence}')
    except InputError as error:
        # A data-loading worker's error arrives with the worker's traceback as its text; its last line is the sentence.
        sentence = str(error).strip().splitlines()[-1].removeprefix(f'{InputError.__module__}.InputError: ')
        sys.exit(f'{script}: {sentence}')


if __name__ == '__main__':
    try:
        print(tools_dir())
    except InputError as error:
        sys.exit(f'{error}')
