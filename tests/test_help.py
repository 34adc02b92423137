"""What --help says of every command."""

import argparse
import inspect
import re
from typing import Iterator

import pytest

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
    for action in arguments(parser):
        assert action.help or isinstance(action.choices, (list, tuple, dict)), action.dest
        if action.option_strings and not action.required and action.nargs != 0 and action.default not in (None, []):
            assert 'default' in action.help, action.dest
