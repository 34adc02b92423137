import logging
import os
import runpy
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from mmengine.registry import init_default_scope
from PIL import Image

import ssrgan_plugin.registration  # noqa: F401
from ssrgan_plugin import cli

REPO = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def mmagic_scope():
    """Names in configs are MMagic's, as in a run."""
    init_default_scope('mmagic')


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope='session')
def flowers(tmp_path_factory):
    """A data set in Flower102's layout: 8 training and 4 test images, crops of a real photograph."""
    from ssrgan_plugin.datasets.sample_photograph_dataset import find_photograph

    root = tmp_path_factory.mktemp('flowers-102')
    (root / 'jpg').mkdir()
    photograph = Image.open(find_photograph('sklearn/datasets/images/flower.jpg'))
    names = [f'image_{i:05}.jpg' for i in range(12)]
    for i, name in enumerate(names):
        x, y = 40 * (i % 6), 100 * (i // 6)
        photograph.crop((x, y, x + 128, y + 128)).save(root / 'jpg' / name, quality=95)
    (root / 'train.txt').write_text('\n'.join(names[:8]) + '\n')
    (root / 'test.txt').write_text('\n'.join(names[8:]) + '\n')
    return root


@pytest.fixture
def tiny_config(flowers, tmp_path):
    """Writes a user's config: it inherits one of ours, with a small network on the small data set."""

    def write(extra: str = '', base: str = 'ssrgan_flower_p50', name: str = 'tiny.py') -> Path:
        path = tmp_path / name
        path.write_text(f"""
_base_ = '{os.path.relpath(REPO / 'configs' / base, tmp_path)}.py'
model = dict(
    generator=dict(mid_channels=8, num_blocks=1, upscale_factor=1), discriminator=dict(channels=(8, 8, 8, 8)))
train_dataloader = val_dataloader = test_dataloader = dict(
    batch_size=4, num_workers=1, dataset=dict(data_root={str(flowers)!r}))
default_hooks = dict(logger=dict(interval=1))
train_cfg = dict(max_epochs=2)
work_dir = {str(tmp_path / 'work')!r}
{extra}
""")
        return path

    return write


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        return str(free.getsockname()[1])


@pytest.fixture
def run():
    """Runs a command as a user would; returns the finished process with its output as text."""

    def run(*command, cwd=None, timeout=300, **env) -> subprocess.CompletedProcess:
        command = [str(part) for part in command]
        if command[0].endswith('.py'):
            command.insert(0, sys.executable)
        path = f'{Path(sys.executable).parent}:{os.environ["PATH"]}'
        return subprocess.run(
            command,
            cwd=cwd,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={**os.environ, 'PATH': path, 'VIRTUAL_ENV': sys.prefix, **env},
        )

    return run


@pytest.fixture
def photograph(tmp_path):
    """A small photograph as a file."""
    from ssrgan_plugin.datasets.sample_photograph_dataset import find_photograph

    picture = Image.open(find_photograph('sklearn/datasets/images/flower.jpg')).crop((200, 100, 296, 180))
    picture.save(tmp_path / 'photo.png')
    return tmp_path / 'photo.png'


@pytest.fixture
def door(monkeypatch, capfd):
    """Calls ``ssrgan``, or a script such as tools/train.py, in this process: imports are paid for once.

    Returns its output, as a finished process would.
    """
    on_termination = signal.getsignal(signal.SIGTERM)
    monkeypatch.setenv('LOCAL_RANK', '0')  # MMagic's scripts set it, and leave it
    monkeypatch.setattr(logging, 'raiseExceptions', False)  # MMEngine may keep a logger of a test before, to no screen

    def door(command, *arguments) -> subprocess.CompletedProcess:
        monkeypatch.setattr(sys, 'argv', [str(command), *map(str, arguments)])
        capfd.readouterr()
        code = 0
        try:
            cli.main() if command == 'ssrgan' else runpy.run_path(str(command), run_name='__main__')
        except SystemExit as stop:
            code = stop.code or 0
        output = capfd.readouterr()
        message, code = (f'{code}\n', 1) if isinstance(code, str) else ('', code)
        return subprocess.CompletedProcess(arguments, code, output.out, output.err + message)

    yield door
    signal.signal(signal.SIGTERM, on_termination)


@pytest.fixture
def ssrgan(door):
    """The same for ``ssrgan``, which is to end with this status."""

    def call(*arguments, status=0):
        done = door('ssrgan', *arguments)
        assert done.returncode == status, done.stderr
        return done

    return call


@pytest.fixture
def damaged(ssrgan, photograph, tmp_path):
    """The photograph with half of its pixels black; mask.png is beside it."""
    path = tmp_path / 'damaged.png'
    ssrgan('corrupt', photograph, '-o', path, '--ratio', '0.5', '--save-mask', tmp_path / 'mask.png')
    return path
