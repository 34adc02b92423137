import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.web import sessions as module
from ssrgan_plugin.web.sessions import Sessions, files_folder


@pytest.fixture
def sessions(tmp_path):
    return Sessions(tmp_path)


def test_a_session_owns_its_own_files_alone(sessions, tmp_path):
    mine, other = (sessions.get(sessions.new_token()) for _ in range(2))
    file, theirs, outside = mine.new_folder() / 'a', other.new_folder() / 'b', tmp_path / 'c'
    for path in (file, theirs, outside):
        path.write_text('x')
    link = mine.folder / 'link'
    os.symlink(theirs, link)
    assert mine.owns(str(file))
    for path in (theirs, outside, link, mine.folder, mine.folder / 'none', f'{mine.folder}/../{theirs.name}'):
        assert not mine.owns(str(path))


def test_tokens_cannot_be_made_up(sessions, tmp_path):
    token = sessions.new_token()
    strangers = Sessions(tmp_path).new_token()
    for bad in (None, '', 'a', 'a.b', token[:-1], token.swapcase(), strangers, 'é.é'):
        with pytest.raises(InputError):
            sessions.get(bad)
    assert sessions.get(token) is sessions.get(token)


def test_files_go_with_the_last_page(sessions):
    token = sessions.new_token()
    sessions.opened(token, 'one')
    sessions.opened(token, 'two')
    session = sessions.get(token)
    (session.new_folder() / 'a').write_text('x')
    sessions.left(token, 'one')
    assert session.size == 1
    sessions.left(token, 'two')
    assert not session.folder.exists() and session.stop.is_set()
    with pytest.raises(InputError):  # work that was going on finds no place to write to
        session.new_folder()
    assert sessions.get(token).folder != session.folder


class Clock:
    now = 0.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(module, 'time', clock)
    return clock


def test_what_was_abandoned_goes(sessions, clock):
    token, other = sessions.new_token(), sessions.new_token()
    session = sessions.get(token)
    sessions.opened(other, 'page')
    clock.now = 600
    sessions.remove_abandoned()
    assert session.folder.exists()
    clock.now = 601
    sessions.remove_abandoned()
    assert not session.folder.exists() and session.closed and list(sessions.sessions) == [other]


def test_nobody_is_abandoned_who_is_being_answered(sessions, clock):
    token = sessions.new_token()
    session = sessions.get(token)
    with sessions.heard_of(token):
        with sessions.heard_of(token):
            pass
        clock.now = 5000
        sessions.remove_abandoned()
        assert session.folder.exists()
    clock.now = 5600
    sessions.remove_abandoned()
    assert session.folder.exists()
    clock.now = 5601
    sessions.remove_abandoned()
    assert not session.folder.exists()
    with sessions.heard_of(None), sessions.heard_of('a.b'):
        assert not sessions.sessions


def test_what_was_abandoned_goes_though_nobody_asks_for_anything(sessions, monkeypatch):
    gone, remove = threading.Event(), sessions.remove_abandoned

    def removing():
        remove()
        gone.set()

    monkeypatch.setattr(sessions, 'remove_abandoned', removing)
    monkeypatch.setattr(module, 'ABANDONED', -1)
    monkeypatch.setattr(module, 'EVERY', 0)
    session = sessions.get(sessions.new_token())
    with sessions.tidied():
        (thread,) = (thread for thread in threading.enumerate() if thread.name == 'tidying')
        assert thread.daemon and gone.wait(60)
        assert not session.folder.exists()
        working = sessions.get(token := sessions.new_token())
        sessions.opened(token, 'page')
    assert not thread.is_alive() and working.stop.is_set()


def test_what_work_writes_after_its_session_has_ended_goes(sessions):
    token, other = sessions.new_token(), sessions.new_token()
    session, kept = sessions.get(token), sessions.get(other)
    sessions.opened(token, 'page')
    file = session.new_folder() / 'restored' / 'a'
    sessions.left(token, 'page')
    file.parent.mkdir(parents=True)  # as files that are written whole do
    file.write_text('x')
    sessions.remove_abandoned()
    assert list(sessions.root.iterdir()) == [kept.folder]


def test_empty_files_of_gradio_go(sessions, tmp_path):
    empty, full = tmp_path / 'tmp1', tmp_path / 'tmp2'
    empty.touch()
    full.write_text('x')
    (tmp_path / 'tmp3').mkdir()
    sessions.remove_abandoned()
    assert sorted(tmp_path.iterdir()) == [full, tmp_path / 'tmp3']


def test_files_are_taken_whole_or_not_at_all(sessions):
    session = sessions.get(sessions.new_token())
    one, other = session.take([('a', io.BytesIO(b'x')), ('a', io.BytesIO(b'yz'))])
    assert (one.read_bytes(), other.read_bytes(), one.name, other.name) == (b'x', b'yz', 'a', 'a')
    before = set(session.folder.rglob('*'))
    broken = io.BytesIO()
    broken.close()
    with pytest.raises(ValueError):
        session.take([('a', io.BytesIO(b'x')), ('b', broken)])
    assert set(session.folder.rglob('*')) == before


def test_files_count_once_by_whatever_names(sessions):
    session = sessions.get(sessions.new_token())
    (file,) = session.take([('a', io.BytesIO(b'123'))])
    for _ in range(2):  # as work lays them out
        os.link(file, session.new_folder() / 'a')
    os.symlink(session.folder / 'none', session.folder / 'gone')  # what was removed since its name was read
    assert session.size == 3
    session.take([('a', io.BytesIO(b'123'))])
    assert session.size == 6


def test_the_folder_goes_with_the_block(tmp_path):
    with files_folder() as folder:
        (folder / 'a').write_text('x')
        assert folder.name.startswith('ssrgan-web-') and folder.is_absolute()
    assert not folder.exists()


LATE = """
import threading
from ssrgan_plugin.web.sessions import files_folder

ended = threading.Event()

def work():
    ended.wait()
    (folder / 'session-a').mkdir(parents=True)
    (folder / 'session-a' / 'b').write_text('x')
    print(folder)

with files_folder() as folder:
    threading.Thread(target=work).start()
ended.set()
"""


def test_what_work_writes_after_the_server_has_ended_goes():
    done = subprocess.run([sys.executable, '-c', LATE], capture_output=True, text=True, check=True)
    assert not Path(done.stdout.strip()).exists() and 'ssrgan-web-' in done.stdout
