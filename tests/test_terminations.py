"""A command that is ended from outside leaves nothing behind, and says so by its status."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from ssrgan_plugin.terminations import SIGNALS, Terminated, as_interruptions


def started(tmp_path, **options):
    """A command that writes for many seconds, once it has begun to write."""
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(1, 255, (2000, 1500, 3), np.uint8)).save(tmp_path / 'a.png', compress_level=0)
    Image.fromarray(255 * (rng.random((2000, 1500)) < 0.3).astype(np.uint8)).save(tmp_path / 'mask.png')
    command = ['restore', tmp_path / 'a.png', '-o', tmp_path / 'out' / 'b.png', '--mask', tmp_path / 'mask.png']
    process = subprocess.Popen(
        [sys.executable, '-m', 'ssrgan_plugin', *command, '--self-ensemble'],
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )
    while not (tmp_path / 'out').is_dir() or not [*(tmp_path / 'out').iterdir()]:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    return process


@pytest.mark.parametrize('number', SIGNALS)
def test_nothing_is_left_behind(tmp_path, number):
    process = started(tmp_path)
    process.send_signal(number)
    time.sleep(0.1)
    for more in SIGNALS:  # as a terminal does that closes
        process.send_signal(more)
    assert process.wait() == 128 + number
    assert [*(tmp_path / 'out').iterdir()] == []
    assert process.stderr.read().endswith('; what is written is whole\n')


def test_what_is_ignored_stays_ignored():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with as_interruptions():
            os.kill(os.getpid(), signal.SIGHUP)
            with pytest.raises(Terminated, match='Terminated'):
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(5)
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN, 'no second one comes in between'
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)


def test_forked_children_end_as_ever():
    with as_interruptions():
        child = os.fork()
        if not child:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
            os._exit(0)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGTERM
