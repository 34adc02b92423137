"""Files that a checkpoint loader must not trust, one function a kind; for tests and tests/campaigns."""

import io
import json
import os
import pickle
import struct
import tarfile
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Tuple

import numpy as np
import torch

KINDS: Dict[str, Callable] = {}
ADDRESSES = ('http://127.0.0.1:9/a.pth', 'https://localhost:9/a.pth', 'torchvision://vgg16', 's3://bucket/a.pth')


def kind(function: Callable) -> Callable:
    KINDS[function.__name__] = function
    return function


def write_all(folder: Path, good: dict, trace: Path) -> Iterator[Tuple[str, Path]]:
    """Writes every file below ``folder``; yields its name and path.

    Args:
        folder: Where to.
        good: A checkpoint that a training has saved, for what is around the payload.
        trace: What a payload makes when it runs.
    """
    for name, function in KINDS.items():
        for index, write in enumerate(function(good, str(trace))):
            path = folder / f'{name}_{index}{".safetensors" if "safetensors" in name else ".pth"}'
            write(path)
            yield path.stem, path


class Runs:
    """Unpickled the usual way, makes a folder."""

    def __init__(self, trace: str, function: Callable = os.mkdir):
        self.trace, self.function = trace, function

    def __reduce__(self):
        return self.function, (self.trace,)


class Calls(Runs):
    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        return self.call[0], tuple(self.call[1:])


def save(content, **options) -> Callable[[Path], None]:
    return lambda path: torch.save(content, path, **options)


def changed(good: dict, *keys, value) -> dict:
    """A copy with one value replaced, however deep."""
    copy = dict(good)
    copy[keys[0]] = changed(copy.get(keys[0]) or {}, *keys[1:], value=value) if keys[1:] else value
    return copy


@kind
def runs_code(good, trace):
    weight = next(iter(good['state_dict']))
    for keys in (
        ('meta', 'epoch'),
        ('meta', 'seed'),
        ('meta', 'dataset_meta'),
        ('state_dict', weight),
        ('state_dict', 'extra'),
        ('optimizer', 'generator'),
        ('message_hub', 'runtime_info', 'best_score'),
        ('message_hub', 'log_scalars', 'train/loss'),
        ('param_schedulers', 'generator'),
        ('ema_state_dict',),
    ):
        yield save(changed(good, *keys, value=Runs(trace)))
    yield save(Runs(trace))
    yield save([good, Runs(trace)])
    yield save(changed(good, 'meta', 'epoch', value=Runs(trace)), pickle_protocol=5)
    command = f'__import__("os").mkdir({trace!r})'
    for function in (eval, exec):
        yield save(changed(good, 'meta', 'epoch', value=Calls(function, command)))
    yield save(changed(good, 'meta', 'epoch', value=Calls(os.system, f'mkdir {trace}')))
    inner = io.BytesIO()
    torch.save(Runs(trace), inner, _use_new_zipfile_serialization=False)
    yield save(changed(good, 'meta', 'epoch', value=Calls(torch.storage._load_from_bytes, inner.getvalue())))
    yield save(changed(good, 'meta', 'epoch', value=Calls(pickle.loads, pickle.dumps(Runs(trace)))))
    yield save(changed(good, 'meta', 'epoch', value=Calls(getattr, dict, 'get')))
    # Instructions of a pickle by hand: old-style INST, a name with dots in it, a global that is never called.
    yield by_hand(b'\x80\x02(' + f'S{trace!r}\nios\nmkdir\n.'.encode())
    yield by_hand(b'\x80\x04\x8c\x02os\x8c\x0bpath.exists\x93.')
    yield by_hand(b'\x80\x02cos\nmkdir\n.')
    yield by_hand(b'\x80\x02\x82\x01.')


@kind
def text_that_would_be_executed(good, trace):
    text = f'import os\nos.mkdir({trace!r})\n'
    yield save(changed(good, 'meta', 'config', value=text))
    yield save(changed(changed(good, 'meta', 'config', value=text), 'meta', 'cfg', value=text))
    yield save(changed(good, 'message_hub', 'runtime_info', 'cfg', value=text))


def precious(trace) -> List[Path]:
    """Files and folders that a resumed run must leave alone; makes them."""
    paths = [Path(f'{trace}_best_precious.pth'), Path(f'{trace}.precious.pth'), Path(f'{trace}_folder')]
    for path in paths[:2]:
        path.write_text('precious')
    paths[2].mkdir(exist_ok=True)
    return paths


@kind
def names_what_to_delete(good, trace):
    known = good['message_hub']['runtime_info']
    for path in precious(trace):
        info = dict(known, best_ckpt=str(path), best_score=float('inf'), last_ckpt=str(path))
        yield save(changed(good, 'message_hub', 'runtime_info', value=info))
    info = dict(known, keep_ckpt_ids=[f'{i}/../../trace.precious' for i in range(4)])
    yield save(changed(good, 'message_hub', 'runtime_info', value=info))


