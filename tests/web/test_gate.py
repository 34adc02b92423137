"""Who may have what of the server, by requests that no browser would make."""

import http.client
import io
import os
import signal
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image


@pytest.fixture
def visitor(server):
    """A visitor with a cookie, as a browser has it when it has the page."""

    def visitor():
        client = httpx.Client(base_url=server.url, trust_env=False)
        assert client.get('/').status_code == 200
        return client

    return visitor


def upload(client, *files):
    return client.post('/gradio_api/upload', files=[('files', (name, content)) for name, content in files])


def join(client, path):
    """Asks for work on a file, as the page does, by the number of the component that takes pictures."""
    file = {'path': path, 'orig_name': 'a.png', 'meta': {'_type': 'gradio.FileData'}}
    return client.post('/gradio_api/queue/join', json=dict(data=[None, [file]], fn_index=0, session_hash='a'))


def raw(server, path, method='GET', **headers):
    """A request whose path no client library has put in order."""
    place = urlsplit(server.url)
    connection = http.client.HTTPConnection(place.hostname, place.port)
    connection.putrequest(method, path, skip_host='Host' in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    return connection.getresponse()


FORBIDDEN = [
    *(f'{door}{file}'
      for door in ('/gradio_api/file=', '/file=', '/gradio_api/file/', '/gradio_api/proxy=', '/proxy=', '/static/',
                   '/assets/', '/files/', '/svelte/', '/gradio_api/custom_component/1/client/component/')
      for file in ('/etc/passwd', '../../../../../../../../etc/passwd', '%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
                   '..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd', '..%5c..%5cetc/passwd', 'file:///etc/passwd',
                   'http://127.0.0.1/', '%00/etc/passwd')),
    '/gradio_api/info', '/gradio_api/openapi.json', '/monitoring', '/login_check', '/gradio_api/runs', '/docs',
    '/gradio_api/app_id', '/gradio_api/deep_link?session_hash=a', '/gradio_api/queue/status', '/gradio_api/vibe-code',
]  # fmt: skip


def test_no_door_leads_to_files_of_the_machine(server, visitor):
    cookies = '; '.join(f'{name}={value}' for name, value in visitor().cookies.items())
    for path in FORBIDDEN:
        answer = raw(server, path, Cookie=cookies)
        assert answer.status in (400, 403, 404), path
        assert b'root:' not in answer.read()
    for path in (
        'run/predict',
        'call/restore',
        'component_server',
        'process_recording',
        'cancel',
        'vibe-edit',
        'reset',
    ):
        assert visitor().post(f'/gradio_api/{path}', json={}).status_code == 403


def test_files_of_other_sessions_and_of_the_machine_are_none_of_ours(server, visitor, damaged):
    mine, other = visitor(), visitor()
    (path,) = upload(mine, ('a.png', damaged.read_bytes())).json()
    name = path.split('/session-')[1].split('/', 1)[1]
    assert mine.get(f'/files/{name}').content == damaged.read_bytes()
    assert mine.get(f'/files/{name}').headers['content-disposition'].startswith('attachment')
    assert other.get(f'/files/{name}').status_code == 404
    assert mine.get(f'/gradio_api/file={path}').content == damaged.read_bytes()
    assert other.get(f'/gradio_api/file={path}').status_code == 404
    assert httpx.get(f'{server.url}/files/{name}', trust_env=False).status_code == 403
    assert mine.get('/files/').status_code == 404
    assert join(mine, path).status_code == 200
    outside = '/etc/passwd', 'http://127.0.0.1:9/x.png', f'{path}/../../../../../etc/passwd', os.path.dirname(path), 7
    for client, file in ((other, path), *((mine, file) for file in outside)):
        assert join(client, file).status_code == 403, file


def test_dots_in_names_are_no_way_up(server, visitor):
    client = visitor()
    (path,) = upload(client, ('..a..b...png', b'x')).json()
    assert os.path.basename(path) == 'a..b...png'
    assert client.get(f'/files/{"/".join(path.split("/")[-2:])}').content == b'x'


def test_strangers_pages_reach_nothing(server, visitor):
    assert raw(server, '/', Host='evil.example').status == 403
    assert raw(server, '/', Host='evil.example:80').status == 403
    assert raw(server, '/', Host=f'localhost:{urlsplit(server.url).port}').status == 200
    client = visitor()
    client.headers['origin'] = 'http://evil.example'
    assert upload(client, ('a.png', b'x')).status_code == 403
    given = client.get('/', headers={'cookie': ''}).headers['set-cookie']
    assert 'HttpOnly' in given and 'SameSite=Strict' in given
    assert (
        visitor()
        .get('/', headers={'cookie': 'a=b'})
        .headers['content-security-policy']
        .startswith("default-src 'self'")
    )


def test_uploads_are_limited(server, visitor):
    client = visitor()
    answer = upload(client, ('a.png', b'0' * 2_000_001))
    assert answer.status_code == 413 and 'up to 2 MB' in answer.text
    for _ in range(10):
        assert upload(client, ('a.png', b'0' * 1_999_000)).status_code == 200
    answer = upload(client, ('a.png', b'0' * 1_999_000))
    assert answer.status_code == 413 and '20 MB' in answer.text
    other = visitor()
    (path,) = upload(other, ('a.png', b'0' * 1_999_000)).json()
    folder = os.path.dirname(os.path.dirname(path))
    before = set(os.listdir(folder))
    for files in ((1, 2_000_001), [1_999_000] * 10):  # what is refused leaves nothing, of the first ones neither
        assert upload(other, *(('b.png', b'0' * size) for size in files)).status_code == 413
        assert set(os.listdir(folder)) == before
    long = client.post('/gradio_api/queue/join', content=b'[' * (2**25 + 1))
    assert long.status_code == 413 and client.post('/gradio_api/queue/join', content=b'[').status_code == 400


def test_what_is_cut_off_is_not_told_of(own_server):
    client = httpx.Client(base_url=own_server.url, trust_env=False)
    cookies = '; '.join(f'{name}={value}' for name, value in client.get('/').cookies.items())
    place = urlsplit(own_server.url)
    for path in ('upload', 'queue/join'):
        with socket.create_connection((place.hostname, place.port)) as connection:
            head = f'POST /gradio_api/{path} HTTP/1.1', f'Host: {place.netloc}', f'Cookie: {cookies}'
            kind = 'Content-Type: multipart/form-data; boundary=b', 'Content-Length: 1000', '', ''
            part = '--b', 'Content-Disposition: form-data; name="files"; filename="a.png"', '', 'half'
            connection.sendall('\r\n'.join((*head, *kind, *part)).encode())
        assert client.get('/').status_code == 200
    assert not [file for session in own_server.sessions() for file in session.iterdir()]
    assert own_server.end(signal.SIGINT) == ''


@pytest.mark.parametrize('how', [signal.SIGTERM, signal.SIGHUP])
def test_files_go_with_the_server(own_server, how):
    client = httpx.Client(base_url=own_server.url, trust_env=False)
    client.get('/')
    (path,) = upload(client, ('a.png', b'x')).json()
    assert os.path.exists(path)
    own_server.end(how)
    assert own_server.process.returncode == 128 + how
    assert not list(own_server.folder.glob('ssrgan-web-*'))


@pytest.mark.parametrize(
    'name, kept',
    [('../../a.png', 'a.png'), ('.a.png', 'a.png'), ('-o.png', 'o.png'), ('a\\b.png', 'b.png'), ('a:b.png', 'a_b.png'),
     ('ü' * 200 + '.png', 'ü' * 75 + '.png'), ('..', 'picture'), ('"q".png', None)],
)  # fmt: skip
def test_names_stay_names(visitor, name, kept):
    (path,) = upload(visitor(), (name, b'x')).json()
    assert kept is None or os.path.basename(path) == kept
    with open(path) as file:
        assert file.read() == 'x'


def test_what_killed_browsers_leave_goes_with_the_heartbeat(server, visitor):
    client = visitor()
    image = io.BytesIO()
    Image.new('L', (8, 8)).save(image, 'PNG')
    (path,) = upload(client, ('a.png', image.getvalue())).json()
    session = next(folder for folder in server.sessions() if str(folder) in path)
    with client.stream('GET', '/gradio_api/heartbeat/abc') as alive:
        next(alive.iter_raw())
        assert session.exists()
    deadline = time.monotonic() + 30
    while session.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not session.exists()
