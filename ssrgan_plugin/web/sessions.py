"""Whose files are whose, and how long they stay: a folder for each browser, gone when its last page is closed."""

import hmac
import os
import secrets
import shutil
import tempfile
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Dict, List, Optional, Set, Tuple

from ..errors import InputError

ABANDONED = 600  # seconds without a page; browsers that are killed, and what is no browser, say no goodbye


class Session:
    """A browser's folder; ``stop`` asks its work to end."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.stop = threading.Event()
        self.pages: Set[str] = set()
        self.used = time.monotonic()
        self.closed = False

    def new_folder(self) -> Path:
        """One that nobody has used; none for a session that has ended."""
        if self.closed:
            raise InputError('the page was closed')
        folder = self.folder / uuid.uuid4().hex
        folder.mkdir()
        return folder

    def owns(self, path: str) -> bool:
        """Whether it is one of this session's files, wherever links and dots lead."""
        real = Path(path).resolve()
        return self.folder in real.parents and real.is_file()

    @property
    def size(self) -> int:
        """Bytes that its files take up: one of several names, as work gives them, counts once."""
        sizes: Dict[Tuple[int, int], int] = {}
        for folder, _, names in os.walk(self.folder):
            for name in names:
                with suppress(FileNotFoundError):  # work that goes on removes some
                    status = os.stat(os.path.join(folder, name))
                    sizes[status.st_dev, status.st_ino] = status.st_size
        return sum(sizes.values())

    def remove(self) -> None:
        self.closed = True
        self.stop.set()
        shutil.rmtree(self.folder, ignore_errors=True)


class Sessions:
    """All sessions of a server, by the token in a browser's cookie.

    Args:
        root: Folder of their folders.
    """

    def __init__(self, root: Path):
        self.root = root.resolve()
        self.key = secrets.token_bytes()
        self.sessions: Dict[str, Session] = {}
        self.lock = threading.Lock()

    def new_token(self) -> str:
        name = secrets.token_hex()
        return f'{name}.{self.signature(name)}'

    def signature(self, name: str) -> str:
        return hmac.new(self.key, name.encode(), 'sha256').hexdigest()

    def issued(self, token: Optional[str]) -> bool:
        """Whether this server gave it: nobody can choose another's, and none is kept to be known."""
        name, _, signature = (token or '').partition('.')
        return hmac.compare_digest(signature.encode(), self.signature(name).encode())

    def get(self, token: Optional[str]) -> Session:
        """The token's session, a new one if there is none.

        Raises:
            InputError: if this server has not issued the token.
        """
        if token is None or not self.issued(token):
            raise InputError('the page is not open any more: reload it')
        self.remove_abandoned()
        with self.lock:
            if token not in self.sessions:
                self.sessions[token] = Session(Path(tempfile.mkdtemp(prefix='session-', dir=self.root)))
            session = self.sessions[token]
            session.used = time.monotonic()
        return session

    def opened(self, token: Optional[str], page: str) -> None:
        self.get(token).pages.add(page)

    def left(self, token: Optional[str], page: str) -> None:
        """A page was closed; with the last of them all files go."""
        with self.lock:
            session = self.sessions.get(token or '')
            if session is None:
                return
            session.pages.discard(page)
            if not session.pages:
                del self.sessions[token or '']
        if not session.pages:
            session.remove()

    def stop(self) -> None:
        """Asks all work to end."""
        with self.lock:
            for session in self.sessions.values():
                session.stop.set()

    def remove_abandoned(self) -> None:
        since = time.monotonic() - ABANDONED
        with self.lock:
            old: List[str] = [t for t, session in self.sessions.items() if not session.pages and session.used < since]
            removed = [self.sessions.pop(token) for token in old]
        for session in removed:
            session.remove()
