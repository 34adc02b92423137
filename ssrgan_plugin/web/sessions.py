"""Whose files are whose, and how long they stay: a folder for each browser, gone when its last page is closed."""

import atexit
import hmac
import os
import secrets
import shutil
import tempfile
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Dict, Iterator, List, Optional, Sequence, Set, Tuple

from ..errors import InputError
from . import texts

ABANDONED = 600  # seconds without a page; browsers that are killed, and what is no browser, say no goodbye
EVERY = 60  # seconds from one look for what was abandoned to the next


@contextmanager
def files_folder() -> Iterator[Path]:
    """A temporary folder, gone with the block; and once more with the process, for work that is then on its way goes on
    in threads of its own, and makes folders anew for what it writes."""
    folder = tempfile.mkdtemp(prefix='ssrgan-web-')
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # called when threads have ended
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Session:
    """A browser's folder; ``stop`` asks its work to end, ``requests`` are being answered."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.stop = threading.Event()
        self.pages: Set[str] = set()
        self.requests = 0
        self.used = time.monotonic()
        self.closed = False

    def new_folder(self) -> Path:
        """One that nobody has used; none for a session that has ended."""
        if self.closed:
            raise InputError(texts.CLOSED)
        folder = self.folder / uuid.uuid4().hex
        folder.mkdir()
        return folder

    def take(self, files: Sequence[Tuple[str, BinaryIO]]) -> List[Path]:
        """Keeps files, all or none, each under its name in a folder of its own.

        Raises:
            InputError: if the session has ended.
            OSError: if there is no room for them.
        """
        taken: List[Path] = []
        try:
            for name, content in files:
                taken.append(self.new_folder() / name)
                with open(taken[-1], 'xb') as target:
                    shutil.copyfileobj(content, target)
        except BaseException:
            for path in taken:
                shutil.rmtree(path.parent, ignore_errors=True)
            raise
        return taken

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

    @property
    def in_use(self) -> bool:
        return bool(self.pages or self.requests)

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
        self.lock = threading.RLock()

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
            raise InputError(texts.CLOSED)
        with self.lock:
            if token not in self.sessions:
                self.sessions[token] = Session(Path(tempfile.mkdtemp(prefix='session-', dir=self.root)))
            session = self.sessions[token]
            session.used = time.monotonic()
        return session

    def opened(self, token: Optional[str], page: str) -> None:
        with self.lock:
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

    @contextmanager
    def heard_of(self, token: Optional[str]) -> Iterator[None]:
        """While a browser is being answered, be it about long work, its session is not abandoned."""
        with self.lock:
            session = self.sessions.get(token or '')
            if session:
                session.requests += 1
        try:
            yield
        finally:
            if session:
                with self.lock:
                    session.requests -= 1
                    session.used = time.monotonic()

    def remove_abandoned(self) -> None:
        """Removes sessions that nobody uses; what the work of removed ones has written since; and the empty files that
        Gradio leaves, one for each that it is given."""
        since = time.monotonic() - ABANDONED
        with self.lock:
            old: List[str] = [t for t, session in self.sessions.items() if not session.in_use and session.used < since]
            removed = [self.sessions.pop(token) for token in old]
            kept = {session.folder for session in self.sessions.values()}
            strays = [folder for folder in self.root.glob('session-*') if folder not in kept]
        for session in removed:
            session.remove()
        for folder in strays:
            shutil.rmtree(folder, ignore_errors=True)
        for file in self.root.glob('tmp*'):
            with suppress(OSError):
                if file.is_file() and not file.stat().st_size:
                    file.unlink()

    @contextmanager
    def tidied(self) -> Iterator[None]:
        """Looks for what was abandoned time and again, in a thread, until the block ends; then all work is to end."""
        ended = threading.Event()

        def tidy() -> None:
            while not ended.wait(EVERY):
                self.remove_abandoned()

        thread = threading.Thread(target=tidy, name='tidying', daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.stop()
            ended.set()
            thread.join()
