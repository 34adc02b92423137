"""What the page's handlers leave of files, without a browser."""

from types import SimpleNamespace

import pytest

from ssrgan_plugin.restoration.restorer import Restorer
from ssrgan_plugin.web import texts
from ssrgan_plugin.web.orders import CONTROLS
from ssrgan_plugin.web.page import Page
from ssrgan_plugin.web.sessions import Sessions


@pytest.fixture
def sessions(tmp_path):
    (tmp_path / 'root').mkdir()
    return Sessions(tmp_path / 'root')


@pytest.fixture
def page(sessions):
    return Page(sessions, 'cookie', lambda ensemble: Restorer(device='cpu'), None)


@pytest.fixture
def request_(sessions, page):
    """One of a browser whose page is open."""
    request = SimpleNamespace(cookies={'cookie': sessions.new_token()}, session_hash='one')
    page.opened(request)
    return request


@pytest.fixture
def session(sessions, request_):
    return sessions.get(request_.cookies['cookie'])


@pytest.fixture
def uploads(session, damaged):
    """The damaged picture under three names."""
    content = damaged.read_bytes()
    paths = []
    for name in ('a.png', 'b.png', 'c.png'):
        paths.append(session.new_folder() / name)
        paths[-1].write_bytes(content)
    return paths


def controls(pictures, how=texts.FIND):
    given = dict(pictures=[str(path) for path in pictures], how=how, level=50, damage='black')
    return [given.get(name) for name in CONTROLS]


def test_no_more_than_two_folders_of_work_stay(page, request_, session, uploads):
    def look(old, pictures, how=texts.FIND):
        _, results, _, stage = page.look(request_, old, *controls(pictures, how))
        return results, stage, set(session.folder.iterdir()) - {path.parent for path in uploads}

    first, _, there = look(None, uploads[:1])
    assert there == {first.folder}
    second, _, there = look(first, uploads[:1])
    assert there == {first.folder, second.folder}  # the browser may still be asking for the first
    emptied, stage, there = look(second, [])
    assert there == {second.folder} and texts.EMPTY in stage
    assert texts.EMPTY in page.chosen(emptied, 'a.png')
    refused, stage, there = look(emptied, uploads[:1], texts.MASK)
    assert there == {second.folder} and texts.EMPTY in stage
    third, _, there = look(refused, uploads[:1])
    assert there == {second.folder, third.folder}
    fourth, _, there = look(third, uploads[:1])
    assert there == {third.folder, fourth.folder}


def test_a_page_that_is_closed_amid_work_leaves_nothing(page, request_, session, uploads):
    steps = page.restore(request_, None, False, lambda *args, **kwargs: None, *controls(uploads))
    next(steps)
    _, results, _, _ = next(steps)
    assert list(results.shown) == ['a.png', 'b.png'] and session.folder.exists()
    page.left(request_)
    (session.folder / 'late').mkdir(parents=True)  # as files that are written whole do
    ((status, results, _, stage),) = steps
    assert texts.CLOSED[1:] in status and results is None and texts.EMPTY in stage
    assert not session.folder.exists()
