from typing import Any, Dict

from mmagic.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import get_state_dict
from torch import Tensor

from ..errors import InputError


@HOOKS.register_module()
class CheckpointMatchHook(Hook):
    """Refuses a checkpoint of another architecture, which MMEngine would load in part and only warn of.

    A network (generator, discriminator, …) that the checkpoint leaves out altogether is fine, but the generator
    must be there; one that it has must have every weight, in the model's shapes.

    Raises:
        InputError: naming the first weight that does not fit.
    """

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        check_match(get_state_dict(runner.model), state_dict_of(checkpoint))


def state_dict_of(checkpoint: Any) -> Dict[str, Tensor]:
    """The weights in what a checkpoint file holds.

    Raises:
        InputError: if there are none.
    """
    weights = checkpoint.get('state_dict', checkpoint) if isinstance(checkpoint, dict) else None
    if not isinstance(weights, dict) or not all(isinstance(value, Tensor) for value in weights.values()):
        raise InputError('the checkpoint holds no state dict, a dict of tensors: take one that training has saved')
    return weights


def check_match(expected: Dict, given: Dict) -> None:
    """Raises :class:`InputError` unless the ``given`` state dict fits the ``expected`` one, network by network."""
    if expected and not given:
        raise InputError('the model has weights, and none are given: name their checkpoint')
    networks = {key.split('.')[0] for key in given} | {'generator'}
    cure = 'the checkpoint is of another architecture than the config: use the config it was trained with'
    for key, value in expected.items():
        if key.split('.')[0] not in networks:
            continue
        if key not in given:
            raise InputError(f'checkpoint lacks {key}: {cure}')
        if given[key].shape != value.shape:
            raise InputError(
                f'{key} is {tuple(given[key].shape)} in the checkpoint, {tuple(value.shape)} in the model: {cure}'
            )
    extra = [key for key in given if key not in expected]
    if extra:
        raise InputError(f'the model has no {extra[0]}: {cure}')
