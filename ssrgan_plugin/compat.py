"""Adapts MMagic 1.2, MMEngine 0.10 and MMCV 2.1 to the versions around them: the only place that does.

Every adaptation looks first whether anything is wrong, and leaves all alone where nothing is.
"""

import importlib
import importlib.util
import os
import pickle
import re
import sys
from functools import cache
from importlib.machinery import ModuleSpec
from types import ModuleType

import numpy as np
import torch

from .errors import InputError


def stand_in_for_mmcv_ops() -> None:
    """Lets MMagic import with ``mmcv-lite``, which has no compiled ops (open-mmlab/mmcv#2059).

    Calling an op raises an error that names it and says how to install full MMCV.
    """
    if importlib.util.find_spec('mmcv') is None or importlib.util.find_spec('mmcv._ext') is not None:
        return
    sys.modules['mmcv._ext'] = _MissingOps('mmcv._ext')


class _MissingOps(ModuleType):
    def __init__(self, name: str):
        super().__init__(name)
        # A spec without a loader tells MMEngine, when it asks, that full MMCV is not there.
        self.__spec__ = ModuleSpec(name, None)

    def __getattr__(self, name: str):
        if name.startswith('__'):
            raise AttributeError(name)

        def missing_op(*args, **kwargs):
            raise ImportError(
                f"{name} is one of MMCV's compiled ops, and mmcv-lite has none: install full MMCV "
                '("WITH_OPS=1 bash tools/setup_env.sh", or "pip uninstall mmcv-lite; pip install '
                '--no-build-isolation mmcv==2.1.0")'
            )

        return missing_op


def load_own_checkpoints() -> None:
    """Lets PyTorch, which loads weights only since 2.6, read what MMEngine's checkpoints hold beside them
    (open-mmlab/mmengine#1655); ``weights_only`` stays on.

    That is history buffers and NumPy's arrays of numbers, each let in by name, through stand-ins that take nothing
    else. A file that holds more, such as a payload that runs code, is refused with a clear error.
    """
    from mmengine.logging import HistoryBuffer
    from mmengine.runner import checkpoint

    def statistic(owner, name):
        """What a history buffer's pickle needs of ``getattr``, which itself would open every door."""
        if owner is not HistoryBuffer or name not in ('min', 'max', 'mean', 'current'):
            raise pickle.UnpicklingError(f'Unsupported: getattr({owner}, {name!r})')
        return getattr(owner, name)

    torch.serialization.add_safe_globals(
        [
            HistoryBuffer,
            (statistic, 'builtins.getattr'),
            (_Numbers, 'numpy.ndarray'),
            (_NumberType, 'numpy.dtype'),
            # NumPy 1 and 2 call their home by different names, and a checkpoint may come from either.
            *((_new_array, f'numpy.{home}.multiarray._reconstruct') for home in ('core', '_core')),
            *((_number, f'numpy.{home}.multiarray.scalar') for home in ('core', '_core')),
        ]
    )
    stock = checkpoint.load_from_local

    def load_from_local(filename: str, map_location=None):
        try:
            return stock(filename, map_location)
        except pickle.UnpicklingError as error:
            raise InputError(
                f'checkpoint {filename} refused: it is damaged, or holds more than weights and training '
                'state, and loading it could run code; get it from a source that you trust, as a state '
                f'dict ({_culprit(error)})'
            ) from error
        except (RuntimeError, EOFError, LookupError, TypeError, ValueError, AttributeError) as error:
            reason = str(error).strip().split('\n')[0] or 'it is empty'
            raise InputError(f'{filename} cannot be read as a checkpoint ({reason}): take another one') from error

    checkpoint.CheckpointLoader.register_scheme(prefixes='', loader=load_from_local, force=True)


class _NumberType:
    """Reads a pickled ``numpy.dtype``, of numbers only: a crafted one could point anywhere in memory."""

    def __init__(self, name: str, *flags):
        if not isinstance(name, str) or not re.fullmatch(r'[biufc]\d{1,2}', name):
            raise pickle.UnpicklingError(f'Unsupported: NumPy type {name!r}')
        self.value = np.dtype(name)

    def __setstate__(self, state):
        # Only the byte order; the rest is about types that are none of numbers.
        if state[1] in ('<', '>'):
            self.value = self.value.newbyteorder(state[1])


class _Numbers(np.ndarray):
    """Reads a pickled array of numbers; pickles as a plain one."""

    def __new__(cls, *args, **kwargs):
        raise pickle.UnpicklingError('Unsupported: numpy.ndarray called directly')

    def __setstate__(self, state):
        _, shape, dtype, fortran, data = state
        if type(dtype) is not _NumberType or type(data) is not bytes:
            raise pickle.UnpicklingError('Unsupported: a NumPy array of something else than numbers')
        super().__setstate__((1, shape, dtype.value, fortran, data))

    def __reduce__(self):
        return np.array(self).__reduce__()


def _new_array(*args):
    return np.ndarray.__new__(_Numbers, (0,))


