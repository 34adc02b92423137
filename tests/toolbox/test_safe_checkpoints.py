"""MMEngine's own loading goes through the one loader (its tests: tests/checkpoint_files)."""

import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner import CheckpointLoader, load_checkpoint

from ssrgan_plugin.errors import InputError


def load(path):
    return CheckpointLoader.load_checkpoint(str(path), map_location='cpu', logger='silent')


def test_text_that_would_be_executed_is_left_out(tmp_path):
    torch.save(dict(state_dict={}, meta=dict(config='import os', epoch=3)), tmp_path / 'text.pth')
    assert load(tmp_path / 'text.pth')['meta'] == dict(epoch=3)


def test_logged_values_stay(tmp_path):
    history = HistoryBuffer([1.0, 2.0], [1, 1])
    torch.save(dict(state_dict={}, message_hub=dict(log_scalars=dict(loss=history))), tmp_path / 'own.pth')
    assert load(tmp_path / 'own.pth')['message_hub']['log_scalars']['loss'].mean() == 1.5


@pytest.mark.parametrize(
    'address',
    [
        'https://example.org/a.pth',
        'torchvision://resnet18',
        'open-mmlab://x',
        's3://a/b.pth',
        'pavi://a',
        'local:s3://a',
    ],
)
def test_no_address_is_opened(address):
    with pytest.raises(InputError, match='is an address, not a file'):
        load_checkpoint(torch.nn.Linear(1, 1), address)


def test_payload_is_refused(tmp_path):
    class Runs:
        def __reduce__(self):
            return print, ('ran',)

    torch.save(dict(state_dict={}, meta=Runs()), tmp_path / 'evil.pth')
    with pytest.raises(InputError, match='evil.pth refused: it names builtins.print'):
        load(tmp_path / 'evil.pth')
