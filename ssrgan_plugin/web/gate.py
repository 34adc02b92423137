"""What comes in from browsers, before Gradio sees it: the few addresses that the page needs, and a session's own files.

Gradio serves and takes any file below its temporary folder to and from whoever knows its path, fetches addresses that
requests name, and has doors that the page does not use. Here they are all shut.
"""

import json
import os
import re
from pathlib import Path
from typing import Any, Awaitable, BinaryIO, Callable, Iterator, List, Optional, Sequence
from urllib.parse import quote, urlsplit

from starlette.datastructures import MutableHeaders, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import InputError
from .sessions import Session, Sessions
from .texts import NO_ROOM, TITLE, TOO_LARGE, TOO_MANY

API = '/gradio_api'
GETS = re.compile(
    rf'/|/config|/theme\.css|/favicon\.ico|/(assets|static)(/[\w@.-]+)+|{API}/(theme\.css|startup-events|queue/data|'
    r'heartbeat/\w+)'
)
LARGEST_REQUEST = 2**25  # bytes; a painted mask is the most that a request brings
FILES_A_SESSION = 10  # as many times the largest file may all files together have
INERT = {'.webp': 'image/webp'}  # shown by the page; all else is only downloaded

# Nothing comes from, or goes to, another host, whatever a library's page would like.
HEADERS = {
    'content-security-policy': "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
}


class Refused(Exception):
    """An answer in place of the one that was asked for."""

    def __init__(self, status: int, text: str = ''):
        super().__init__(status, text)
        self.response = PlainTextResponse(text or {403: 'Forbidden', 404: 'Not Found'}.get(status, ''), status)


