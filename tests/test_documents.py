"""Every command and snippet of README and docs/, in order, in a fresh folder; and their links.

An HTML comment before a block says what is particular: ``<!-- test: not run, WHY -->``; ``<!-- test: with ARGUMENTS
-->`` for every script of tools/ in it, a small budget; ``<!-- test: if MODULE -->``, where that is installed. A Python
block that begins with ``# NAME.py`` is saved there; one that sets ``_base_`` is a config.
"""

import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import List, NamedTuple

import cv2
import numpy as np
import pytest
from mmagic.registry import MODELS
from mmengine.config import Config
from PIL import Image

from ssrgan_plugin.datasets.sample_photograph_dataset import find_photograph

REPO = Path(__file__).parents[1]
DOCUMENTS = [
    *(REPO / name for name in ('README.md', 'configs/README.md', '.github/CONTRIBUTING.md')),
    *sorted((REPO / 'docs').glob('*.md')),
    REPO / 'ssrgan_plugin' / 'weights' / 'README.md',
]
BLOCK = re.compile(
    r'(?:^<!-- test: (?P<note>[^\n]+) -->\n)?^```(?P<language>bash|python)\n(?P<text>.*?)^```$', re.M | re.S
)
SHELL = set('|<>;$&`')


class Block(NamedTuple):
    note: str
    language: str
    text: str

    @property
    def runs(self) -> bool:
        return not self.note.startswith('not run') and not (
            self.note.startswith('if ') and find_spec(self.note.removeprefix('if ')) is None
        )

    def commands(self) -> List[str]:
        lines = self.text.replace('\\\n', ' ').splitlines()
        return [line for line in lines if line.strip() and not line.startswith('#')]


def blocks(document: Path) -> List[Block]:
    return [
        Block(found['note'] or '', found['language'], found['text']) for found in BLOCK.finditer(document.read_text())
    ]


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A folder like a fresh clone, with some photographs of a user in it."""
    clone = tmp_path / 'ssrgan-plugin'
    clone.mkdir()
    for part in ('configs', 'ssrgan_plugin', 'tools'):
        (clone / part).symlink_to(REPO / part)
    flower = Image.open(find_photograph('sklearn/datasets/images/flower.jpg'))
    flower.crop((200, 100, 360, 240)).save(clone / 'photo.jpg', quality=95)
    for folder, places in (('photos', (0, 200)), ('held_out', (100, 300))):
        (clone / folder / 'more').mkdir(parents=True)
        for place, name in zip(places, ('one.jpg', 'more/two.png')):
            flower.crop((place, 60, place + 150, 200)).save(clone / folder / name, quality=95)
    counts = np.asarray(flower.convert('L').crop((200, 100, 360, 240)), np.uint16) * 4 + 6000
    cv2.imwrite(str(clone / 'thermal.tif'), counts)
    monkeypatch.chdir(clone)
    return clone


@pytest.mark.parametrize('document', DOCUMENTS, ids=lambda path: str(path.relative_to(REPO)))
def test_every_command_and_snippet(document, clone, door, run):
    namespace = {'__name__': 'snippet'}
    for number, block in enumerate(blocks(document)):
        if not block.runs:
            continue
        if block.language == 'bash':
            for command in block.commands():
                execute(command, block.note, door, run)
        else:
            take(block.text, f'snippet_{number}.py', namespace)


def execute(command: str, note: str, door, run) -> None:
    words = shlex.split(command, comments=True)
    if words[0] == 'python' and words[1].startswith('tools/') and note.startswith('with '):
        words += shlex.split(note.removeprefix('with '))
    if SHELL & set(command.split(' # ')[0]):
        done = run('bash', '-euo', 'pipefail', '-c', command, PYTHONPATH=str(REPO))
    elif words[0] == 'ssrgan':
        done = door(*words)
    elif words[0] == 'python' and words[1].startswith('tools/'):
        done = door(*words[1:])
    else:
        done = run(*words, PYTHONPATH=str(REPO))
    assert done.returncode == 0, f'{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}'


def take(text: str, name: str, namespace: dict) -> None:
    named = re.match(r'# (\w+\.py)\b', text)
    path = Path(named[1] if named else name)
    path.write_text(text)
    if re.search(r'^(_base_|custom_imports) =', text, re.M):
        cfg = Config.fromfile(path)
        if 'model' in cfg:
            MODELS.build(cfg.model)
    elif named:
        compile(text, name, 'exec')
    else:
        exec(compile(text, name, 'exec'), namespace)


def test_what_is_not_run_is_little():
    """In README: what installs, downloads, or needs hours or machines."""
    readme = blocks(REPO / 'README.md')
    assert sum(not block.note.startswith('not run') for block in readme) > sum(
        block.note.startswith('not run') for block in readme
    )
    assert all(re.fullmatch('not run, .+|with .+|if [a-z]+', block.note) for block in readme if block.note)


def anchors(document: Path) -> set:
    titles = re.findall('^#+ (.+)$', re.sub('```.*?```', '', document.read_text(), flags=re.S), re.M)
    return {re.sub(r'[^\w\- ]', '', title.lower()).replace(' ', '-') for title in titles}


@pytest.mark.parametrize('document', DOCUMENTS, ids=lambda path: str(path.relative_to(REPO)))
def test_links_lead_somewhere(document):
    for link in re.findall(r'\]\(([^)\s]+)\)', document.read_text()):
        if not link.startswith('https://'):
            path, _, anchor = link.partition('#')
            target = (document.parent / path).resolve() if path else document
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link
