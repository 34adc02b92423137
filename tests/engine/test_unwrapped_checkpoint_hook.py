from types import SimpleNamespace

import torch
from mmagic.registry import HOOKS


def test_reads_wrapped_names():
    """As stock MMEngine saves them; a layer that is itself called "module" keeps its name."""
    hook = HOOKS.build(dict(type='UnwrappedCheckpointHook'))
    checkpoint = dict(state_dict={'generator.module.a': 1, 'discriminator.b': 2, 'generator.deep.module.c': 3})
    hook.after_load_checkpoint(SimpleNamespace(), checkpoint)
    assert checkpoint['state_dict'] == {'generator.a': 1, 'discriminator.b': 2, 'generator.deep.module.c': 3}


def test_saves_plain_names():
    hook = HOOKS.build(dict(type='UnwrappedCheckpointHook'))
    checkpoint = {}
    hook.before_save_checkpoint(
        SimpleNamespace(model=torch.nn.ModuleDict(dict(generator=torch.nn.Linear(2, 2)))), checkpoint
    )
    assert list(checkpoint['state_dict']) == ['generator.weight', 'generator.bias']
