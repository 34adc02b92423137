"""Commands run as a user runs them, in children forked from a process that has imported everything already."""

import os
import resource
import runpy
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Callable, List, NamedTuple

REPO = Path(__file__).parents[2]

TINY = f"""
_base_ = {str(REPO / 'configs/ssrgan_sample_p50.py')!r}
model = dict(
    generator=dict(mid_channels=4, num_blocks=1, upscale_factor=1), discriminator=dict(channels=(4, 4, 4, 4)))
train_dataloader = dict(batch_size=4, dataset=dict(repeat=4))
val_dataloader = test_dataloader = dict(dataset=dict(max_images=1, pipeline=[
    dict(type='LoadWholeImageFromFile', key='gt'),
    dict(type='Crop', keys=['gt'], crop_size=(32, 32), random_crop=False),
    dict(type='RandomPixelCorruption'),
    dict(type='PackInputs'),
]))
visualizer = dict(vis_backends=[])
default_hooks = dict(logger=dict(interval=1))
"""


class Outcome(NamedTuple):
    status: int  # negative: killed by this signal
    output: str
    megabytes: float  # that the command added
    seconds: float


def import_everything() -> None:
    import torch

    import ssrgan_plugin.registration  # noqa: F401
    import ssrgan_plugin.restoration.restorer
    import ssrgan_plugin.toolbox.trained_models  # noqa: F401

    torch.set_num_threads(1)


def start(command: Callable[[], None], log: Path) -> int:
    """Runs it in a child; returns the process id."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    status = 70
    try:
        command()
        status = 0
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def run(command: Callable[[], None], log: Path, limit: float = 120) -> Outcome:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    log.unlink(missing_ok=True)
    begin = time.monotonic()
    child = start(command, log)
    while True:
        pid, status, usage = os.wait4(child, os.WNOHANG)
        if pid:
            break
        if time.monotonic() - begin > limit:
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.01)
    return Outcome(
        os.waitstatus_to_exitcode(status),
        log.read_text(errors='replace'),
        max(usage.ru_maxrss - before, 0) / 1e3,
        time.monotonic() - begin,
    )


def tool(name: str, *arguments) -> Callable[[], None]:
    """One of ``tools/*.py`` with its arguments."""

    def call() -> None:
        sys.argv = [name, *map(str, arguments)]
        runpy.run_path(str(REPO / 'tools' / name), run_name='__main__')

    return call


def descendants(pid: int) -> List[int]:
    """Every process below this one."""
    parents = {}
    for path in Path('/proc').glob('[0-9]*/stat'):
        try:
            fields = path.read_text().rpartition(') ')[2].split()
        except OSError:  # it has ended
            continue
        if fields[0] != 'Z':
            parents[int(path.parent.name)] = int(fields[1])
    found, wave = [], [pid]
    while wave:
        wave = [child for child, parent in parents.items() if parent in wave]
        found += wave
    return found


def alive(pids: List[int]) -> List[int]:
    return [pid for pid in pids if Path(f'/proc/{pid}').exists() and state(pid) != 'Z']


def state(pid: int) -> str:
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(') ')[2].split()[0]
    except OSError:
        return 'Z'
