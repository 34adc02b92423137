"""Reads PyTorch's zip format (``torch.save``) with every size, shape and checksum verified before memory is taken.

``torch.load`` believes a file where it says how large a tensor is, and does not look at the zip's checksums.
"""

import re
import sys
import zipfile
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any, Dict, NamedTuple, Optional, Tuple

import numpy as np
import torch

from . import inert_pickle
from .inert_pickle import Built, Refused, plain, unordered

STORAGES = {
    f'torch.{name}Storage': getattr(torch, dtype)
    for name, dtype in dict(
        Double='float64', Float='float32', Half='float16', BFloat16='bfloat16', Long='int64', Int='int32',
        Short='int16', Char='int8', Byte='uint8', Bool='bool').items()
}  # fmt: skip
HISTORY = 'mmengine.logging.history_buffer.HistoryBuffer'
SMALL_MEMBERS = ('version', 'byteorder', '.format_version', '.storage_alignment', '.data/serialization_id')
MAX_MEMBERS = 100_000
MAX_DIMENSIONS = 16


class Storage(NamedTuple):
    dtype: torch.dtype
    elements: torch.Tensor  # flat


class Archive:
    """An open checkpoint.

    Raises:
        Refused: if it is no archive of this format, or could grow beyond its own size.
    """

    def __init__(self, path: Path):
        self.zip = zipfile.ZipFile(path)
        self.storages: Dict[str, Storage] = {}
        self.members = self.check_members(path.stat().st_size)
        order = self.read('byteorder').decode('ascii') if 'byteorder' in self.members else sys.byteorder
        if order != sys.byteorder:
            raise Refused(f'was written on a {order}-endian machine, which this one cannot read')

    def __enter__(self) -> 'Archive':
        return self

    def __exit__(self, *_: Any) -> None:
        self.zip.close()

    def check_members(self, size: int) -> Dict[str, zipfile.ZipInfo]:
        """By their names below the one folder that holds all."""
        infos = self.zip.infolist()
        if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > size:
            raise Refused('claims more content than the file has')
        members = {}
        for info in infos:
            folder, _, name = info.filename.partition('/')
            if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
                raise Refused(f'is compressed ({info.filename[:80]}), as no checkpoint of PyTorch is')
            if name.startswith('code/') or name == 'constants.pkl':
                raise Refused('is a TorchScript program, not a checkpoint')
            if not (name == 'data.pkl' or name in SMALL_MEMBERS or re.fullmatch(r'data/\d+', name, re.ASCII)):
                raise Refused(f'has a part, {info.filename[:80]}, that no checkpoint of PyTorch has')
            if folder != infos[0].filename.partition('/')[0] or name in members:
                raise Refused(f'holds {name} twice')
            members[name] = info
        if 'data.pkl' not in members:
            raise Refused('is a zip archive, but no checkpoint of PyTorch')
        return members

    def read(self, name: str) -> bytearray:
        """Checks the checksum too, for it reads to the end."""
        content = bytearray(self.members[name].file_size)
        with self.zip.open(self.members[name]) as member:
            if member.readinto(content) != len(content) or member.read(1):  # type: ignore[attr-defined]
                raise ValueError(f'{name} is cut short')
        return content

    def storage(self, persistent_id: Any) -> Storage:
        kind, dtype, key, _, elements = persistent_id
        if kind != 'storage' or not isinstance(dtype, torch.dtype) or not isinstance(key, str):
            raise Refused('refers to something else than a tensor')
        if key not in self.storages:
            if f'data/{key}' not in self.members:
                raise ValueError(f'the numbers of tensor {key[:20]} are missing')
            info = self.members[f'data/{key}']
            if type(elements) is not int:
                raise Refused(f'has a tensor {key} of no number of elements')
            if elements * dtype.itemsize != info.file_size:
                raise Refused(f'says that tensor {key} has {elements} numbers, and holds {info.file_size} bytes of it')
            content = self.read(f'data/{key}')
            flat = torch.frombuffer(content, dtype=dtype) if content else torch.empty(0, dtype=dtype)
            self.storages[key] = Storage(dtype, flat)
        elif self.storages[key].dtype != dtype:
            raise Refused(f'gives tensor {key} two types')
        return self.storages[key]

    def tensor(
        self, storage: Storage, offset: int, size: Tuple[int, ...], stride: Tuple[int, ...], *_: Any
    ) -> torch.Tensor:
        if not isinstance(storage, Storage) or not isinstance(size, tuple) or not isinstance(stride, tuple):
            raise ValueError('a tensor without numbers, shape or strides')
        if len(size) > MAX_DIMENSIONS or len(size) != len(stride):
            raise Refused(f'has a tensor of {len(size)} dimensions')
        if not all(type(number) is int and 0 <= number < 2**48 for number in (offset, *size, *stride)):
            raise Refused('has a tensor whose shape is none')
        count = int(np.prod(size, dtype=object))
        last = offset + sum((length - 1) * step for length, step in zip(size, stride))
        available = storage.elements.numel()
        if count and (last >= available or count > available - offset):
            raise Refused(f'has a tensor of shape {size} that needs more numbers than the {available} it holds')
        return storage.elements.as_strided(size, stride, offset) if count else storage.elements.new_empty(size)

    def load(self, history: Optional[type] = None) -> Any:
        return inert_pickle.load(bytes(self.read('data.pkl')), self.table(history), self.storage)

    def table(self, history: Optional[type]) -> Dict[str, Any]:
        names = {
            **STORAGES,
            'torch._utils._rebuild_tensor_v2': self.tensor,
            'torch._utils._rebuild_parameter': lambda data, *_: data,
            'torch.Size': lambda numbers: tuple(numbers),
            'collections.OrderedDict': Ordered,
            'collections.Counter': lambda *counts: Counter(*({**each} for each in counts)),
            'builtins.set': unordered,
            'builtins.getattr': attribute,
            'builtins.bytes': lambda: b'',
            '_codecs.encode': lambda text, encoding: text.encode('latin1'),
            HISTORY: lambda: History(history),
            **{f'{HISTORY}.{name}': name for name in ('min', 'max', 'mean', 'current')},
            'numpy.ndarray': None,
            'numpy.dtype': NumberType,
        }
        for home in ('core', '_core'):  # NumPy 1 and 2
            names[f'numpy.{home}.multiarray._reconstruct'] = lambda *_: Array()
            names[f'numpy.{home}.multiarray.scalar'] = lambda dtype, data: numbers(dtype, data, ())[()]
        return names


