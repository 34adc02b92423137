"""Going on with a run that was stopped: from the newest checkpoint that can be read, as data, inside its work dir."""

import logging
import math
import re
from numbers import Number, Real
from pathlib import Path
from typing import Any, List, Optional, Tuple

import torch
from torch import Tensor
from torch.nn import Parameter
from torch.optim import Optimizer

from ..checkpoint_files import read_checkpoint
from ..errors import InputError
from .step_counts import generator_waits, go_on_counting

SAVED = re.compile(r'(epoch|iter)_(\d+)\.pth')
BEST = re.compile(r'best_[^/]+\.pth')


def resume_as_data() -> None:
    """Lets ``--resume`` trust a checkpoint's numbers alone (no upstream issue known): MMEngine takes whatever
    ``last_checkpoint`` names, if it is whole, believes the rest of the file without a look, and later deletes the file
    or folder, wherever it is, that the checkpoint calls its best; where the config has a ``load_from``, it resumes
    from that, whatever the work dir holds; and MMagic's models count their steps anew."""
    from mmengine.runner import runner

    stock, stock_load = runner.Runner.resume, runner.Runner.load_or_resume

    def load_or_resume(self) -> None:
        asked = self._load_from, self._resume
        if self._resume and not self._has_loaded:
            self._load_from, self._resume = beginning(Path(self.work_dir), self._load_from, self.logger)
        try:
            stock_load(self)
        finally:
            self._load_from, self._resume = asked

    def resume(self, filename: str, *args, **kwargs) -> None:
        state = read_checkpoint(filename)
        try:
            check_training_state(state, filename)
            check_fit(self, state)
            stock(self, filename, *args, **kwargs)
        except InputError:
            raise
        except Exception as error:  # whatever its parts make of their state
            raise refusal(filename, f'{type(error).__name__}: {error}') from error
        keep_paths_inside(self.message_hub.runtime_info, Path(self.work_dir))
        go_on_counting(self.model, self.iter)

    runner.Runner.load_or_resume = load_or_resume
    runner.Runner.resume = resume


def beginning(work_dir: Path, load_from: Optional[str], logger: logging.Logger) -> Tuple[Optional[str], bool]:
    """What ``--resume`` begins with, and whether that is resumed or gives its weights alone.

    ``load_from`` is where a fresh run begins, so that the same command begins a run and goes on with it; within the
    work dir it is the checkpoint to go on from.
    """
    if load_from and Path(load_from).expanduser().resolve().parent == work_dir.resolve():
        logger.info(f'Goes on from load_from={load_from!r}, a checkpoint of this work dir.')
        return load_from, True
    newest = find_latest_checkpoint(str(work_dir))
    if newest:
        instead = f', not from load_from={load_from!r}, with which a fresh run would begin' if load_from else ''
        logger.info(f'Goes on from {newest}{instead}.')
        return newest, True
    if load_from:
        logger.warning(
            f'{work_dir} holds no checkpoint: begins anew with the weights of load_from={load_from!r}. To go on with '
            'the training that saved it, name its work dir, or copy the file into this one.'
        )
    else:
        logger.info(f'{work_dir} holds no checkpoint: begins anew.')
    return load_from, False


def saved_checkpoints(work_dir: Path) -> List[Path]:
    """What trainings have saved there, the newest first; not the best ones, which cannot be resumed from."""
    found = [(match, path) for path in work_dir.glob('*.pth') if (match := SAVED.fullmatch(path.name))]
    return [path for match, path in sorted(found, key=lambda each: int(each[0][2]), reverse=True)]


def find_latest_checkpoint(path: str) -> Optional[str]:
    """The checkpoint that ``last_checkpoint`` names in this folder, else the newest that can be read; None if there is
    none at all.

    Raises:
        InputError: if there are checkpoints, and none can be read.
    """
    from mmengine.logging import print_log

    folder = Path(path)
    candidates = saved_checkpoints(folder)
    try:
        named = folder / Path((folder / 'last_checkpoint').read_text().strip()).name
    except (OSError, UnicodeDecodeError, ValueError):
        named = folder
    if named.is_file():
        candidates = [named, *(each for each in candidates if each != named)]
    for candidate in candidates:
        try:
            check_training_state(read_checkpoint(candidate), candidate)
            return str(candidate)
        except InputError as error:
            print_log(f'{error}. An older one is tried.', logger='current', level=logging.WARNING)
    if candidates:
        raise InputError(f'no checkpoint in {path} can be resumed from: name another --work-dir, to begin anew')
    return None


def refusal(filename: Any, reason: str) -> InputError:
    reason = ' '.join(reason.split())[:200]
    return InputError(
        f'{filename} cannot be resumed from ({reason}): resume from a checkpoint that this training has saved, or '
        'take its weights alone, as load_from without --resume'
    )