def _number(dtype, data):
    if type(dtype) is not _NumberType or type(data) is not bytes:
        raise pickle.UnpicklingError('Unsupported: a NumPy scalar that is no number')
    return np.frombuffer(data, dtype.value)[0]


def _culprit(error: Exception) -> str:
    """The one telling line of PyTorch's long message."""
    return (
        next(
            (line.strip() for line in str(error).splitlines() if 'GLOBAL' in line or 'Unsupported' in line),
            'not a PyTorch file',
        )
        .split(' was not an allowed')[0]
        .removeprefix('WeightsUnpickler error: ')
    )


def save_checkpoints_whole() -> None:
    """Lets a checkpoint appear whole or not at all (no upstream issue known): MMEngine writes over the one that a run
    would resume from, so that a kill at that moment leaves half a file."""
    from mmengine.runner import runner

    stock = runner.save_checkpoint

    def save_checkpoint(checkpoint, filename: str, *args, **kwargs):
        if '://' in filename:
            return stock(checkpoint, filename, *args, **kwargs)
        stock(checkpoint, f'{filename}.unfinished', *args, **kwargs)
        os.replace(f'{filename}.unfinished', filename)

    runner.save_checkpoint = save_checkpoint


def _has_accelerator() -> bool:
    from mmengine.device import get_device

    return get_device() != 'cpu'


def run_processes_without_gpu() -> None:
    """Lets several processes train on CPUs (no upstream issue known): MMEngine always picks a CUDA device, and
    PyTorch's synchronised batch normalisation knows GPUs only.

    Without a GPU processes talk by gloo, and each normalises over its own images, as without ``sync_bn``.
    """
    if _has_accelerator():
        return
    import mmengine.dist.utils as dist_utils
    import mmengine.runner.runner as runner

    def init_dist_pytorch(backend, init_backend='torch', **kwargs):
        torch.distributed.init_process_group(backend='gloo', **kwargs)

    dist_utils._init_dist_pytorch = init_dist_pytorch
    runner.convert_sync_batchnorm = lambda model, implementation: model


def mixed_precision_without_gpu() -> None:
    """Lets ``--amp`` train on CPUs, in bfloat16, which needs no loss scaling; MMEngine refuses it
    (open-mmlab/mmpretrain#1556)."""
    if _has_accelerator():
        return
    from contextlib import contextmanager

    from mmagic.registry import OPTIM_WRAPPERS
    from mmengine.optim import OptimWrapper
    from mmengine.runner import autocast

    @OPTIM_WRAPPERS.register_module(name='AmpOptimWrapper', force=True)
    class CPUAmpOptimWrapper(OptimWrapper):
        def __init__(self, loss_scale='dynamic', dtype='bfloat16', **kwargs):
            if dtype not in ('bfloat16', torch.bfloat16):
                raise InputError(f'mixed precision on a CPU is bfloat16 only, not {dtype}')
            super().__init__(**kwargs)

        @contextmanager
        def optim_context(self, model):
            with super().optim_context(model), autocast(dtype=torch.bfloat16):
                yield


def restore_dropped_names() -> None:
    """Gives back the four names that NumPy 2, transformers 5 and diffusers >= 0.29 dropped and MMagic 1.2 imports
    (the like of open-mmlab/mmagic#2110)."""
    if not hasattr(np, 'bool8'):
        np.bool8 = np.bool_
    for old, name, new, new_name in MOVED:
        if importlib.util.find_spec(old.split('.')[0]) and not _can_import(old):
            sys.modules[old] = _Moved(old, name, new, new_name)


# Old module, the name that MMagic takes from it, where that lives now, and what it is called there.
MOVED = (
    ('transformers.models.clip.feature_extraction_clip', 'CLIPFeatureExtractor', 'transformers', 'CLIPImageProcessor'),
    (
        'diffusers.models.unet_2d_condition',
        'UNet2DConditionOutput',
        'diffusers.models.unets.unet_2d_condition',
        'UNet2DConditionOutput',
    ),
    (
        'diffusers.pipelines.paint_by_example',
        'PaintByExampleImageEncoder',
        'diffusers.pipelines.deprecated.paint_by_example',
        'PaintByExampleImageEncoder',
    ),
)


class _Moved(ModuleType):
    """Stands where a module was; looks its one name up in the new place when somebody asks for it."""

    def __init__(self, old: str, name: str, new: str, new_name: str):
        super().__init__(old)
        self.__spec__ = ModuleSpec(old, None)
        self._name, self._new, self._new_name = name, new, new_name

    def __getattr__(self, name: str):
        if name != self._name:
            raise AttributeError(name)
        return getattr(importlib.import_module(self._new), self._new_name)


def _can_import(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


@cache
def apply() -> None:
    """Applies every adaptation, once, those first that MMagic's own imports need."""
    restore_dropped_names()
    stand_in_for_mmcv_ops()
    load_own_checkpoints()
    save_checkpoints_whole()
    run_processes_without_gpu()
    mixed_precision_without_gpu()
