import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from types import SimpleNamespace

import pytest

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.terminations import Terminated
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
    'option',
    [
        ('--port', '70000'),
        ('--max-upload', '0'),
        ('--max-upload', 'inf'),
        ('--port', 'x'),
        ('--max-pixels', '0'),
        ('--max-pixels', '-1'),
    ],
)
def test_options(option):
    done = ssrgan('web', *option)
    assert done.returncode == 2 and option[1] in done.stderr.splitlines()[-1]


@pytest.mark.parametrize('end', [None, KeyboardInterrupt(), Terminated(signal.SIGTERM)])
def test_what_was_abandoned_is_looked_for_until_the_server_ends(monkeypatch, end):
    seen = {}

    def tidying():
        return [thread for thread in threading.enumerate() if thread.name == 'tidying']

    class Server:
        def __init__(self, config):
            pass

        def run(self, sockets):
            sessions = seen['sessions']
            session = sessions.get(sessions.new_token())
            seen.update(session=session, file=session.new_folder() / 'a', tidying=tidying())
            seen['file'].write_text('x')
            if end:
                raise end

    def application(sessions, *arguments):
        seen['sessions'] = sessions

    monkeypatch.setattr(os, 'environ', dict(os.environ))
    monkeypatch.setitem(sys.modules, 'uvicorn', SimpleNamespace(Server=Server, Config=lambda *args, **settings: None))
    monkeypatch.setitem(sys.modules, 'ssrgan_plugin.web.application', SimpleNamespace(application=application))
    with suppress(Terminated):
        assert server.serve('127.0.0.1', 0, 1) == [] and not isinstance(end, Terminated)
    assert len(seen['tidying']) == 1 and not tidying()
    assert seen['session'].stop.is_set() and not seen['sessions'].root.exists()
