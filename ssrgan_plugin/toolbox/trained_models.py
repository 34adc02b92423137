"""A config and a checkpoint become a model: every tool loads its models here."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Dict, NamedTuple, Optional, Sequence, Union

from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope
from torch import nn

from ..checkpoint_files import read_weights
from ..errors import InputError
from ..networks import MaskAwareSSRGANGenerator, RestoringNetwork, SSRGANGenerator, state_dicts
from . import adaptations, shown_images

GENERATORS = {generator.__name__: generator for generator in (MaskAwareSSRGANGenerator, SSRGANGenerator)}
FilePath = Union[str, Path]


def read_config(
    path: FilePath, parts: Sequence[str] = ('model', 'test_dataloader'), import_custom_modules: bool = True
) -> Config:
    """Reads a config.

    Args:
        path: Its file.
        parts: What it must have. Default: what a model can be built and tested from.
        import_custom_modules: Import what its ``custom_imports`` name, as MMEngine does. Default: True.

    Raises:
        InputError: naming the file, if it does not exist, cannot be read or lacks a part.
    """
    if not Path(path).is_file():
        raise InputError(f'{path} is no file: name a config such as those in configs/')
    try:
        cfg = Config.fromfile(str(path), import_custom_modules=import_custom_modules)
    except InputError:
        raise
    except Exception as error:  # it may be Python, with any error in it
        reason = (str(error).strip().splitlines() or [''])[0]
        raise InputError(
            f'{path} cannot be read as a config ({type(error).__name__}: {reason}): mend it, or name one '
            'such as those in configs/'
        ) from error
    for part in parts:
        if not cfg.get(part):
            raise InputError(f'{path} has no {part}: name a whole config, such as those in configs/')
    if isinstance(cfg.get('model'), dict) and cfg.get('data_preprocessor') is not None:
        cfg.model.setdefault('data_preprocessor', cfg.data_preprocessor)  # as MMEngine's runner does
    return cfg


def parse_options(pairs: Sequence[str]) -> Dict[str, Any]:
    """What MMEngine makes of ``--cfg-options``: keys with dots, values of their type."""
    parser = ArgumentParser()
    parser.add_argument('options', nargs='*', action=DictAction)
    return parser.parse_args(pairs).options or {}


class TrainedModel(NamedTuple):
    model: nn.Module
    cfg: Config


def load_model(config: FilePath, checkpoint: Optional[FilePath] = None) -> TrainedModel:
    """A whole toolbox model, ready to test, on the CPU; its parts must be registered.

    Args:
        config: Its config.
        checkpoint: Its weights. Default: the model has none, as the classical methods.

    Raises:
        InputError: if the two cannot be read or do not fit together, or weights are missing.
    """
    adaptations.apply()
    cfg = read_config(config)
    init_default_scope(cfg.get('default_scope', 'mmagic'))
    from mmagic.registry import MODELS

    try:
        model = MODELS.build(cfg.model)
    except Exception as error:  # whatever its parts make of their settings
        raise InputError(f'the model of {config} cannot be built ({error}): mend the config') from error
    if checkpoint is not None:
        weights = read_weights(checkpoint)
        try:
            state_dicts.check_match(model.state_dict(), weights)
            model.load_state_dict(weights, strict=False)
        except (InputError, RuntimeError) as error:
            raise InputError(f'{checkpoint}, for {config}: {error}') from error
    elif any(True for _ in model.parameters()):
        raise InputError(f'the model of {config} has weights: name its --checkpoint')
    return TrainedModel(model.eval(), cfg)


class TrainedGenerator(NamedTuple):
    """``fill``: what stood in lost pixels in training, as the config names it (a colour is BGR, 0 to 255);
    ``self_ensemble``: whether its test averages over flips and turns."""

    generator: RestoringNetwork
    fill: Any
    self_ensemble: bool


def load_generator(config: FilePath, checkpoint: FilePath) -> TrainedGenerator:
    """The generator alone of one of our models, for which MMEngine is enough.

    Raises:
        InputError: if the two cannot be read or do not fit together, the images were scaled by other than 127.5, or the
            config does not say what stood in lost pixels.
    """
    cfg = read_config(config, parts=['model'], import_custom_modules=False)
    try:
        network = cfg.model.generator.to_dict()
        generator = GENERATORS[network.pop('type').split('.')[-1]](**network)
    except Exception as error:
        raise InputError(
            f'{config} names no generator of {" or ".join(GENERATORS)} ({error}): give the config of an SSRGAN'
        ) from error
    if generator.image_channels not in (1, 3):
        raise InputError(
            f'the generator of {config} takes images of {generator.image_channels} channels, neither grey nor RGB: '
            'give another config'
        )
    state_dicts.load_generator(generator, read_weights(checkpoint), checkpoint)
    shown_images.check_scaling(cfg)
    order = shown_images.channel_order(cfg)
    if generator.image_channels == 1 or order == 'bgr':
        generator = shown_images.InRGB(generator, order)
    averages = bool((cfg.model.get('test_cfg') or {}).get('self_ensemble'))
    return TrainedGenerator(generator, shown_images.fill(cfg), averages)
