"""The optimizer that MMEngine builds from the blind config."""
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.optim.scheduler import CosineAnnealingLR

from ssrgan_plugin import registration  # noqa: F401
from ssrgan_plugin.networks import BlindSSRGANGenerator

REPO = Path(__file__).parents[2]


def test_blocks_convolutions_take_muon_all_else_adamw():
    cfg = Config.fromfile(REPO / 'configs/_base_/models/ssrgan_blind.py').optim_wrapper.generator
    generator = BlindSSRGANGenerator(mid_channels=8, num_blocks=2)
    wrapper = build_optim_wrapper(generator, cfg)
    settings = {name: group for name, parameter in generator.named_parameters() for group in wrapper.param_groups
                if any(parameter is other for other in group['params'])}  # yapf: disable
    muon = {name for name, group in settings.items() if group['use_muon']}
    assert muon == {f'body.{block}.body.{layer}.weight' for block in (0, 1) for layer in (0, 2)}
    assert {settings[name]['lr'] for name in muon} == {0.02}
    assert {group['lr'] for name, group in settings.items() if name not in muon} == {0.001}
    scheduler = CosineAnnealingLR(wrapper, T_max=2, by_epoch=False)
    before = [parameter.detach().clone() for parameter in generator.parameters()]
    generator.tail.weight.data.normal_()
    wrapper.update_params(generator(torch.rand(1, 4, 16, 16)).square().mean())
    scheduler.step()
    assert all((parameter != old).any() for parameter, old in zip(generator.parameters(), before))
    assert {round(group['lr'], 9) for group in settings.values()} == {0.01, 0.0005}
