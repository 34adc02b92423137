"""Every file of a folder of odd and damaged ones through restore, corrupt and evaluate, each in a process of its own.

    python tests/campaigns/odd_files.py FOLDER

Prints what each command made of the files: done, refused in one sentence, ended by a traceback or a signal, over
1.5 GB, over 60 s. Ends with 1 if any of the last four is not 0. Each file is a forked child of one warm parent, before
any thread is started: minutes for hundreds of files. Not in the default suite: the files are not in the repository.
"""

import argparse
import collections
import contextlib
import io
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import List, NamedTuple

MOST_MEMORY = 1500  # MB
LONGEST = 60  # s
KINDS = ('done', 'refused', 'traceback', 'crash', 'over 1.5 GB', 'over 60 s')


class Outcome(NamedTuple):
    kind: str
    told: str
    memory: float
    seconds: float


def commands(file: Path, folder: Path) -> List[List[str]]:
    damaged, restored = folder / 'damaged.tif', folder / 'restored.tif'
    return [
        ['restore', str(file), '-o', str(folder / 'found.tif'), '--device', 'cpu'],
        ['corrupt', str(file), '-o', str(damaged), '--ratio', '0.3', '--save-mask', str(folder / 'mask.png')],
        ['restore', str(damaged), '-o', str(restored), '--mask', str(folder / 'mask.png'), '--device', 'cpu'],
        ['evaluate', '--originals', str(file), '--restored', str(restored)],
        ['evaluate', '--originals', str(file), '--restored', str(file)],
    ]


def run(command: List[str]) -> Outcome:
    """Runs the command in a child."""
    receiver, sender = os.pipe()
    begin = time.monotonic()
    child = os.fork()
    if not child:
        os.close(receiver)
        code, told = 2, ''
        try:
            code, told = inside(command)
        except BaseException as error:
            told = repr(error)
        os.write(sender, told.encode(errors='replace')[:4000])
        os._exit(code)
    os.close(sender)
    _, status, usage = os.wait4(child, 0)
    with os.fdopen(receiver, 'rb') as pipe:
        told = pipe.read().decode()
    memory = usage.ru_maxrss / 1024
    seconds = time.monotonic() - begin
    if os.WIFSIGNALED(status):
        kind = 'over 60 s' if os.WTERMSIG(status) == signal.SIGALRM else 'crash'
    else:
        kind = {0: 'done', 1: 'refused'}.get(os.WEXITSTATUS(status), 'traceback')
    return Outcome('over 1.5 GB' if memory > MOST_MEMORY else kind, told, memory, seconds)


def inside(command: List[str]) -> tuple:
    signal.alarm(LONGEST)
    from ssrgan_plugin.cli import main

    sys.argv = ['ssrgan', *command]
    output = io.TextIOWrapper(io.BytesIO(), 'utf-8')
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            main()
    except SystemExit as stop:
        output.flush()
        told = output.buffer.getvalue().decode()
        if isinstance(stop.code, str):
            told += stop.code
        sentences = [line for line in told.splitlines() if line.startswith('ssrgan: ')]
        if stop.code and len(sentences) != 1:
            return 2, f'not one sentence: {told}'
        return (1 if stop.code else 0), told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--verbose', action='store_true', help='every refusal, too')
    arguments = parser.parse_args()
    os.environ['OMP_NUM_THREADS'] = '1'
    import ssrgan_plugin.restoration.corrupting
    import ssrgan_plugin.restoration.evaluation
    import ssrgan_plugin.restoration.restorer  # noqa: F401

    table = collections.defaultdict(collections.Counter)
    for file in sorted(path for path in arguments.folder.rglob('*') if path.is_file()):
        with tempfile.TemporaryDirectory() as folder:
            for command in commands(file, Path(folder)):
                if command[0] == 'restore' and '--mask' in command and not Path(command[1]).exists():
                    break  # what cannot be damaged cannot be restored
                name = f'{command[0]}{" with its mask" if "--mask" in command else ""}'
                name += ' with itself' if command[-1] == command[2] else ''
                outcome = run(command)
                table[name][outcome.kind] += 1
                if outcome.kind not in ('done', 'refused') or arguments.verbose:
                    print(f'{name} {file}: {outcome.kind}, {outcome.memory:.0f} MB, {outcome.seconds:.1f} s: '
                          f'{outcome.told.strip()}')  # fmt: skip
    print('| | ' + ' | '.join(KINDS) + ' |\n|' + '---|' * (len(KINDS) + 1))
    for name, counts in table.items():
        print(f'| {name} | ' + ' | '.join(str(counts[kind]) for kind in KINDS) + ' |')
    sys.exit(any(counts[kind] for counts in table.values() for kind in KINDS[2:]))


if __name__ == '__main__':
    main()
