"""Compiled ops: missing, and there."""

import importlib
import sys
import types

import pytest
import torch

from ssrgan_plugin.toolbox import missing_ops

with_mmcv_lite = pytest.mark.skipif(
    not isinstance(sys.modules['mmcv._ext'], missing_ops._MissingOps), reason='full MMCV is installed'
)


@with_mmcv_lite
def test_missing_op_is_named_when_it_is_called():
    from mmcv.ops import nms

    with pytest.raises(ImportError, match="nms is one of MMCV's compiled ops.*WITH_OPS=1"):
        nms(torch.rand(3, 4), torch.rand(3), 0.5)


@with_mmcv_lite
def test_toolbox_knows_that_ops_are_missing():
    from mmengine.utils.dl_utils.misc import mmcv_full_available

    assert not mmcv_full_available()


def test_compiled_ops_are_left_alone(monkeypatch):
    real = types.ModuleType('mmcv._ext')
    real.__spec__ = importlib.machinery.ModuleSpec('mmcv._ext', object())
    monkeypatch.setitem(sys.modules, 'mmcv._ext', real)
    missing_ops.stand_in_for_mmcv_ops()
    assert sys.modules['mmcv._ext'] is real
