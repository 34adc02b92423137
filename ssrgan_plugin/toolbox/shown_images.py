"""What a config's network is shown: in which scaling, which order of channels, and with what in lost pixels."""

from typing import Any, Iterator, List, Optional

import numpy as np
from mmengine.config import Config
from torch import Tensor

from ..errors import InputError
from ..networks.restoring_network import RestoringNetwork

CORRUPTIONS = ('RandomPixelCorruption', 'RandomShapeCorruption')
LOADERS = ('LoadImageFromFile', 'LoadWholeImageFromFile')
SCALERS = ('Normalize', 'RescaleToZeroOne')
CURE = "restore by the toolbox's tools"


def kind(step: dict) -> str:
    """A transform's name, without the scope or module that a config may put before it."""
    return step['type'].split('.')[-1] if isinstance(step['type'], str) else step['type'].__name__


def steps(pipeline: Any, corruption: dict) -> Iterator[dict]:
    """Every transform in a pipeline, those in other transforms too; ``corruption`` goes into its own ones."""
    for step in pipeline:
        if isinstance(step, (list, tuple)):  # one of several pipelines
            yield from steps(step, {})
        else:
            yield {**step, **(corruption if kind(step) in CORRUPTIONS else {})}
            yield from steps(step.get('transforms') or (), {})


def shown(dataset: Any) -> Iterator[dict]:
    """Every transform of a data set's config, however it is wrapped."""
    if not isinstance(dataset, dict):
        return
    for inner in (dataset.get('dataset'), *(dataset.get('datasets') or ())):
        yield from shown(inner)
    yield from steps(dataset.get('pipeline') or (), dataset.get('corruption') or {})


def all_steps(cfg: Config) -> List[dict]:
    loaders = [cfg.get(f'{split}_dataloader') or {} for split in ('train', 'val', 'test')]
    return [step for loader in loaders for step in shown(loader.get('dataset'))]


def check_scaling(cfg: Config) -> None:
    """Raises :class:`InputError` unless images are scaled to [-1, 1], as ours are."""
    scaling = cfg.model.get('data_preprocessor') or {}
    numbers = [np.ravel(scaling.get(key, 127.5)).tolist() for key in ('mean', 'std')]
    if {*numbers[0], *numbers[1]} != {127.5} or any(kind(step) in SCALERS for step in all_steps(cfg)):
        raise InputError(f'{cfg.filename} scales images by other than 127.5: {CURE}')


def fill(cfg: Config) -> Any:
    """What lost pixels look like: a name, or a colour (BGR, 0 to 255).

    Raises:
        InputError: if the config does not say, or says several things.
    """
    fills = []
    for step in all_steps(cfg):
        if kind(step) in CORRUPTIONS:
            fills.append(step.get('fill', 'black'))
        elif kind(step) == 'GetMaskedImage':
            fills.append([float(step.get('zero_value', 127.5))])
    different = [each for index, each in enumerate(fills) if each not in fills[:index]]
    if len(different) == 1:
        return different[0]
    says = f'gives lost pixels several looks ({different})' if different else 'does not say what lost pixels look like'
    raise InputError(f'{cfg.filename} {says}: {CURE}')


def channel_order(cfg: Config) -> str:
    """'rgb' or 'bgr'."""
    told = (cfg.model.get('data_preprocessor') or {}).get('output_channel_order')
    loaded = {step.get('channel_order', 'bgr') for step in all_steps(cfg) if kind(step) in LOADERS}
    orders = {told.lower()} if told else loaded or {'bgr'}
    if len(orders) > 1:
        raise InputError(f'{cfg.filename} loads images in several orders of channels: {CURE}')
    return orders.pop()


class InRGB(RestoringNetwork):
    """A network that restores RGB images by one that was trained on BGR, or on one channel, which then takes each
    channel for an image of its own."""

    image_channels = 3

    def __init__(self, network: RestoringNetwork, order: str = 'rgb'):
        super().__init__()
        self.network = network
        self.turns = order == 'bgr' and network.image_channels == 3
        self.splits = network.image_channels == 1
        self.tile, self.reach, self.any_range = network.tile, network.reach, network.any_range
        self.half_precision = network.half_precision
        self.by_channel = 'together' if self.splits else network.by_channel

    @property
    def margin(self) -> int:
        return self.network.margin

    def shown(self, image: Tensor, mask: Tensor, fill: Tensor, far: Optional[Tensor] = None) -> Tensor:
        if self.turns:
            image, mask, fill = image.flip(1), mask.flip(1), fill.flip(1)
            far = None if far is None else far.flip(1)
        if self.splits:
            image = image.reshape(-1, 1, *image.shape[2:])
            mask, fill = mask.expand(-1, 3, -1, -1).reshape(image.shape), fill[:, :1]
            far = None if far is None else far.reshape(image.shape)
        return self.network.shown(image, mask, fill, far)

    def forward(self, x: Tensor) -> Tensor:
        restored = self.network(x)
        if self.splits:
            restored = restored.reshape(-1, 3, *restored.shape[2:])
        return restored.flip(1) if self.turns else restored
