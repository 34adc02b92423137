"""What the page does when its controls are used."""

import functools
import shutil
import zipfile
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional

import gradio as gr
import numpy as np

from ..errors import InputError
from ..restoration.restorer import Restorer
from . import rendering, texts
from .orders import CONTROLS, Shown, read_controls
from .sessions import Session, Sessions
from .work import Work


class Results(NamedTuple):
    """What the page has to show, by picture's name; and the folder of what it showed ``before``, which the browser may
    still be asking for."""

    folder: Path
    root: Path
    names: List[str]
    shown: Dict[str, Shown]
    work: Work
    archive: Optional[Path] = None
    before: Optional[Path] = None


class Page:
    """Handlers of the page's events.

    Args:
        sessions: Whose files they are.
        cookie: Name of the cookie with a session's token.
        make_restorer: A Restorer, with ``self_ensemble`` or without.
        max_pixels: Larger pictures are refused.
    """

    def __init__(
        self, sessions: Sessions, cookie: str, make_restorer: Callable[[bool], Restorer], max_pixels: Optional[int]
    ):
        self.sessions, self.cookie, self.max_pixels = sessions, cookie, max_pixels
        self.restorer = functools.lru_cache(make_restorer)

    def token(self, request: gr.Request) -> Optional[str]:
        return request.cookies.get(self.cookie)

    def opened(self, request: gr.Request) -> None:
        self.sessions.opened(self.token(request), str(request.session_hash))

    def left(self, request: gr.Request) -> None:
        self.sessions.left(self.token(request), str(request.session_hash))

    def ready(self, request: gr.Request) -> None:
        """Before work is queued, for it to be stopped there too."""
        self.sessions.get(self.token(request)).stop.clear()

    def stop(self, request: gr.Request) -> None:
        self.sessions.get(self.token(request)).stop.set()

    def example(self, request: gr.Request) -> tuple:
        from skimage import data

        path = self.sessions.get(self.token(request)).new_folder() / 'chelsea.png'
        shutil.copy(Path(data.__file__).parent / 'chelsea.png', path)
        return [str(path)], texts.TRY

    def begin(self, session: Session, old: Optional[Results], controls: tuple) -> Results:
        order = read_controls(session, controls)
        folder = session.new_folder()
        try:
            work = Work(order, folder, self.max_pixels)
        except InputError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        discard_before(old)
        names = [str(job.name) for job in work.jobs]
        return Results(folder, session.folder, names, {}, work, before=old.folder if old else None)

    def look(self, request: gr.Request, old: Optional[Results], *controls: Any) -> tuple:
        """The first picture, and what is lost of it; the others when they are chosen."""
        if not dict(zip(CONTROLS, controls))['pictures']:
            return self.nothing(old, rendering.status(), gr.Dropdown(choices=[], value=None, visible=False))
        try:
            results = self.begin(self.sessions.get(self.token(request)), old, controls)
        except InputError as error:
            return self.refused(old, error)
        return rendering.status(), results, self.picker(results), self.stage(results, results.names[0])

    def chosen(self, results: Optional[Results], name: str) -> str:
        return self.stage(results, name)

    def restore(
        self,
        request: gr.Request,
        old: Optional[Results],
        ensemble: bool,
        progress: gr.Progress = gr.Progress(),  # noqa: B008  # Gradio looks for it there
        *controls: Any,
    ) -> Iterator[tuple]:
        try:
            session = self.sessions.get(self.token(request))
            results = self.begin(session, old, controls)
        except InputError as error:
            yield self.refused(old, error)
            return
        total = len(results.names)
        for i, job in enumerate(results.work.jobs):
            name = str(job.name)
            progress((i, total), desc=name, unit='pictures')
            shown = results.work.restore(
                job, self.restorer(bool(ensemble)), self.watch(session, progress, i, total, name)
            )
            results.shown[name] = shown
            if session.stop.is_set():
                break
            told = f'{i + 1} of {total} pictures done' if total > 1 else ''
            yield rendering.status(told), results, self.picker(results, name), self.stage(results, name)
        if session.closed:
            session.remove()  # once more, with what was written since
            yield self.refused(None, InputError(texts.CLOSED))
            return
        if total > 1:
            results = results._replace(archive=archive(results))
        restored = [name for name, shown in results.shown.items() if not shown.refused]
        told = f'{len(restored)} of {total} pictures restored' if total > 1 else ''
        if session.stop.is_set():
            told = f'{texts.STOPPED}: {told}' if told else texts.STOPPED
        first = (restored or results.names)[0]
        sentences = [shown.sentence for shown in results.shown.values() if shown.refused]
        status = rendering.status(told, bool(told and sentences), sentences)
        yield status, results, self.picker(results, first), self.stage(results, first)

    def watch(self, session: Session, progress: gr.Progress, i: int, total: int, name: str) -> Callable:
        """Rows on their way to the file: they show how far it is, and where it can be stopped."""

        def watched(strips: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
            for k, strip in enumerate(strips):
                if session.stop.is_set():
                    raise InputError(texts.STOPPED)
                yield strip
                progress((i + 1 - 1 / (k + 2), total), desc=name, unit='pictures')

        return watched

    def picker(self, results: Results, name: Optional[str] = None) -> gr.Dropdown:
        names = results.names
        return gr.Dropdown(choices=names, value=name or names[0], visible=len(names) > 1)

    def stage(self, results: Optional[Results], name: str) -> str:
        if results is None or name not in results.names:
            return rendering.stage(None, Path(), '')
        if name not in results.shown:
            job = next(job for job in results.work.jobs if str(job.name) == name)
            results.shown[name] = results.work.look(job)
        return rendering.stage(results.shown[name], results.root, results.work.order.how, results.archive)

    def refused(self, old: Optional[Results], error: InputError) -> tuple:
        return self.nothing(old, rendering.status(texts.in_page(str(error)), True), gr.Dropdown(visible=False))

    def nothing(self, old: Optional[Results], status: str, picker: gr.Dropdown) -> tuple:
        """No picture is shown any more; the folder of those that were goes with the next."""
        discard_before(old)
        emptied = old and old._replace(names=[], shown={}, archive=None, before=None)
        return status, emptied, picker, self.stage(None, '')


def discard_before(old: Optional[Results]) -> None:
    if old is not None and old.before is not None:
        shutil.rmtree(old.before, ignore_errors=True)


def archive(results: Results) -> Optional[Path]:
    outputs = [shown.output for shown in results.shown.values() if shown.output]
    if len(outputs) < 2:
        return None
    path = results.folder / 'restored.zip'
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_STORED) as file:
        for output in outputs:
            file.write(output, output.name)
    return path
