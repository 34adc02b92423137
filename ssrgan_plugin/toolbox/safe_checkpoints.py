"""Reading checkpoints, and nothing that could run code."""

import pickle
import re

import numpy as np
import torch

from ..errors import InputError


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
