"""What --help says of every command."""

import argparse
import inspect
import re
import shlex
import sys
from pathlib import Path
from typing import Iterator

import pytest

from ssrgan_plugin import cli
from ssrgan_plugin.cli import COMMANDS


def arguments(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                yield from arguments(sub)
        elif not isinstance(action, argparse._HelpAction):
            yield action


@pytest.mark.parametrize('name', COMMANDS)
def test_example_and_a_word_on_each_argument(name):
    parser = argparse.ArgumentParser()
    COMMANDS[name](parser)
    assert re.search(rf'\bssrgan {name}\b', inspect.getdoc(COMMANDS[name])), 'an example'
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for kind, sub in action.choices.items():
                assert f'ssrgan {name} {kind} ' in sub.description, 'an example'
    for action in arguments(parser):
        assert action.help or isinstance(action.choices, (list, tuple, dict)), action.dest
        if action.option_strings and not action.required and action.nargs != 0 and action.default not in (None, []):
            assert 'default' in action.help, action.dest


REPO = Path(__file__).parents[1]
TEXTS = [cli.WHAT, *(inspect.getdoc(add) for add in COMMANDS.values())]
DOCUMENTS = [*REPO.glob('*.md'), *(REPO / 'docs').glob('*.md'), *REPO.glob('*/README.md'), *REPO.glob('*/*/README.md')]


def commands() -> Iterator[str]:
    """Of the help texts and of the documents' blocks, also of those that no test runs; and benchmarks within lines."""
    for text in TEXTS:
        yield from re.findall(r'^ssrgan .+', text.split('\n\n')[1].replace('\\\n', ' '), re.M)
    for document in DOCUMENTS:
        for block in re.findall('```bash\n(.*?)```', document.read_text(), re.S):
            yield from re.findall(
                r'^(?:ssrgan|python tools/(?!test\.|train\.)\w+\.py) .+', block.replace('\\\n', ' '), re.M
            )
        yield from re.findall(r'`(ssrgan benchmark [^`…]*)`', document.read_text().replace('\n', ' '))


@pytest.mark.parametrize('command', sorted({*commands()}))
def test_commands_in_texts_are_understood(command, monkeypatch):
    """What they name need not be there."""
    words = shlex.split(command.split(' > ')[0], comments=True)
    tool = None
    if words[0] == 'python':
        tool = Path(words[1]).stem.replace('_', '-')
        words = words[1:]
    if '--help' in words or words[1:] == ['--version']:
        return
    monkeypatch.setattr(sys, 'argv', words)
    assert cli.parse_args(tool)['function']
