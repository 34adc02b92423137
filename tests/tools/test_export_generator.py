"""tools/export_generator.py on a training's checkpoint, with and without averaged weights."""
from pathlib import Path

import pytest
import torch
from mmengine.logging import HistoryBuffer

from ssrgan_plugin.networks import BlindSSRGANGenerator
from ssrgan_plugin.restorer import Restorer

TOOL = Path(__file__).parents[2] / 'tools' / 'export_generator.py'


def test_averaged_and_latest(run, tmp_path):
    averaged, latest = ({f'generator.{key}': value for key, value in BlindSSRGANGenerator().state_dict().items()}
                        for _ in range(2))  # yapf: disable
    torch.save(
        dict(state_dict={**averaged, 'discriminator.weight': torch.zeros(1)}, optimizer=dict(state={}),
             ema_state_dict=dict({f'module.{key}': value for key, value in latest.items()}, steps=torch.tensor(7)),
             message_hub=dict(log_scalars=HistoryBuffer([1], [1]))), tmp_path / 'iter_7.pth')  # yapf: disable
    for flags, expected in (([], averaged), (['--latest'], latest)):
        assert run(TOOL, tmp_path / 'iter_7.pth', tmp_path / 'generator.pth', *flags).returncode == 0
        state = torch.load(tmp_path / 'generator.pth', weights_only=True)['state_dict']
        assert state.keys() == expected.keys()
        for key, value in expected.items():
            assert torch.equal(state[key], value.half())
        Restorer(checkpoint=tmp_path / 'generator.pth', device='cpu')


@pytest.mark.parametrize('content, sentence', [
    (dict(state_dict={'backbone.weight': torch.zeros(1)}), 'holds no generator'), ('text', 'holds no generator')])
def test_bad_checkpoint(run, tmp_path, content, sentence):
    if content == 'text':
        (tmp_path / 'a.pth').write_text(content)
        sentence = 'a.pth'
    else:
        torch.save(content, tmp_path / 'a.pth')
    done = run(TOOL, tmp_path / 'a.pth', tmp_path / 'generator.pth')
    assert done.returncode == 1 and sentence in done.stderr.splitlines()[-1]
    assert not (tmp_path / 'generator.pth').exists()
