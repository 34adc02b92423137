"""The docstrings' examples do what they say."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

REPO = Path(__file__).parents[1]
MODULES = [
    '.'.join(path.relative_to(REPO).with_suffix('').parts)
    for path in sorted((REPO / 'ssrgan_plugin').rglob('*.py'))
    if '>>> ' in path.read_text()
]


@pytest.mark.parametrize('name', MODULES)
def test_examples(name):
    failed, tried = doctest.testmod(import_module(name))
    assert tried and not failed


def test_public_networks_have_one():
    assert {f'ssrgan_plugin.networks.{name}' for name in ('generator', 'mask_aware_generator')} < {*MODULES}
