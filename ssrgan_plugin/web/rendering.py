"""What the page shows of its work, as HTML; whatever comes from files is escaped."""

from html import escape
from pathlib import Path
from typing import List, Optional, Sequence
from urllib.parse import quote

from . import texts
from .orders import Shown

COMPARE = """
<figure class="compare {kind}" style="--at: 50%">
  <img class="after" src="{after}" alt="{name}: {right}">
  <img class="before" src="{before}" alt="{name}: {left}">
  <figcaption><span>{left}</span><span>{right}</span></figcaption>
  <input type="range" min="0" max="100" value="50" aria-label="Divide between {left} and {right}, per cent"
    oninput="this.parentNode.style.setProperty('--at', this.value + '%')">
</figure>"""

PAINTER = """
<details class="painter" {open}>
  <summary>{summary}</summary>
  <div class="tools" role="group" aria-label="Brush">
    <label><input type="radio" name="pen" value="lost" checked> <i class="lost"></i>lost</label>
    <label><input type="radio" name="pen" value="known"> <i class="known"></i>known</label>
    <label>Size <input type="range" name="size" min="1" max="100" value="16" aria-label="Size of the brush"></label>
    <button type="button" onclick="ssrgan.undo(this)">Undo</button>
    <button type="button" onclick="ssrgan.clear(this)">Clear</button>
  </div>
  <div class="canvas">
    <img src="{picture}" alt="" onload="ssrgan.start(this)">
    <canvas tabindex="0" data-upload="{upload}" role="img"
      aria-label="{name}: drag to paint; or move with the arrow keys, and paint with the space bar"></canvas>
  </div>
  <p>{help}</p>
</details>"""


def status(sentence: str = '', refused: bool = False, notes: Sequence[str] = ()) -> str:
    told = ''.join(f'<li>{escape(note)}</li>' for note in notes)
    kind = 'refused' if refused else 'told'
    role = 'alert' if refused else 'status'
    if not sentence:
        return '<div class="status" role="status"></div>'
    return (
        f'<div class="status {kind}" role="{role}"><p>{escape(sentence)}</p>{f"<ul>{told}</ul>" if told else ""}</div>'
    )


def stage(shown: Optional[Shown], root: Path, how: str, archive: Optional[Path] = None) -> str:
    """One picture: before and after, the painter, what there is to tell and to download."""
    if shown is None:
        return f'<div class="empty"><p>{escape(texts.EMPTY)}</p></div>'
    parts: List[str] = []
    paintable = shown.before is not None and how != texts.TRY
    if shown.before and shown.after and not (how == texts.PAINT and shown.output is None):
        parts.append(comparison(shown, root))
    parts.append(
        status(f'{shown.name}: {shown.sentence}' if not shown.refused else shown.sentence, shown.refused, shown.notes)
    )
    if shown.errors:
        parts.append(table(shown))
    if shown.output:
        parts.append(downloads([path for path in (shown.output, archive) if path], root))
    if paintable and shown.before:
        parts.append(painter(shown, root, how))
    return ''.join(parts)


def address(path: Path, root: Path) -> str:
    return escape(quote(f'files/{path.relative_to(root).as_posix()}'))


def comparison(shown: Shown, root: Path) -> str:
    assert shown.before and shown.after
    name = escape(shown.name)
    if shown.before == shown.after:
        return f'<figure class="compare"><img class="after" src="{address(shown.before, root)}" alt="{name}"></figure>'
    left, right = ('picture', 'lost pixels') if shown.found else ('damaged', 'restored')
    return COMPARE.format(
        kind='marked' if shown.found else '',
        name=name,
        left=left,
        right=right,
        before=address(shown.before, root),
        after=address(shown.after, root),
    )


def table(shown: Shown) -> str:
    rows = ''.join(
        f'<tr><th scope="row">{escape(what)}</th><td>{psnr:.2f} dB</td><td>{nmse:.5f}</td><td>{ssim:.4f}</td></tr>'
        for what, nmse, psnr, ssim in shown.errors
    )
    return (
        '<table class="errors"><caption>Against the original</caption><thead><tr><td></td><th scope="col">PSNR</th>'
        f'<th scope="col">NMSE</th><th scope="col">SSIM</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def downloads(files: Sequence[Path], root: Path) -> str:
    links = ''.join(
        f'<a class="save" href="{address(path, root)}" download="{escape(path.name)}">'
        f'Download {"all as " if path.suffix == ".zip" else ""}{escape(path.name)}</a>'
        for path in files
    )
    return f'<p class="saves">{links}</p>'


def painter(shown: Shown, root: Path, how: str) -> str:
    assert shown.before
    alone = how == texts.PAINT
    return PAINTER.format(
        open='open' if alone and shown.output is None else '',
        summary=escape(texts.PAINTER if alone else texts.CORRECT),
        name=escape(shown.name),
        upload=escape(shown.upload),
        picture=address(shown.before, root),
        help=escape(texts.PAINTER_HELP),
    )
