import re

from mmagic.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import get_state_dict, weights_to_cpu


@HOOKS.register_module()
class UnwrappedCheckpointHook(Hook):
    """Gives weights one name, however many processes train.

    ``MMSeparateDistributedDataParallel`` wraps each network, so that MMEngine saves "generator.module.…", which it
    then finds no place for, in one process or in many: it warns and goes on with random weights. This hook saves
    "generator.…", and reads the other too.
    """

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        checkpoint['state_dict'] = weights_to_cpu(get_state_dict(runner.model))

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        if isinstance(checkpoint, dict) and isinstance(checkpoint.get('state_dict'), dict):
            checkpoint['state_dict'] = {
                re.sub(r'^(\w+)\.module\.', r'\1.', key): value for key, value in checkpoint['state_dict'].items()
            }