def attribute(owner: Any, name: Any) -> str:
    """The methods that a history buffer lists."""
    if not isinstance(name, str):
        raise Refused('has a name that is no text')
    return name


class Ordered(OrderedDict, Built):
    """PyTorch's state dicts, which carry their modules' versions as an attribute."""

    def __init__(self, pairs: Any = ()):
        super().__init__()
        for key, value in pairs:
            self[plain(key)] = value
        self.versions: Any = None

    def build(self, state: Any) -> None:
        if not isinstance(state, dict) or set(state) - {'_metadata'}:
            raise Refused('has a dict with attributes')
        self.versions = state.get('_metadata')

    def value(self) -> Any:
        plain = Plain(self)
        if isinstance(self.versions, dict) and all(
            isinstance(key, str) and isinstance(each, dict) and {*map(type, each.values())} <= {int}
            for key, each in self.versions.items()
        ):
            plain._metadata = OrderedDict((key, dict(each)) for key, each in self.versions.items())
        return plain


class Plain(OrderedDict):
    """An OrderedDict with room for what PyTorch keeps beside a state dict's weights."""

    _metadata: OrderedDict

    def __reduce__(self) -> Any:
        return OrderedDict(self).__reduce__()


class NumberType(Built):
    """``numpy.dtype``, of numbers only: another could point anywhere in memory."""

    def __init__(self, name: str, *_: Any):
        if not isinstance(name, str) or not re.fullmatch(r'[biufc]\d{1,2}', name, re.ASCII):
            raise Refused(f'has NumPy numbers of type {name[:20]!r}' if isinstance(name, str) else 'has no NumPy type')
        self.dtype = np.dtype(name)

    def build(self, state: Any) -> None:
        # Only the byte order; the rest is about types that are none of numbers.
        if state[1] in ('<', '>'):
            self.dtype = self.dtype.newbyteorder(state[1])

    def value(self) -> np.dtype:
        return self.dtype


def numbers(dtype: Any, data: Any, shape: Any, fortran: bool = False) -> np.ndarray:
    if not isinstance(dtype, NumberType) or type(data) is not bytes or type(shape) is not tuple:
        raise Refused('has a NumPy array of something else than numbers')
    if not all(type(length) is int and 0 <= length < 2**48 for length in shape) or len(shape) > MAX_DIMENSIONS:
        raise Refused('has a NumPy array whose shape is none')
    if int(np.prod(shape, dtype=object)) * dtype.dtype.itemsize != len(data):
        raise Refused(f'has a NumPy array of shape {shape} with {len(data)} bytes')
    return np.frombuffer(data, dtype.dtype).reshape(shape, order='F' if fortran else 'C').copy(order='K')


class Array(Built):
    """``numpy.ndarray``."""

    array = np.empty(0)

    def build(self, state: Any) -> None:
        _, shape, dtype, fortran, data = state
        self.array = numbers(dtype, data, shape, bool(fortran))

    def value(self) -> np.ndarray:
        return self.array


class History(Built):
    """MMEngine's record of a logged number, with one count a value; dropped where there is no MMEngine."""

    def __init__(self, kind: Optional[type]):
        self.kind = kind
        self.state: Dict[str, np.ndarray] = {}

    def build(self, state: Any) -> None:
        self.state = {key: each.array for key, each in state.items() if isinstance(each, Array)}
        self.max_length = state.get('max_length', state.get('_max_length'))

    def value(self) -> Any:
        values, counts = (self.state.get(key, np.empty(0)) for key in ('_log_history', '_count_history'))
        if values.shape != counts.shape or values.ndim != 1 or type(self.max_length) is not int:
            raise Refused('has a history of values without counts')
        return self.kind(values, counts, self.max_length) if self.kind else None
