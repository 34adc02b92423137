"""Every adaptation of ssrgan_plugin/compat.py, where it is needed and where it is not."""

import importlib
import os
import pickle
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner import CheckpointLoader

from ssrgan_plugin import compat
from ssrgan_plugin.errors import InputError

with_mmcv_lite = pytest.mark.skipif(
    not isinstance(sys.modules['mmcv._ext'], compat._MissingOps), reason='full MMCV is installed'
)


def load(path):
    return CheckpointLoader.load_checkpoint(str(path), map_location='cpu', logger='silent')


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
    compat.stand_in_for_mmcv_ops()
    assert sys.modules['mmcv._ext'] is real


def test_own_checkpoint_loads(tmp_path):
    """All that MMEngine puts beside the weights: history buffers, NumPy arrays and scalars."""
    history = HistoryBuffer()
    for value in (3, 1, 2):
        history.update(value)
    torch.save(
        dict(
            state_dict=dict(weight=torch.ones(2)),
            meta=dict(best_score=np.float64(0.5), seed=np.int64(3), shape=np.arange(6, dtype='>f4').reshape(2, 3).T),
            message_hub=dict(log_scalars=dict(loss=history)),
        ),
        tmp_path / 'own.pth',
    )
    checkpoint = load(tmp_path / 'own.pth')
    history = checkpoint['message_hub']['log_scalars']['loss']
    assert (history.min(), history.mean(), history.statistics('current')) == (1, 2, 2)
    assert checkpoint['meta']['best_score'] == 0.5 and checkpoint['meta']['seed'] == 3
    assert np.array_equal(checkpoint['meta']['shape'], np.arange(6, dtype='>f4').reshape(2, 3).T)
    # A resumed run saves it again, as a stock one would.
    assert b'ssrgan' not in pickle.dumps(checkpoint['message_hub'])


class RunsCode:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


class ReachesThroughGetattr(RunsCode):
    def __reduce__(self):
        return getattr, (HistoryBuffer, '__init__')


class PointsAnywhere(RunsCode):
    """An array whose type says that its bytes are pointers to objects, by a doctored state."""

    def __reduce__(self):
        class Doctored:
            def __reduce__(self):
                return np.dtype, ('O8', False, True), (3, '|', None, None, None, -1, -1, 1)

        reconstruct = np.zeros(1).__reduce__()[0]
        return reconstruct, (np.ndarray, (0,), b'b'), (1, (2,), Doctored(), False, b'AAAA\0\0\0\0' * 2)


@pytest.mark.parametrize('payload', [RunsCode, ReachesThroughGetattr, PointsAnywhere])
@pytest.mark.parametrize('legacy', [False, True])
def test_checkpoint_that_would_run_code_is_refused(tmp_path, payload, legacy):
    path, trace = tmp_path / 'evil.pth', tmp_path / 'trace'
    content = dict(state_dict=dict(weight=torch.ones(2)), meta=payload(str(trace)))
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    with pytest.raises(InputError, match='evil.pth refused.*loading it could run code'):
        load(path)
    assert not trace.exists()


def test_payload_is_real(tmp_path):
    """The refused payload does run code where nothing stops it."""
    pickle.loads(pickle.dumps(RunsCode(str(tmp_path / 'trace'))))
    assert (tmp_path / 'trace').exists()


def test_weights_only_stays_on(tmp_path):
    torch.save(RunsCode(str(tmp_path / 'trace')), tmp_path / 'evil.pth')
    with pytest.raises(pickle.UnpicklingError):
        torch.load(tmp_path / 'evil.pth')


@pytest.mark.parametrize('content', [b'', b'not a checkpoint', b'PK\x03\x04 cut'])
def test_damaged_checkpoint_is_named(tmp_path, content):
    (tmp_path / 'damaged.pth').write_bytes(content)
    with pytest.raises(InputError, match='damaged.pth'):
        load(tmp_path / 'damaged.pth')


class Malformed:
    """A NumPy type whose state is none."""

    def __reduce__(self):
        return np.dtype, ('f8', False, True), 5


def test_malformed_checkpoint_is_named(tmp_path):
    torch.save(dict(weight=Malformed()), tmp_path / 'odd.pth')
    with pytest.raises(InputError, match='odd.pth cannot be read as a checkpoint'):
        load(tmp_path / 'odd.pth')