def check_training_state(state: dict, filename: Any) -> None:
    """Raises :class:`InputError` unless the checkpoint has all that MMEngine resumes, in the types that it expects."""
    meta, hub = state.get('meta'), state.get('message_hub')
    if not isinstance(meta, dict) or not isinstance(hub, dict) or not state.get('optimizer'):
        raise refusal(filename, 'it holds no training state')
    for key in ('epoch', 'iter'):
        if type(meta.get(key)) is not int or not 0 <= meta[key] < 2**53:
            raise refusal(filename, f'its {key} is no number')
    if not isinstance(meta.get('seed'), (Number, type(None))):
        raise refusal(filename, 'its seed is no number')
    for key in ('log_scalars', 'runtime_info', 'resumed_keys'):
        if not isinstance(hub.get(key), dict) or not all(isinstance(name, str) for name in hub[key]):
            raise refusal(filename, f'its {key} are missing')
    if not all(isinstance(each, bool) for each in hub['resumed_keys'].values()):
        raise refusal(filename, 'its resumed_keys are none')
    for key, value in hub['runtime_info'].items():
        if key.startswith('best_score') and not (isinstance(value, Real) and value == value):
            raise refusal(filename, f'its {key} is no number')
    kept = hub['runtime_info'].get('keep_ckpt_ids', [])
    if not isinstance(kept, list) or not all(type(each) is int for each in kept):
        raise refusal(filename, 'the numbers of earlier checkpoints are no numbers')


def check_fit(runner: Any, state: dict) -> None:
    """Raises an error unless optimizers and schedulers of the run find what they need: theirs take anything."""
    from mmengine.optim import OptimWrapperDict

    wrapper, waits = runner.optim_wrapper, generator_waits(runner.model, state['meta']['iter'])
    if isinstance(wrapper, OptimWrapperDict):
        for name, each in wrapper.items():
            check_optimizer(each.optimizer, state['optimizer'][name], waits and name == 'generator')
    else:
        check_optimizer(wrapper.optimizer, state['optimizer'])
    built, given = runner.param_schedulers, state.get('param_schedulers')
    if built is None or given is None:
        return
    pairs = [(built[name], given[name]) for name in built] if isinstance(built, dict) else [(built, given)]
    for schedulers, states in pairs:
        if len(schedulers) != len(states):
            raise ValueError('it has another number of parameter schedulers')
        for scheduler, loaded in zip(schedulers, states):
            for key, value in scheduler.state_dict().items():
                alike(value, loaded[key], key)
            if set(loaded) - set(scheduler.state_dict()):
                raise ValueError('it is of another parameter scheduler')


def check_optimizer(optimizer: Optimizer, state: dict, waits: bool = False) -> None:
    """``waits``: it may have made no step yet."""
    groups = state['param_groups']
    if len(groups) != len(optimizer.param_groups):
        raise ValueError('its optimizer has other groups of parameters')
    for group, loaded in zip(optimizer.param_groups, groups):
        for key, value in group.items():
            alike(value, loaded[key], key)
        if len(loaded['params']) != len(group['params']):
            raise ValueError('its optimizer has other parameters')
    expected = state_of_one_parameter(optimizer)
    if expected and not state['state'] and not waits:
        raise ValueError('its optimizer has no state')
    parameters = [parameter for group in optimizer.param_groups for parameter in group['params']]
    for index, values in state['state'].items():
        if expected is not None and set(values) != set(expected):
            raise ValueError('its optimizer is another')
        for key, value in values.items():
            if expected is not None:
                alike(expected[key], value, key)
            if isinstance(value, Tensor) and value.shape not in ((), parameters[index].shape):
                raise ValueError(f'its {key} of parameter {index} has another shape')


def state_of_one_parameter(optimizer: Optimizer) -> Optional[dict]:
    """What it keeps of a parameter once it has made a step; None where it makes none by itself."""
    parameter = Parameter(torch.zeros(1))
    parameter.grad = torch.ones(1)
    try:
        probe = type(optimizer)([parameter], **optimizer.defaults)
        probe.step()
    except Exception:  # one that takes other arguments than others do
        return None
    return dict(probe.state[parameter])


def alike(expected: Any, loaded: Any, name: str) -> None:
    kinds = (Number, str, dict, (list, tuple), Tensor)
    if any(isinstance(expected, kind) != isinstance(loaded, kind) for kind in kinds):
        raise ValueError(f'its {name} is a {type(loaded).__name__}, not a {type(expected).__name__}')
    if isinstance(loaded, Real) and not math.isfinite(loaded) and math.isfinite(expected):
        raise ValueError(f'its {name} is not finite')
    if isinstance(expected, (list, tuple)) and all(isinstance(each, Number) for each in expected):
        if len(expected) != len(loaded):
            raise ValueError(f'its {name} are {len(loaded)} and not {len(expected)}')
        for each, other in zip(expected, loaded):
            alike(each, other, name)


def keep_paths_inside(info: dict, work_dir: Path) -> None:
    """Lets a copied work dir keep its own best checkpoint, and a file tell only of files in its own work dir."""
    for key in [key for key in info if key.startswith(('best_ckpt', 'last_ckpt'))]:
        name, pattern = Path(str(info[key])).name, BEST if key.startswith('best_ckpt') else SAVED
        if pattern.fullmatch(name):
            info[key] = str(work_dir / name)
        else:
            del info[key]
