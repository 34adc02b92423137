"""MMEngine's EMAHook beside our hooks: what is saved, tested and resumed are the averages."""

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import EMAHook, Hook
from mmengine.runner import Runner

EMA = "dict(type='EMAHook', ema_type='ExponentialMovingAverage', momentum=0.1)"


@pytest.mark.parametrize('hooks', [f'[{EMA}, *_base_.custom_hooks]', f'[*_base_.custom_hooks, {EMA}]'])
def test_averages_are_saved_and_resumed(tiny_config, hooks):
    cfg = Config.fromfile(tiny_config(f'custom_hooks = {hooks}'))
    runner = Runner.from_cfg(cfg)
    runner.train()
    averages = next(hook for hook in runner.hooks if isinstance(hook, EMAHook)).ema_model.module.state_dict()
    weights = runner.model.state_dict()
    saved = torch.load(f'{cfg.work_dir}/epoch_2.pth', weights_only=False)
    key = next(iter(weights))
    assert not torch.equal(weights[key], averages[key])
    assert torch.equal(saved['state_dict'][key], averages[key])
    assert torch.equal(saved['ema_state_dict'][f'module.{key}'], weights[key])

    cfg.resume, cfg.train_cfg.max_epochs, cfg.experiment_name = True, 3, f'resumed_{hooks[1]}'
    resumed = Runner.from_cfg(cfg)
    begun = {}

    class Watch(Hook):
        def before_train(self, runner):
            begun.update({name: value.clone() for name, value in runner.model.state_dict().items()})

    resumed.register_hook(Watch(), 'VERY_LOW')
    resumed.train()
    assert torch.equal(begun[key], weights[key]), 'training goes on with the weights, not their averages'
