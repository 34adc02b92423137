"""What the page is asked for, and what it has to show for it."""

import base64
import json
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..errors import InputError
from ..restoration.argument_types import fill as parse_fill
from ..restoration.argument_types import number as parse_number
from ..restoration.mask_files import PLAIN, MaskOptions
from ..restoration.values import Fill
from . import texts
from .sessions import Session

# The page's controls, in the order in which their values come.
CONTROLS = (
    'pictures', 'how', 'fill', 'nodata', 'masks', 'threshold', 'invert', 'as_stored', 'colours', 'level', 'damage',
    'seed', 'by_channel', 'originals', 'suffix', 'painted',
)  # fmt: skip

NUMBERS = (('nodata', texts.NODATA), ('threshold', texts.THRESHOLD))


class Order(NamedTuple):
    """What the page's controls say.

    Args:
        pictures, masks, originals: Uploaded files.
        how: One of ``texts.FIND``, ``MASK``, ``PAINT`` and ``TRY``.
        fill, nodata: How lost pixels are found; see the command.
        options: How masks are meant.
        painted: PNGs of any size, by the folder that a picture was uploaded to, for another of that name is none of
            its: red is lost, blue is known, whatever else was found.
        ratio, damage, seed, by_channel: Of the pixels to lose.
        suffix: Of restored files. Default: the pictures' own.
    """

    pictures: Sequence[Path]
    how: str
    fill: Optional[Fill] = None
    nodata: Optional[float] = None
    masks: Sequence[Path] = ()
    options: MaskOptions = PLAIN
    painted: Mapping[str, bytes] = {}
    ratio: float = 0.5
    damage: Fill = 'black'
    seed: int = 0
    by_channel: bool = False
    originals: Sequence[Path] = ()
    suffix: Optional[str] = None


@dataclass(frozen=True)
class Shown:
    """What the page tells about one picture; ``before`` and ``after`` are previews to compare, ``upload`` is the folder
    that it was uploaded to."""

    name: str
    sentence: str
    refused: bool = False
    notes: Sequence[str] = ()
    before: Optional[Path] = None
    after: Optional[Path] = None
    output: Optional[Path] = None
    errors: Sequence[Tuple[str, float, float, float]] = ()  # of what, and its NMSE, PSNR, SSIM
    found: bool = False  # ``after`` marks what is lost
    upload: str = ''


def read_controls(session: Session, controls: Sequence[Any]) -> Order:
    """What the controls say.

    Raises:
        InputError: if they say nothing that can be meant.
    """
    named = dict(zip(CONTROLS, controls))
    given = {key: [Path(path) for path in named[key] or []] for key in ('pictures', 'masks', 'originals')}
    for path in (path for paths in given.values() for path in paths):
        if not session.owns(str(path)):
            raise InputError('a file is gone: drop it again')
    nodata, threshold = (number(named[name], label) for name, label in NUMBERS)
    fill = named['fill'] if isinstance(named['fill'], str) else ''
    finding = named['how'] == texts.FIND
    return Order(
        **given,
        how=named['how'],
        fill=parse_fill(fill) if fill and finding and nodata is None else None,
        nodata=nodata if finding else None,
        options=MaskOptions(
            threshold=threshold,
            invert=bool(named['invert']),
            as_stored=bool(named['as_stored']),
            by_channel={texts.EACH: True, texts.WHOLE: False}.get(named['colours']),
        ),
        painted={name: base64.b64decode(content) for name, content in json.loads(named['painted'] or '{}').items()},
        ratio=float(named['level']) / 100,
        damage=named['damage'],
        seed=int(named['seed'] or 0),
        by_channel=bool(named['by_channel']),
        suffix=named['suffix'] or None,
    )


def number(text: Optional[str], label: str) -> Optional[float]:
    """What was written in a field that may be left empty."""
    try:
        value = parse_number(text) if text and text.strip() else None
    except ValueError:
        value = nan
    if value is not None and not isfinite(value):
        raise InputError(f'{text} under “{label}” is no number: give one, or leave it empty')
    return value
