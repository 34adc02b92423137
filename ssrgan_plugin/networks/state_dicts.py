"""Weights: where they come from, and which network they fit."""

from pathlib import Path
from typing import Any, Dict, Union

import torch
from torch import Tensor, nn

from ..errors import InputError


def read(path: Path) -> Dict[str, Tensor]:
    """Reads weights, and nothing that could run code.

    Raises:
        InputError: naming the file.
    """
    if not path.exists():
        raise InputError(f'{path} does not exist: check the path')
    try:
        state = torch.load(path, map_location='cpu', weights_only=True)
        state = state.get('state_dict', state)
        return {key: value.float() for key, value in state.items()}
    except Exception as error:
        reason = type(error).__name__
        raise InputError(
            f'{path} refused: it is damaged, or holds more than weights ({reason}); a checkpoint of a '
            'training needs its config too (--config, config=)'
        ) from error


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


def load_generator(generator: nn.Module, weights: Dict[str, Tensor], source: Union[str, Path]) -> None:
    """Loads a generator's own state dict, or its part of a whole model's.

    Raises:
        InputError: naming ``source``, if they do not fit.
    """
    own = {key.removeprefix('generator.'): value for key, value in weights.items() if key.startswith('generator.')}
    try:
        generator.load_state_dict(own or weights)
    except RuntimeError as error:
        raise InputError(
            f'{source} does not fit the network: name the config it was trained with '
            f'({str(error).splitlines()[-1].strip()})'
        ) from error
