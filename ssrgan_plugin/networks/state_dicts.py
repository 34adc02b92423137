"""Which weights fit which network."""

from pathlib import Path
from typing import Dict, Union

from torch import Tensor, nn

from ..errors import InputError
from .from_weights import own_weights


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
        if given[key].is_floating_point() != value.is_floating_point():
            raise InputError(
                f'{key} is of type {given[key].dtype} in the checkpoint, {value.dtype} in the model: {cure}'
            )
    extra = [key for key in given if key not in expected]
    if extra:
        raise InputError(f'the model has no {extra[0]}: {cure}')


def load_generator(generator: nn.Module, weights: Dict[str, Tensor], source: Union[str, Path]) -> None:
    """Loads a generator's own state dict, or its part of a whole model's.

    Raises:
        InputError: naming ``source``, if they do not fit.
    """
    own = own_weights(weights)
    try:
        check_match(
            {f'generator.{key}': value for key, value in generator.state_dict().items()},
            {f'generator.{key}': value for key, value in own.items()},
        )
        generator.load_state_dict(own)
    except (InputError, RuntimeError) as error:
        reason = str(error).splitlines()[-1].strip()
        raise InputError(
            f'{source} does not fit the network: name the config it was trained with ({reason})'
        ) from error
