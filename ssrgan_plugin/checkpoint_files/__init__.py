"""Checkpoints are data: the one place that opens them, for restoring, testing, comparing and resuming alike."""

from hashlib import sha256
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Union

import torch
from torch import Tensor

from ..atomic_files import whole
from ..errors import InputError

__all__ = ['read_checkpoint', 'read_weights', 'weights_in', 'write_weights']

CHECKSUM = 'sha256 of names, types, shapes and numbers'
MAX_SHARING = 4  # so often tensors may share memory, which they no longer do once copied
MAX_NAME = 1000
CURE = 'get it again from its source, or train a new one'


def read_checkpoint(path: Union[str, Path], history: Optional[type] = None) -> dict:
    """Reads a checkpoint as data: whatever a file holds, nothing in it is run, and memory stays within a few times the
    file's size.

    Args:
        path: A file of safetensors, or of PyTorch's zip format, with numbers, texts and containers in it.
        history: MMEngine's ``HistoryBuffer``, to read a training's logged values too. Default: they are left out.

    Returns:
        What the file holds, on the CPU; a file of safetensors as ``dict(state_dict=…)``. Every tensor is finite.

    Raises:
        InputError: naming the file, if there is none, it is damaged, holds more than data, or a number that is not
            finite.
    """
    if '://' in str(path):
        raise InputError(f'{path} is an address, not a file: download it, and name the file')
    path = Path(path)
    try:
        path = path.expanduser()
        found = path.is_file()
    except (OSError, RuntimeError):  # too long a name, a closed folder, an unknown user's home
        found = False
    if not found:
        raise InputError(f'checkpoint {path} does not exist, or is no file: check the path')
    try:
        with open(path, 'rb') as file:
            begin = file.read(512)
        checkpoint = read_zip(path, history) if begin.startswith(b'PK') else read_other(path, begin)
        check_tensors(checkpoint, path)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f'checkpoint {path} cannot be read ({error.strerror or error}): check the path') from error
    except Exception as error:  # a damaged file has a damage of its own for every line that reads it
        reason = ' '.join(str(error).split())[:200] or type(error).__name__
        raise InputError(f'checkpoint {path} is damaged ({reason}): {CURE}') from error
    if not isinstance(checkpoint, dict):
        raise InputError(f'checkpoint {path} refused: it holds a {type(checkpoint).__name__}, not a dict: {CURE}')
    return checkpoint


def read_zip(path: Path, history: Optional[type]) -> Any:
    from .inert_pickle import Refused
    from .torch_zip import Archive

    try:
        with Archive(path) as archive:
            return archive.load(history)
    except Refused as refusal:
        raise InputError(
            f'checkpoint {path} refused: it {refusal}; take one that holds weights and training state '
            'alone, from a source that you trust'
        ) from refusal


def read_other(path: Path, begin: bytes) -> dict:
    """A file of safetensors, or a sentence on what it is instead."""
    if begin[8:9] != b'{':
        if begin[:1] in (b'\x80', b'(') or begin[257:262] == b'ustar':
            raise InputError(
                f'checkpoint {path} refused: it is in an old format, and reading it could run code; '
                'where you trust it, read it with torch.load and save it with torch.save'
            )
        raise InputError(f'checkpoint {path} is empty, damaged or no checkpoint: {CURE}')
    from safetensors import safe_open

    with safe_open(path, framework='pt') as file:
        weights = {name: file.get_tensor(name) for name in file.keys()}
        expected = (file.metadata() or {}).get(CHECKSUM)
    if expected is not None and expected != checksum(weights):
        raise ValueError('its numbers are not those of its checksum')
    return dict(state_dict=weights)


def check_tensors(checkpoint: Any, path: Path) -> None:
    from .torch_zip import STORAGES

    left = MAX_SHARING * path.stat().st_size
    for name, tensor in tensors(checkpoint):
        if tensor.dtype not in STORAGES.values():
            raise InputError(
                f'checkpoint {path} refused: {name} is of {tensor.dtype}, which no network here '
                'computes in: save it as float32'
            )
        left -= tensor.numel() * tensor.element_size()
        if left < 0:
            raise InputError(f'checkpoint {path} refused: its tensors are many times its own size: {CURE}')
        if not torch.isfinite(tensor).all():
            raise InputError(
                f'checkpoint {path} refused: {name} holds a number that is not finite, so whatever it computed '
                f'would be wrong: {CURE}'
            )


def checksum(weights: Dict[str, Tensor]) -> str:
    digest = sha256()
    for name, tensor in sorted(weights.items()):
        digest.update(f'{name} {tensor.dtype} {tuple(tensor.shape)}\n'.encode())
        digest.update(tensor.contiguous().flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()


def write_weights(weights: Dict[str, Tensor], path: Path) -> None:
    """Writes a file of safetensors, whole or not at all, with a checksum that :func:`read_checkpoint` verifies."""
    from safetensors.torch import save

    weights = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in weights.items()}
    with whole(path) as unfinished:
        # Its own save_file lets nobody else read the file.
        unfinished.write_bytes(save(weights, metadata={CHECKSUM: checksum(weights)}))


def tensors(value: Any, name: str = '') -> Iterator:
    """Every tensor in nested containers, with where it is."""
    if isinstance(value, Tensor):
        yield name or 'it', value
    elif isinstance(value, dict):
        for key, each in value.items():
            if isinstance(key, str) and not (len(key) < MAX_NAME and key.isprintable()):
                raise ValueError(f'it has names of {MAX_NAME:,} characters, or of some that cannot be printed')
            yield from tensors(each, f'{name}.{key}' if name else str(key))
    elif isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            yield from tensors(each, f'{name}.{index}')


def read_weights(path: Union[str, Path]) -> Dict[str, Tensor]:
    """The weights in a checkpoint, by name.

    Raises:
        InputError: naming the file, if it cannot be read or holds none.
    """
    return weights_in(read_checkpoint(path), path)


def weights_in(checkpoint: dict, path: Union[str, Path]) -> Dict[str, Tensor]:
    """The weights in what was read from ``path``; they may be all that it holds."""
    weights = checkpoint.get('state_dict', checkpoint)
    if not isinstance(weights, dict) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in weights.items()
    ):
        raise InputError(f'{path} holds no state dict, a dict of tensors by name: take one that training has saved')
    return weights
