import os

import pytest

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.web import sessions as module
from ssrgan_plugin.web.sessions import Sessions


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


def test_what_was_abandoned_goes(sessions, monkeypatch):
    token, other = sessions.new_token(), sessions.new_token()
    session = sessions.get(token)
    sessions.opened(other, 'page')
    monkeypatch.setattr(module, 'ABANDONED', -1)
    sessions.remove_abandoned()
    assert not session.folder.exists() and list(sessions.sessions) == [other]


def test_files_count_once_by_whatever_names(sessions):
    session = sessions.get(sessions.new_token())
    file = session.new_folder() / 'a'
    file.write_text('123')
    for _ in range(2):  # as work lays them out
        os.link(file, session.new_folder() / 'a')
    os.symlink(session.folder / 'none', session.folder / 'gone')  # what was removed since its name was read
    assert session.size == 3
    (session.new_folder() / 'a').write_text('123')
    assert session.size == 6
