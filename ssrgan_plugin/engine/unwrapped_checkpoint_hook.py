import re

from mmagic.registry import HOOKS
from mmengine.hooks import EMAHook, Hook


@HOOKS.register_module()
class UnwrappedCheckpointHook(Hook):
    """Gives weights one name, however many processes train.

    ``MMSeparateDistributedDataParallel`` wraps each network, so that MMEngine saves "generator.module.…", which it
    then finds no place for, in one process or in many: it warns and goes on with random weights. This hook saves
    "generator.…", and reads the other too. ``EMAHook`` may stand before it or after it.
    """

    priority = 'HIGH'  # EMAHook reads the names that this one has made plain

    def before_run(self, runner) -> None:
        if not any(isinstance(hook, SavesPlainNames) for hook in runner.hooks):
            runner.register_hook(SavesPlainNames())

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        make_plain(checkpoint)
        for hook in runner.hooks:
            if isinstance(hook, EMAHook) and hasattr(hook, 'ema_model'):
                wrap_again(hook.ema_model, checkpoint.get('ema_state_dict'))


class SavesPlainNames(Hook):
    priority = 'LOW'  # EMAHook has put its averages in place of the weights, by the names that they have in the model

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        make_plain(checkpoint)


def make_plain(checkpoint: dict) -> None:
    for part, prefix in (('state_dict', ''), ('ema_state_dict', r'module\.')):
        if isinstance(checkpoint, dict) and isinstance(checkpoint.get(part), dict):
            checkpoint[part] = {plain(key, prefix): value for key, value in checkpoint[part].items()}


def plain(name: str, prefix: str = '') -> str:
    return re.sub(rf'^({prefix}\w+)\.module\.', r'\1.', name)


def wrap_again(ema_model, averages) -> None:
    """Lets the averages' strict loading find the names that wrapped networks have."""
    names = {plain(key, r'module\.'): key for key in ema_model.state_dict()}

    def rename(module, state_dict, *_):
        for name in [name for name in state_dict if names.get(name, name) != name]:
            state_dict[names[name]] = state_dict.pop(name)

    if averages is not None and any(name != key for name, key in names.items()):
        ema_model.register_load_state_dict_pre_hook(rename)
