"""tools/export.py on a training's checkpoint."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer

from ssrgan_plugin.checkpoint_files import read_weights, write_weights
from ssrgan_plugin.networks import CorruptionFinder, MaskAwareSSRGANGenerator, SSRGANGenerator
from ssrgan_plugin.restoration.light_network import LightNetwork
from ssrgan_plugin.restoration.restorer import Restorer

TOOL = Path(__file__).parents[2] / 'tools' / 'export.py'
CONFIGS = Path(__file__).parents[2] / 'configs'


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


def test_nothing_is_lost(door, tmp_path):
    """Neither a file that is there, nor, as half of it, the checkpoint itself."""
    weights = tmp_path / 'a.safetensors'
    state = {f'generator.{key}': value for key, value in MaskAwareSSRGANGenerator().state_dict().items()}
    write_weights(state, weights)
    content = weights.read_bytes()
    (tmp_path / 'b.safetensors').write_text('precious')
    for arguments, sentence in (
        ([tmp_path / 'b.safetensors'], 'b.safetensors exists: name another output, or say --overwrite'),
        ([weights, '--overwrite'], 'a.safetensors is an input too: name another output'),
    ):
        done = door(TOOL, weights, *arguments)
        assert done.returncode == 1 and sentence in done.stderr
    assert (tmp_path / 'b.safetensors').read_text() == 'precious' and weights.read_bytes() == content
    assert door(TOOL, weights, tmp_path / 'b.safetensors', '--overwrite').returncode == 0
    assert read_weights(tmp_path / 'b.safetensors').keys() == state.keys()


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


@pytest.mark.parametrize('name', ['ssrgan_flower_p50', 'ssrgan_mask_aware_all'])
def test_graph_of_any_generator_at_odd_sizes(name, door, tmp_path):
    """The network of a config, with what its training had in lost pixels, in OpenVINO as in PyTorch."""
    settings = 'mid_channels=8, num_blocks=1'
    config = tmp_path / 'mine.py'
    config.write_text(f"_base_ = '{CONFIGS / name}.py'\nmodel = dict(generator=dict({settings}))\n")
    torch.manual_seed(0)
    network = (SSRGANGenerator if 'flower' in name else MaskAwareSSRGANGenerator)(mid_channels=8, num_blocks=1)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    torch.save({f'generator.{key}': value for key, value in network.state_dict().items()}, tmp_path / 'mine.pth')
    done = door(TOOL, tmp_path / 'mine.pth', tmp_path / 'mine.onnx', '--config', config)
    assert done.returncode == 0, done.stderr
    heavy = Restorer(config, tmp_path / 'mine.pth', device='cpu')
    light = Restorer(checkpoint=tmp_path / 'mine.onnx')
    for height, width in ((33, 50), (131, 7)):
        image = np.random.default_rng(0).integers(1, 2**16, (height, width, 3)).astype(np.uint16)
        mask = np.arange(height * width).reshape(height, width) % 3 == 0
        assert np.abs(light(image, mask).astype(int) - heavy(image, mask)).max() <= 1
        assert (light(image, mask) != image).any()


def test_graph_without_its_config_is_refused(door, tmp_path):
    torch.save(SSRGANGenerator(mid_channels=8, num_blocks=1).state_dict(), tmp_path / 'paper.pth')
    done = door(TOOL, tmp_path / 'paper.pth', tmp_path / 'paper.onnx')
    assert done.returncode == 1 and 'name it by --config' in done.stderr.splitlines()[-1]
    torch.save(torch.nn.Linear(2, 2).state_dict(), tmp_path / 'linear.pth')
    done = door(TOOL, tmp_path / 'linear.pth', tmp_path / 'linear.onnx')
    assert done.returncode == 1 and 'none of our networks' in done.stderr.splitlines()[-1]


def test_finder(door, tmp_path):
    torch.save(CorruptionFinder(mid_channels=8, num_blocks=1).state_dict(), tmp_path / 'finder.pth')
    assert door(TOOL, tmp_path / 'finder.pth', tmp_path / 'finder.onnx').returncode == 0
    assert LightNetwork(tmp_path / 'finder.onnx').facts['kind'] == 'finder'
