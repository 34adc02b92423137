"""The page is tested where Gradio is, and MMagic is not: by tools/run_web_tests.sh."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

collect_ignore = [] if importlib.util.find_spec('gradio') else ['test_gate.py', 'test_handlers.py', 'test_page.py']


@pytest.fixture(scope='session')
def photograph():
    """A part of scikit-image's photograph of a cat."""
    from skimage import data

    picture = Image.open(Path(data.__file__).parent / 'chelsea.png')
    return np.asarray(picture.crop((100, 60, 260, 180)))


@pytest.fixture(scope='session')
def lost(photograph):
    return np.random.default_rng(0).random(photograph.shape[:2]) < 0.4


@pytest.fixture
def damaged(photograph, lost, tmp_path):
    """A file whose lost pixels are black."""
    path = tmp_path / 'cat.png'
    Image.fromarray(np.where(lost[..., None], 0, photograph).astype(np.uint8)).save(path)
    return path


class Server:
    """``ssrgan web`` on a free port, with a temporary folder of its own, and nothing to be heard of other hosts."""

    def __init__(self, folder: Path, *arguments: str):
        self.folder = folder
        self.trap = socket.create_server(('127.0.0.1', 0))
        self.trap.setblocking(False)
        proxy = f'http://127.0.0.1:{self.trap.getsockname()[1]}'
        env = {**os.environ, 'TMPDIR': str(folder), 'PYTHONWARNINGS': 'ignore', 'OMP_NUM_THREADS': '1'}
        env.update({name: proxy for name in ('HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy')})
        self.process = subprocess.Popen(
            [sys.executable, '-u', '-m', 'ssrgan_plugin', 'web', '--port', '0', '--device', 'cpu', *arguments],
            env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.url = self.process.stdout.readline().split()[0]

    def sessions(self):
        return list(self.folder.glob('ssrgan-web-*/session-*'))

    def end(self, how=signal.SIGTERM):
        """Ends it, and returns what it has said on stderr."""
        self.process.send_signal(how)
        return self.process.communicate(timeout=60)[1]

    def asked_outside(self):
        """Whether it has wanted anything of another host."""
        try:
            self.trap.accept()
        except BlockingIOError:
            return False
        return True


@pytest.fixture(scope='session')
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp('server'), '--max-upload', '2')
    yield server
    told = server.end()
    assert 'Traceback' not in told, told
    assert not server.asked_outside()
    assert not list(server.folder.glob('ssrgan-web-*'))


@pytest.fixture
def own_server(tmp_path):
    """One to be ended."""
    server = Server(tmp_path)
    yield server
    server.process.kill()
    server.process.wait()
