"""One loader for all: what a training saves comes back, whatever else a file holds is refused."""

import pickle
import resource
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer

from ssrgan_plugin.checkpoint_files import read_checkpoint, read_weights, write_weights
from ssrgan_plugin.errors import InputError

sys.path.insert(0, str(Path(__file__).parents[1]))
from hostile_checkpoints import KINDS, Runs, write_all  # noqa: E402


@pytest.fixture(scope='module')
def good():
    """As a training saves it: all that PyTorch and MMEngine put beside the weights."""
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8))
    optimizer = torch.optim.Adam(network.parameters())
    network(torch.rand(2, 3, 8, 8)).square().sum().backward()
    optimizer.step()
    history = HistoryBuffer()
    for value in (3, 1, 2):
        history.update(value)
    return dict(
        state_dict=torch.nn.ModuleDict(dict(generator=network)).state_dict(),
        optimizer=dict(generator=optimizer.state_dict()),
        param_schedulers=dict(generator=[dict(milestones=Counter([25, 25, 50]), last_step=3)]),
        meta=dict(
            epoch=1,
            iter=2,
            seed=np.int64(3),
            cfg='model = None',
            best_score=np.float64(0.5),
            shape=np.arange(6, dtype='>f4').reshape(2, 3).T,
            names={'a', 'b'},
            content=b'\0\xff',
        ),
        message_hub=dict(log_scalars={'train/loss': history}, runtime_info={}, resumed_keys={}),
    )


@pytest.mark.parametrize('protocol', [2, 3, 4])
def test_what_a_training_saves_comes_back(tmp_path, good, protocol):
    torch.save(good, tmp_path / 'good.pth', pickle_protocol=protocol)
    read = read_checkpoint(tmp_path / 'good.pth', HistoryBuffer)
    assert list(read['state_dict']) == list(good['state_dict'])
    for key, value in good['state_dict'].items():
        assert torch.equal(read['state_dict'][key], value) and read['state_dict'][key].dtype == value.dtype
    assert read['state_dict']._metadata == good['state_dict']._metadata
    for one, other in zip(*(each['optimizer']['generator']['state'].values() for each in (read, good))):
        assert torch.equal(one['exp_avg_sq'], other['exp_avg_sq'])
    assert read['optimizer']['generator']['param_groups'] == good['optimizer']['generator']['param_groups']
    assert read['param_schedulers'] == good['param_schedulers']
    for key, value in good['meta'].items():
        assert np.array_equal(read['meta'][key], value), key
    history = read['message_hub']['log_scalars']['train/loss']
    assert (history.min(), history.mean(), history.statistics('current')) == (1, 2, 2)
    # A resumed run saves it again, as a stock one would.
    torch.save(read, tmp_path / 'again.pth')
    assert b'ssrgan' not in pickle.dumps({**read, 'state_dict': dict(read['state_dict'])})
    assert torch.load(tmp_path / 'again.pth', weights_only=False)['meta']['epoch'] == 1


def test_without_the_toolbox_logged_values_are_left_out(tmp_path, good):
    torch.save(good, tmp_path / 'good.pth')
    assert read_checkpoint(tmp_path / 'good.pth')['message_hub']['log_scalars'] == {'train/loss': None}


def test_views_and_every_type(tmp_path):
    """A slice, a transposed tensor, an empty one, a scalar, shared memory; every type that networks use."""
    base = torch.arange(12.0).reshape(3, 4)
    weights = dict(slice=base[1:, ::2], turned=base.t(), empty=torch.zeros(0, 3), scalar=torch.tensor(5), base=base)
    weights.update({str(dtype): torch.ones(3).to(dtype) for dtype in (torch.float16, torch.bfloat16, torch.bool)})
    torch.save(weights, tmp_path / 'views.pth')
    read = read_checkpoint(tmp_path / 'views.pth')
    for key, value in weights.items():
        assert torch.equal(read[key], value) and read[key].dtype == value.dtype


REFUSED = {name for name in KINDS if name not in ('text_that_would_be_executed', 'names_what_to_delete', 'odd')}


def test_hostile_files(tmp_path, good):
    """Nothing runs, no memory is taken, and each is refused in one sentence, or was harmless data."""
    trace, count = tmp_path / 'trace', 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, path in write_all(tmp_path, good, trace):
        count += 1
        try:
            read_checkpoint(path, HistoryBuffer)
        except InputError as error:
            assert str(path) in str(error) and '\n' not in str(error), name
        else:
            assert name.rpartition('_')[0] not in REFUSED, f'{name} was read'
        assert not trace.exists(), f'{name} ran'
    assert count > 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000, 'kB'


def test_payload_is_real(tmp_path):
    """What the refused files carry does run where nothing stops it."""
    pickle.loads(pickle.dumps(Runs(str(tmp_path / 'trace'))))
    assert (tmp_path / 'trace').exists()


def test_address(tmp_path):
    for address in ('https://example.org/a.pth', 'torchvision://vgg16', 's3://bucket/a.pth'):
        with pytest.raises(InputError, match='is an address, not a file: download it, and name the file'):
            read_checkpoint(address)


def test_every_flipped_bit_is_found(tmp_path, good, rng):
    """In the numbers and in what says how to read them; in places that nobody reads, the weights stay the same."""
    weights = {key: value.half() for key, value in good['state_dict'].items()}
    write_weights(weights, tmp_path / 'weights.safetensors')
    (tmp_path / 'any').touch()
    assert (tmp_path / 'weights.safetensors').stat().st_mode == (tmp_path / 'any').stat().st_mode, 'others may read it'
    content = (tmp_path / 'weights.safetensors').read_bytes()
    damaged = tmp_path / 'damaged.safetensors'
    refused = 0
    for place in rng.choice(len(content), 300, replace=False):
        flipped = bytearray(content)
        flipped[place] ^= 1 << rng.integers(8)
        damaged.write_bytes(flipped)
        try:
            read = read_checkpoint(damaged)['state_dict']
        except InputError:
            refused += 1
        else:
            assert read.keys() == weights.keys() and all(torch.equal(read[key], weights[key]) for key in read)
    assert refused > 250


@pytest.mark.parametrize('path', ['~nobody-of-this-name/a.pth', 'a' * 5000])
def test_path_that_cannot_be(path):
    with pytest.raises(InputError, match='does not exist, or is no file: check the path'):
        read_checkpoint(path)


@pytest.mark.parametrize('held', [dict(state_dict=None), dict(state_dict={1: torch.zeros(1)}), dict(a='text')])
def test_no_state_dict(tmp_path, held):
    torch.save(held, tmp_path / 'odd.pth')
    with pytest.raises(InputError, match='odd.pth holds no state dict, a dict of tensors by name'):
        read_weights(tmp_path / 'odd.pth')