@kind
def other_formats(good, trace):
    weights = dict(state_dict=good['state_dict'], meta=Runs(trace))
    yield save(weights, _use_new_zipfile_serialization=False)
    yield save(dict(state_dict=good['state_dict']), _use_new_zipfile_serialization=False)
    yield lambda path: path.write_bytes(pickle.dumps(Runs(trace)))
    yield lambda path: path.write_bytes(pickle.dumps(Runs(trace), protocol=0))

    def tar(path):
        with tarfile.open(path, 'w') as archive:
            for name in ('pickle', 'storages', 'tensors', 'sys_info'):
                content = pickle.dumps(Runs(trace))
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))

    yield tar
    yield lambda path: torch.jit.script(torch.nn.Conv2d(3, 3, 3)).save(str(path))
    yield lambda path: torch.export.save(torch.export.export(torch.nn.ReLU(), (torch.zeros(1),)), path)
    yield lambda path: np.savez(open(path, 'wb'), weight=np.array([Runs(trace)], dtype=object))


@kind
def too_large(good, trace):
    weight = next(iter(good['state_dict']))

    def rebuild(size, stride, numbers=4, offset=0, claimed=None):
        return storage_file(size, stride, numbers, offset, claimed)

    yield save(dict(state_dict={weight: torch.zeros(1).expand(2_000_000_000)}))
    yield rebuild((2_000_000_000,), (1,))
    yield rebuild((40_000, 40_000), (0, 0))
    yield rebuild((2**40, 2**40), (1, 1))
    yield rebuild((2,), (1,), offset=3)
    yield rebuild((2,), (-1,), offset=1)
    yield rebuild((-2,), (1,))
    yield rebuild((1.5,), (1,))
    yield rebuild((4,), (1,), claimed=2**40)
    yield rebuild((100,), (1,), claimed=100)
    yield rebuild((1,) * 100, (1,) * 100)
    one = torch.zeros(10_000)
    yield save(dict(state_dict={f'generator.{i}': one for i in range(1000)}))

    def deflated(path):
        torch.save(dict(state_dict={weight: torch.zeros(2_000_000)}), path)
        members = read_members(path)
        write_members(path, members, compression=zipfile.ZIP_DEFLATED)

    yield deflated
    yield by_hand(b'\x80\x02r' + struct.pack('<I', 2**32 - 1) + b'.')  # a memo of 32 GB, in Python's own unpickler
    yield by_hand(b'\x80\x04\x8e' + struct.pack('<Q', 2**40) + b'x.')
    yield by_hand(b'\x80\x02' + b'](' * 100_000 + b'e' * 100_000 + b'.')
    # Lists of lists, each twice the one before: 2**60 entries for whoever walks it.
    yield by_hand(b'\x80\x04]\x94' + b''.join(b']\x94(h%ch%ce' % (i, i) for i in range(60)) + b'.')
    yield by_hand(b'\x80\x04)\x94' + b''.join(b'h%ch%c\x86\x94' % (i, i) for i in range(60)) + b'}h<K\x01s.')
    yield by_hand(b'\x80\x02]q\x00h\x00a.')


@kind
def copied_many_times(good, trace):
    """Small files whose calls share what they are given, and texts made of lists that hold each list twice."""
    call = b'q\x03h\x02h\x03R' + b'h\x02h\x03R' * 2000 + b'e.'
    text = b'X' + struct.pack('<I', 1_000_000) + b'a' * 1_000_000
    numbers = b''.join(b'J' + struct.pack('<i', index) + b'K\x01' for index in range(50_000))
    yield by_hand(b'\x80\x02' + text + b'q\x00](c_codecs\nencode\nq\x02h\x00X\x06\x00\x00\x00latin1\x86' + call)
    yield by_hand(b'\x80\x02]q\x00(' + numbers + b'e](ctorch\nSize\nq\x02h\x00\x85' + call)
    yield by_hand(b'\x80\x02}q\x00(' + numbers + b'u](ccollections\nCounter\nq\x02h\x00\x85' + call)
    doubled = b'\x80\x04]\x94' + b''.join(b']\x94(h%ch%ce' % (index, index) for index in range(60))
    yield by_hand(doubled + b'cbuiltins\ngetattr\nK\x01h<\x86R.')
    yield by_hand(doubled + b'h<X\x01\x00\x00\x00x\x93.')
    yield by_hand(doubled + b'cnumpy\ndtype\nh<\x85R.')


@kind
def names_and_types(good, trace):
    for name in (10**6000, 2**61 - 1 << 5, 'a' * 1_000_000, '\x1b[2Jweight', 'generator\nweight', 'generator.\ud800'):
        yield save(dict(state_dict={name: torch.zeros(1)}))
    for kind, width in dict(F8_E4M3=1, F8_E5M2=1, F8_E8M0=1, U16=2, U64=8, C64=8).items():
        weight = dict(dtype=kind, shape=[1], data_offsets=[0, width])
        head = json.dumps({'generator.weight': weight}).encode()
        content = struct.pack('<Q', len(head)) + head + bytes(width)
        yield lambda path, content=content: path.write_bytes(content)


