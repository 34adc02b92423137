"""What the texts of options mean: numbers, colours, places; imports nothing heavy."""

from argparse import ArgumentTypeError
from math import isfinite
from pathlib import Path
from typing import List, Union


def path(text: str) -> Path:
    """An empty one, such as that of a variable that is not set, would be the current folder."""
    if not text:
        raise ArgumentTypeError('it is empty: name a file or a folder')
    return Path(text)


def level(text: str) -> float:
    if not isfinite(float(text)):
        raise ArgumentTypeError(f'{text} is no grey level')
    return float(text)


def fill(text: str) -> Union[str, List[float]]:
    """A colour such as "255,0,0" as numbers; a name as it is."""
    try:
        return [number(value) for value in text.split(',')]
    except ValueError:
        return text


def number(text: str) -> float:
    """A whole one as such, for the largest have no floating-point number of their own."""
    value = float(text)
    return int(text) if isfinite(value) and text.strip().lstrip('+-').isdecimal() else value


def seed(text: str) -> int:
    if int(text) < 0:
        raise ArgumentTypeError(f'{text} must not be negative')
    return int(text)


def positive(text: str) -> int:
    if int(text) < 1:
        raise ArgumentTypeError(f'{text} must be 1 or more')
    return int(text)


def share(text: str) -> float:
    if not 0 < float(text) <= 1:
        raise ArgumentTypeError(f'{text} is no share: give one from 0 to 1')
    return float(text)
