"""Names that newer versions dropped."""

import importlib
import sys
import types

import numpy as np
import pytest

from ssrgan_plugin.toolbox import moved_names


def test_dropped_numpy_name(monkeypatch):
    def as_numpy_2(name):
        raise AttributeError(name)

    monkeypatch.setattr(np, '__getattr__', as_numpy_2)
    monkeypatch.setitem(vars(np), 'bool8', None)
    del np.bool8
    moved_names.restore_dropped_names()
    assert np.bool8 is np.bool_


def test_moved_name_is_found_in_its_new_place(monkeypatch):
    """On packages made for this test: one has moved its module, the other has not."""
    new = types.ModuleType('newhome')
    new.Thing = object()
    for name in ('moved', 'unmoved'):
        package = types.ModuleType(name)
        package.__spec__, package.__path__ = importlib.machinery.ModuleSpec(name, None), []
        monkeypatch.setitem(sys.modules, name, package)
    monkeypatch.setitem(sys.modules, 'newhome', new)
    old = types.ModuleType('unmoved.old')
    old.__spec__ = importlib.machinery.ModuleSpec('unmoved.old', None)
    monkeypatch.setitem(sys.modules, 'unmoved.old', old)
    monkeypatch.delitem(sys.modules, 'moved.old', raising=False)
    monkeypatch.setattr(
        moved_names,
        'MOVED',
        (
            ('moved.old', 'OldThing', 'newhome', 'Thing'),
            ('unmoved.old', 'OldThing', 'newhome', 'Thing'),
            ('absent.old', 'OldThing', 'newhome', 'Thing'),
        ),
    )
    moved_names.restore_dropped_names()
    assert importlib.import_module('moved.old').OldThing is new.Thing
    assert sys.modules['unmoved.old'] is old
    assert 'absent.old' not in sys.modules
    del sys.modules['moved.old']


@pytest.mark.parametrize('old, name', [moved[:2] for moved in moved_names.MOVED])
def test_mmagic_gets_its_names(old, name):
    """With the installed versions, whichever they are."""
    assert isinstance(getattr(importlib.import_module(old), name), type)