class Gate:
    """ASGI middleware around Gradio's application.

    Args:
        app: Gradio's.
        sessions: Whose files they are.
        hosts: Names by which the page may be called, against other sites' names that lead here; None: any.
        cookie: Name of the cookie; browsers share them between a host's ports.
        max_upload: Bytes of a file.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions, hosts: Optional[Sequence[str]], cookie: str, max_upload: int):
        self.app, self.sessions, self.hosts = app, sessions, hosts
        self.cookie, self.max_upload = cookie, max_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] == 'lifespan':
            await self.app(scope, receive, send)
        if scope['type'] != 'http':
            return
        request = Request(scope, receive)
        send = self.adding_headers(request, send)
        with self.sessions.heard_of(request.cookies.get(self.cookie)):
            try:
                response, receive = await self.answer(request, receive)
            except Refused as refusal:
                response = refusal.response
            except ClientDisconnect:  # in the middle of what it was sending: nobody is there to be answered
                return
            await (response or self.app)(scope, receive, send)

    def adding_headers(self, request: Request, send: Send) -> Send:
        token = request.cookies.get(self.cookie)
        new = request.url.path == '/' and not self.sessions.issued(token)

        async def sending(message: Message) -> None:
            if message['type'] == 'http.response.start':
                headers = MutableHeaders(scope=message)
                headers.update({**HEADERS, **({} if not self.is_constant(request) else {'cache-control': 'private'})})
                if new:
                    given = f'{self.cookie}={self.sessions.new_token()}; HttpOnly; SameSite=Strict; Path=/'
                    headers.append('set-cookie', given)
            await send(message)

        return sending

    @staticmethod
    def is_constant(request: Request) -> bool:
        return request.url.path.startswith(('/assets/', '/static/'))

    async def answer(self, request: Request, receive: Receive) -> tuple:
        """A response, or None for Gradio to answer; and the request's body for it."""
        path = request.scope['path']
        self.check_host(request)
        if '..' in path.split('/') or '\\' in path or '\0' in path:
            raise Refused(403)
        for door in ('/files/', f'{API}/file='):  # the latter is of links that Gradio makes to what was dropped
            if request.method == 'GET' and path.startswith(door):
                return self.file(request, path.removeprefix(door)), receive
        if request.method == 'GET' and path == f'{API}/upload_progress':
            return Response('data: {"msg": "done"}\n\n', media_type='text/event-stream'), receive
        if request.method == 'GET' and path == '/manifest.json':
            return JSONResponse({'name': TITLE}), receive  # an empty one is an error in the browser's console
        if request.method in ('GET', 'HEAD') and GETS.fullmatch(path):
            return None, receive
        if request.method != 'POST':
            raise Refused(403 if path.startswith(API) else 404)
        if path == f'{API}/upload':
            return await self.upload(request), receive
        if path == f'{API}/queue/join':
            return None, replayed(await self.checked_body(request))
        raise Refused(403)

    def check_host(self, request: Request) -> None:
        host = request.headers.get('host', '')
        if self.hosts is not None and urlsplit(f'//{host}').hostname not in self.hosts:
            raise Refused(403, 'this page is for its own machine: start it with --host to use it from others')
        origin = request.headers.get('origin')
        if origin is not None and urlsplit(origin).netloc != host:
            raise Refused(403)

    def session(self, request: Request) -> Session:
        try:
            return self.sessions.get(request.cookies.get(self.cookie))
        except InputError as error:
            raise Refused(403, str(error)) from error

    def file(self, request: Request, name: str) -> Response:
        session = self.session(request)
        path = session.folder / name  # or, by its full path, the file itself
        if not session.owns(str(path)):
            raise Refused(404)
        try:
            content = open(path, 'rb')  # which may be removed by now, or in the middle
        except OSError as error:
            raise Refused(404) from error
        kind, name = INERT.get(path.suffix, 'application/octet-stream'), quote(path.name)
        shown = 'inline' if path.suffix in INERT else f"attachment; filename*=utf-8''{name}"
        headers = {'content-length': str(os.fstat(content.fileno()).st_size), 'content-disposition': shown}
        return StreamingResponse(parts_of(content), headers=headers, media_type=kind)

    async def upload(self, request: Request) -> Response:
        """Takes files into the session's folder, each in a folder of its own; their paths are the answer."""
        session = self.session(request)
        limited = Request(request.scope, self.limited(request))
        try:
            async with limited.form(max_files=1000) as form:
                uploads = [file for _, file in form.multi_items() if isinstance(file, UploadFile)]
                return JSONResponse([str(path) for path in self.taken(session, uploads)])
        except (MultiPartException, HTTPException) as error:
            raise Refused(400) from error

    def taken(self, session: Session, files: Sequence[UploadFile]) -> List[Path]:
        sizes = [file.size or 0 for file in files]
        if max(sizes, default=0) > self.max_upload:
            raise Refused(413, TOO_LARGE.format(self.max_upload / 1e6))
        if session.size + sum(sizes) > FILES_A_SESSION * self.max_upload:
            raise Refused(413, TOO_MANY.format(FILES_A_SESSION * self.max_upload / 1e6))
        try:
            return session.take([(safe_name(file.filename or ''), file.file) for file in files])
        except InputError as error:  # the page was closed meanwhile
            raise Refused(403, str(error)) from error
        except OSError as error:
            raise Refused(507, NO_ROOM.format(error.strerror)) from error

    def limited(self, request: Request) -> Receive:
        """Stops reading what is larger than all that could be taken, whatever length it says."""
        taken = 0

        async def receive() -> Message:
            nonlocal taken
            message = await request.receive()
            taken += len(message.get('body', b''))
            if taken > FILES_A_SESSION * self.max_upload + LARGEST_REQUEST:
                raise Refused(413, TOO_MANY.format(FILES_A_SESSION * self.max_upload / 1e6))
            return message

        return receive

    async def checked_body(self, request: Request) -> bytes:
        """A request to the queue whose files are all the session's own."""
        session = self.session(request)
        body = b''
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_REQUEST:
                raise Refused(413)
        try:
            paths = list(paths_in(json.loads(body)))
        except (ValueError, RecursionError) as error:
            raise Refused(400) from error
        if not all(isinstance(path, str) and session.owns(path) for path in paths):
            raise Refused(403)
        return body


def parts_of(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while part := file.read(2**18):
            yield part


def paths_in(data: Any) -> Iterator[Any]:
    """All that Gradio might take for the path of a file, or for an address to fetch one from."""
    if isinstance(data, dict):
        yield from (data[key] for key in ('path', 'name') if key in data)
        for value in data.values():
            yield from paths_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from paths_in(value)


def replayed(body: bytes) -> Callable[[], Awaitable[Message]]:
    async def receive() -> Message:
        return {'type': 'http.request', 'body': body, 'more_body': False}

    return receive


def safe_name(name: str) -> str:
    """A file's own name, without what would be a folder, an option or hidden, and short enough to add to."""
    name = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*]', '_', re.split(r'[/\\]', name)[-1]).lstrip('.- ')
    stem, suffix = Path(name or 'picture').stem, Path(name or 'picture').suffix[:16]
    while len(stem.encode()) > 150:
        stem = stem[:-1]
    return f'{stem}{suffix}'
