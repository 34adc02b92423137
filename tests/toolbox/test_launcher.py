"""What a launcher's process could not tell itself."""

import signal

import pytest


@pytest.fixture
def launch(run, tmp_path, port):
    def launch(code: str):
        (tmp_path / 'script.py').write_text(code)
        options = ['--nproc_per_node', '1', '--master_port', port]
        return run('python', '-m', 'ssrgan_plugin.toolbox.launcher', *options, tmp_path / 'script.py')

    return launch


@pytest.mark.parametrize('name', ['SIGABRT', 'SIGKILL'])
def test_signal_is_named(launch, name):
    done = launch(f'import os, signal; os.kill(os.getpid(), signal.{name})')
    assert done.returncode == 128 + signal.Signals[name]
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f'launcher: process 0 was ended by {name}')
    assert ('memory' in last) == (name == 'SIGKILL')


def test_own_status_and_words_alone(launch):
    done = launch('import sys; sys.exit("script: the reason")')
    assert done.returncode == 1 and done.stderr.splitlines()[-1] == 'script: the reason'


def test_processes_leave_their_group(launch):
    """Else its threads may outlive the interpreter, which aborts the process."""
    done = launch("""
import runpy
import torch
from ssrgan_plugin.toolbox import adaptations, mmagic_scripts
adaptations.apply = lambda: None
runpy.run_path = lambda *args, **kwargs: torch.distributed.init_process_group('gloo')
mmagic_scripts.run('train.py')
assert not torch.distributed.is_initialized()
print('left')
""")
    assert done.returncode == 0 and 'left' in done.stdout, done.stderr
