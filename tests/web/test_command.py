import importlib.util
import socket
import subprocess
import sys

import pytest

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.web import server


def ssrgan(*arguments):
    return subprocess.run([sys.executable, '-m', 'ssrgan_plugin', *arguments], capture_output=True, text=True)


@pytest.mark.skipif(bool(importlib.util.find_spec('gradio')), reason='Gradio is here')
def test_what_is_missing_is_named():
    done = ssrgan('web', '--port', '0')
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith('install this package with its extras [web], as the README says')


def test_ports_that_are_taken():
    with socket.create_server(('127.0.0.1', 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=f'127.0.0.1:{port} cannot be listened at'):
            server.listen('127.0.0.1', port)
    with pytest.raises(InputError, match='name another'):
        server.listen('no.such.host.invalid', 0)


@pytest.mark.parametrize(
    'option', [('--port', '70000'), ('--max-upload', '0'), ('--max-upload', 'inf'), ('--port', 'x')]
)
def test_options(option):
    done = ssrgan('web', *option)
    assert done.returncode == 2 and option[1] in done.stderr.splitlines()[-1]