@kind
def damaged(good, trace):
    buffer = io.BytesIO()
    torch.save(good, buffer)
    whole = buffer.getvalue()
    yield lambda path: path.write_bytes(b'')
    yield lambda path: path.write_bytes(b'not a checkpoint')
    yield lambda path: path.write_bytes(whole[: len(whole) // 2])
    yield lambda path: path.write_bytes(whole[:-30])
    yield lambda path: path.write_bytes(whole[1000:])
    yield lambda path: path.mkdir()
    numbers = [value.numpy().tobytes() for value in good['state_dict'].values() if value.is_floating_point()]
    for content in sorted(numbers, key=len)[-6:]:
        yield flipped(whole, whole.index(content) + len(content) // 2)


def flipped(content: bytes, place: int, bit: int = 6) -> Callable:
    spoilt = bytearray(content)
    spoilt[place] ^= 1 << bit
    return lambda path: path.write_bytes(spoilt)


@kind
def not_finite(good, trace):
    weight = next(key for key, value in good['state_dict'].items() if value.is_floating_point())
    for number in (float('nan'), float('inf')):
        spoilt = good['state_dict'][weight].clone()
        spoilt.view(-1)[0] = number
        yield save(changed(good, 'state_dict', value={**good['state_dict'], weight: spoilt}))


@kind
def odd(good, trace):
    weight, tensor = next(iter(good['state_dict'].items()))
    others = {key: value for key, value in good['state_dict'].items() if key != weight}
    for top in (7, 'text', None, [1, 2], torch.zeros(3), {}, {1: 2}, dict(state_dict=None), dict(state_dict=[1])):
        yield save(top)
    yield save(dict(state_dict={weight: 'text', **others}))
    yield save(dict(state_dict={3: tensor, **others}))
    yield save(dict(state_dict={weight: tensor.reshape(-1)[:1], **others}))
    yield save(dict(state_dict={weight: tensor.bool(), **others}))
    yield save(dict(state_dict={weight: torch.zeros(()), **others}))
    yield save(dict(state_dict={weight: tensor.to_sparse(), **others}))
    yield save(dict(state_dict={weight: torch.complex(tensor.float(), tensor.float()), **others}))
    yield save({(1, 2): good})
    yield save(changed(good, 'state_dict', value=OrderedDict(good['state_dict'], extra=torch.zeros(1))))
    for key in ('meta', 'message_hub', 'optimizer', 'param_schedulers'):
        yield save({other: value for other, value in good.items() if other != key})
        yield save(changed(good, key, value='text'))
        yield save(changed(good, key, value={}))
    for value in (-1, 2.5, 'three', None, 10**30):
        yield save(changed(good, 'meta', 'epoch', value=value))
        yield save(changed(good, 'meta', 'iter', value=value))
    yield save(changed(good, 'meta', 'seed', value='text'))


@kind
def safetensors(good, trace):
    from safetensors.torch import save as content_of

    weights = {key: value.contiguous() for key, value in good['state_dict'].items()}
    content = content_of(weights)
    yield lambda path: path.write_bytes(content[:-10])
    yield lambda path: path.write_bytes(struct.pack('<Q', 2**60) + content[8:])
    weight = next(key for key, value in weights.items() if value.is_floating_point())
    yield lambda path: path.write_bytes(content_of({**weights, weight: weights[weight] * float('nan')}))
    yield lambda path: path.write_bytes(content.replace(b'"dtype"', b'"dtyqe"', 1))
    yield lambda path: path.write_bytes(struct.pack('<Q', 10) + b'{' * 10)


# ---- writing PyTorch's format by hand


def read_members(path: Path) -> Dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_members(path: Path, members: Dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, 'w', compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def by_hand(data: bytes, **members: bytes) -> Callable:
    members = {'archive/data.pkl': data, 'archive/version': b'3\n', **members}
    return lambda path: write_members(path, members)


def storage_file(size: tuple, stride: tuple, numbers: int, offset: int, claimed) -> Callable:
    """One tensor that is not what it says."""

    class Tensor:
        def __reduce__(self):
            return torch._utils._rebuild_tensor_v2, (Stored(), offset, size, stride, False, OrderedDict())

    class Stored:
        pass

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            if isinstance(value, Stored):
                return ('storage', torch.FloatStorage, '0', 'cpu', claimed or numbers)

    buffer = io.BytesIO()
    Pickler(buffer, protocol=2).dump(dict(state_dict={'generator.weight': Tensor()}))
    return by_hand(buffer.getvalue(), **{'archive/data/0': bytes(4 * numbers)})
