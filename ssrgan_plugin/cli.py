"""The ``ssrgan`` command, and the doors in ``tools/``: arguments, and one call. Heavy imports wait for the call."""

import argparse
import inspect
import os
import sys
import warnings
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Dict, Optional

from . import __version__
from .errors import InputError, missing_module
from .experiments import arguments as experiments
from .restoration import arguments as pictures
from .terminations import Terminated, as_interruptions
from .web import arguments as page


def configs(parser: argparse.ArgumentParser) -> None:
    """Prints the folder of the configs, to train them or to inherit from them.

    ls "$(ssrgan configs)"
    """
    parser.set_defaults(function='ssrgan_plugin.shipped_files:print_configs')


COMMANDS = {**pictures.COMMANDS, **page.COMMANDS, **experiments.COMMANDS, 'configs': configs}


WHAT = """Restores images whose pixels were lost at random.

ssrgan corrupt photo.jpg -o damaged.png --ratio 0.5
ssrgan restore damaged.png -o restored.png
ssrgan restore --help                       # examples, formats and defaults, as of every command
"""


def parse_args(tool: Optional[str] = None) -> Dict[str, Any]:
    """What is to be called, and with what; ``tool`` is the one command of a door in ``tools/``."""
    form = argparse.RawDescriptionHelpFormatter
    if tool:
        add = COMMANDS[tool]
        parser = argparse.ArgumentParser(description=inspect.getdoc(add), formatter_class=form)
        add(parser)
        parsers = {tool: parser}
    else:
        parser = argparse.ArgumentParser(prog='ssrgan', description=WHAT, formatter_class=form)
        parser.add_argument('--version', action='version', version=f'ssrgan {__version__}')
        commands = parser.add_subparsers(dest='command', required=True, metavar='COMMAND')
        for name, add in COMMANDS.items():
            text = inspect.getdoc(add) or ''
            add(
                commands.add_parser(name, help=text.splitlines()[0].rstrip('.'), description=text, formatter_class=form)
            )
        parsers = commands.choices
    args = parser.parse_args()
    check = getattr(args, 'check', None)
    if check:
        check(parsers[tool or args.command], args)
    return {key: value for key, value in vars(args).items() if key not in ('check', 'command')}


def main(tool: Optional[str] = None) -> None:
    """Calls the command that the arguments name, or the one of a door in ``tools/``."""
    name = Path(sys.argv[0]).name if tool else 'ssrgan'
    open_standard_streams()
    for stream in (sys.stdout, sys.stderr):  # names may be any bytes, and consoles know any few characters
        stream.reconfigure(errors='backslashreplace')  # type: ignore[union-attr]
    arguments = parse_args(tool)
    function = arguments.pop('function')
    interrupted = arguments.pop('interrupted', 'what is written is whole')
    warnings.simplefilter('ignore')  # libraries' own; ours are in what is told
    try:
        with as_interruptions():
            failures = resolve_name(function)(**arguments) or []
        for failure in failures:
            print(f'{name}: {failure}', file=sys.stderr)
        sys.stdout.flush()
        sys.exit(1 if failures else 0)
    except BrokenPipeError:
        end_quietly(name, 'the output is closed')
    except (InputError, OSError) as error:
        try:
            sys.stdout.flush()
        except OSError:
            end_quietly(
                name, f'the output cannot be written ({error.strerror if isinstance(error, OSError) else error})'
            )
        if isinstance(error, OSError) and error.filename is None:
            sys.exit(f'{name}: the output cannot be written ({error.strerror or error})')
        sys.exit(f'{name}: {error}')
    except ModuleNotFoundError as error:
        sys.exit(f'{name}: {missing_module(error)}')
    except Terminated as end:
        print(f'{name}: ended by a signal ({end}); {interrupted}', file=sys.stderr)
        sys.exit(end.status)
    except KeyboardInterrupt:
        sys.exit(f'{name}: interrupted; {interrupted}')


def open_standard_streams() -> None:
    """Stands in for streams that were closed, whose numbers the next files would get; reading and writing them fail."""
    for stream, mode in (('stdin', 'r'), ('stdout', 'w'), ('stderr', 'w')):
        if getattr(sys, stream) is None:
            # The least number that is free, which is the stream's own.
            descriptor = os.open(os.devnull, os.O_RDONLY if stream == 'stdout' else os.O_WRONLY)
            setattr(sys, stream, open(descriptor, mode))


def end_quietly(name: str, reason: str) -> None:
    """Ends without Python's own complaint about a stream that takes nothing any more."""
    print(f'{name}: {reason}', file=sys.stderr)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)
