"""What loads, and what is refused."""

import os
import pickle

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner import CheckpointLoader

from ssrgan_plugin.errors import InputError


def load(path):
    return CheckpointLoader.load_checkpoint(str(path), map_location='cpu', logger='silent')


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
