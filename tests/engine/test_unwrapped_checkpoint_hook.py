from types import SimpleNamespace

import torch
from mmagic.registry import HOOKS

from ssrgan_plugin.engine.unwrapped_checkpoint_hook import SavesPlainNames


def test_reads_wrapped_names():
    """As stock MMEngine saves them; a layer that is itself called "module" keeps its name."""
    hook = HOOKS.build(dict(type='UnwrappedCheckpointHook'))
    checkpoint = dict(
        state_dict={'generator.module.a': 1, 'discriminator.b': 2, 'generator.deep.module.c': 3},
        ema_state_dict={'module.generator.module.a': 4, 'steps': 5},
    )
    hook.after_load_checkpoint(SimpleNamespace(hooks=[]), checkpoint)
    assert checkpoint['state_dict'] == {'generator.a': 1, 'discriminator.b': 2, 'generator.deep.module.c': 3}
    assert checkpoint['ema_state_dict'] == {'module.generator.a': 4, 'steps': 5}


def test_saves_plain_names():
    hooks = []
    runner = SimpleNamespace(hooks=hooks, register_hook=hooks.append)
    for _ in range(2):  # before training, and before a test after it
        HOOKS.build(dict(type='UnwrappedCheckpointHook')).before_run(runner)
    assert [type(hook) for hook in hooks] == [SavesPlainNames]
    checkpoint = dict(state_dict={'generator.module.weight': torch.ones(2)})
    hooks[0].before_save_checkpoint(runner, checkpoint)
    assert list(checkpoint['state_dict']) == ['generator.weight']
