"""tools/export_generator.py on a training's checkpoint."""

from pathlib import Path

import pytest
import torch
from mmengine.logging import HistoryBuffer

from ssrgan_plugin.checkpoint_files import read_weights
from ssrgan_plugin.networks import MaskAwareSSRGANGenerator
from ssrgan_plugin.restoration.restorer import Restorer

TOOL = Path(__file__).parents[2] / 'tools' / 'export_generator.py'


def test_generator_alone(door, tmp_path):
    weights = {f'generator.{key}': value for key, value in MaskAwareSSRGANGenerator().state_dict().items()}
    torch.save(
        dict(
            state_dict={**weights, 'discriminator.weight': torch.zeros(1)},
            optimizer=dict(state={}),
            message_hub=dict(log_scalars=dict(loss=HistoryBuffer([1], [1]))),
        ),
        tmp_path / 'iter_7.pth',
    )
    assert door(TOOL, tmp_path / 'iter_7.pth', tmp_path / 'generator.safetensors').returncode == 0
    state = read_weights(tmp_path / 'generator.safetensors')
    assert state.keys() == weights.keys()
    for key, value in weights.items():
        assert torch.equal(state[key], value.half())
    Restorer(checkpoint=tmp_path / 'generator.safetensors', device='cpu')


@pytest.mark.parametrize(
    'content, sentence',
    [(dict(state_dict={'backbone.weight': torch.zeros(1)}), 'holds no generator'), ('text', 'holds no generator')],
)
def test_bad_checkpoint(door, tmp_path, content, sentence):
    if content == 'text':
        (tmp_path / 'a.pth').write_text(content)
        sentence = 'a.pth'
    else:
        torch.save(content, tmp_path / 'a.pth')
    done = door(TOOL, tmp_path / 'a.pth', tmp_path / 'generator.safetensors')
    assert done.returncode == 1 and sentence in done.stderr.splitlines()[-1]
    assert not (tmp_path / 'generator.safetensors').exists()