def test_truncated_checkpoint_is_named(tmp_path):
    path = tmp_path / 'cut.pth'
    torch.save(dict(weight=torch.ones(1000)), path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError, match='cut.pth cannot be read as a checkpoint'):
        load(path)


def test_checkpoint_appears_whole_or_not_at_all(tmp_path, monkeypatch):
    from mmengine.runner import runner

    path = tmp_path / 'epoch_1.pth'
    runner.save_checkpoint(dict(state_dict=dict(weight=torch.ones(2))), str(path))
    assert [file.name for file in tmp_path.iterdir()] == ['epoch_1.pth']
    before = path.read_bytes()

    def killed(self, content, filename):
        Path(filename).write_bytes(content[: len(content) // 2])
        raise KeyboardInterrupt

    monkeypatch.setattr('mmengine.fileio.LocalBackend.put', killed)
    monkeypatch.setattr('mmengine.fileio.HardDiskBackend.put', killed, raising=False)
    with pytest.raises(KeyboardInterrupt):
        runner.save_checkpoint(dict(state_dict=dict(weight=torch.zeros(2))), str(path))
    assert path.read_bytes() == before


def in_new_process(code: str, **env) -> str:
    """Output of a Python process of its own, for what can be adapted only once."""
    done = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', code],
        env={**os.environ, **env},
        text=True,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_processes_without_gpu():
    """MMEngine's own set-up, as a launcher calls it, on a machine without a GPU."""
    code = """
from ssrgan_plugin import compat
import torch
compat._has_accelerator = lambda: False
compat.run_processes_without_gpu()
from mmengine.dist import init_dist, get_backend
init_dist('pytorch', backend='nccl')
print(get_backend(), torch.distributed.get_world_size())
torch.distributed.destroy_process_group()
"""
    env = dict(RANK='0', LOCAL_RANK='0', WORLD_SIZE='1', MASTER_ADDR='127.0.0.1', MASTER_PORT='29655')
    assert in_new_process(code, **env) == 'gloo 1'


def test_gpus_are_left_alone(monkeypatch):
    import mmengine.dist.utils as dist_utils

    before = dist_utils._init_dist_pytorch
    monkeypatch.setattr(compat, '_has_accelerator', lambda: True)
    compat.run_processes_without_gpu()
    assert dist_utils._init_dist_pytorch is before


@pytest.mark.skipif(compat._has_accelerator(), reason='adapts machines without a GPU')
def test_mixed_precision_without_gpu():
    from mmagic.registry import OPTIM_WRAPPERS

    layer = torch.nn.Linear(4, 4)
    wrapper = OPTIM_WRAPPERS.build(
        dict(type='AmpOptimWrapper', loss_scale='dynamic', optimizer=torch.optim.SGD(layer.parameters(), 0.1))
    )
    with wrapper.optim_context(layer):
        output = layer(torch.ones(2, 4))
    assert output.dtype == torch.bfloat16 and layer.weight.dtype == torch.float32
    before = layer.weight.detach().clone()
    wrapper.update_params(output.float().square().mean())
    assert not torch.equal(layer.weight, before)
    with pytest.raises(InputError, match='bfloat16 only, not float16'):
        OPTIM_WRAPPERS.build(
            dict(type='AmpOptimWrapper', dtype='float16', optimizer=torch.optim.SGD(layer.parameters(), 0.1))
        )


def test_dropped_numpy_name(monkeypatch):
    def as_numpy_2(name):
        raise AttributeError(name)

    monkeypatch.setattr(np, '__getattr__', as_numpy_2)
    monkeypatch.setitem(vars(np), 'bool8', None)
    del np.bool8
    compat.restore_dropped_names()
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
        compat,
        'MOVED',
        (
            ('moved.old', 'OldThing', 'newhome', 'Thing'),
            ('unmoved.old', 'OldThing', 'newhome', 'Thing'),
            ('absent.old', 'OldThing', 'newhome', 'Thing'),
        ),
    )
    compat.restore_dropped_names()
    assert importlib.import_module('moved.old').OldThing is new.Thing
    assert sys.modules['unmoved.old'] is old
    assert 'absent.old' not in sys.modules
    del sys.modules['moved.old']


@pytest.mark.parametrize('old, name', [moved[:2] for moved in compat.MOVED])
def test_mmagic_gets_its_names(old, name):
    """With the installed versions, whichever they are."""
    assert isinstance(getattr(importlib.import_module(old), name), type)
