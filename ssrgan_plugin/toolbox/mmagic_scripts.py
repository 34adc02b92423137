"""Hands over to the scripts that MMagic installs, with its versions adapted and bad input told in one sentence.

``python -m ssrgan_plugin.toolbox.mmagic_scripts`` prints where they are.
"""

import errno
import os
import runpy
import sys
import traceback
from importlib.util import find_spec
from pathlib import Path

from ..child_processes import die_with_parent
from ..errors import InputError, missing_module

LAUNCHED = 'TORCHELASTIC_RUN_ID' in os.environ


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
    if LAUNCHED:
        die_with_parent()  # one of a launcher's processes, which would go on for ever if that was killed
    try:
        path = tools_dir() / script
        from .adaptations import apply

        apply()
        runpy.run_path(str(path), run_name='__main__')
        leave_processes()
    except KeyboardInterrupt:
        sys.exit(f'{script}: interrupted{"; --resume goes on from the last checkpoint" * (script == "train.py")}')
    except OSError as error:
        sys.exit(f'{script}: {told(error)}')
    except ModuleNotFoundError as error:
        sys.exit(f'{script}: {missing_module(error)}')
    except InputError as error:
        # A data-loading worker's error arrives with the worker's traceback as its text; its last line is the sentence.
        sentence = str(error).strip().splitlines()[-1].removeprefix(f'{InputError.__module__}.InputError: ')
        sys.exit(f'{script}: {sentence}')
    except RuntimeError as error:
        reason = ' '.join(str(error).split())
        if reason.startswith('DataLoader worker'):
            sys.exit(f'{script}: {reason}: if memory ran out, set train_dataloader.num_workers=0')
        if LAUNCHED and ('Connection closed by peer' in reason or 'Connection reset by peer' in reason):
            sys.exit(f'{script}: another process of this run has stopped, and says why')
        end_before_it_began(script, error)
        raise
    except Exception as error:
        end_before_it_began(script, error)
        raise


def leave_processes() -> None:
    """Ends the threads that talk to a launcher's other processes: outliving the interpreter, they abort the process."""
    from torch import distributed

    if distributed.is_available() and distributed.is_initialized():
        distributed.destroy_process_group()


def end_before_it_began(script: str, error: Exception) -> None:
    """Tells in a sentence what a config's or an option's mistake has led to, whatever it was; an error of code that ran
    keeps its traceback, and so does any error where ``TRACEBACK`` is set."""
    frames = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
    ran = any(code.co_name == 'run' and Path(code.co_filename).stem.endswith('loops') for code in frames)
    if ran or os.environ.get('TRACEBACK'):
        return
    text = error.args[0] if isinstance(error, KeyError) and error.args else error  # its own text is in quotes
    reason = ' '.join(str(text).split()).partition('. Please check')[0]
    reason = f'{reason[:300]}…' if len(reason) > 300 else reason
    sys.exit(
        f'{script}: cannot begin with this config and these options ({type(error).__name__}: {reason}): mend them, or '
        'look with TRACEBACK=1 where it comes from'
    )


def told(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f'no space is left for {error.filename or "the next checkpoint"}: make some, or name another --work-dir'
    return f'{error.filename}: {error.strerror}: check the path' if error.filename else str(error)


if __name__ == '__main__':
    try:
        print(tools_dir())
    except InputError as error:
        sys.exit(f'{error}')
