"""Networks in OpenVINO, which needs no PyTorch: the files of :mod:`ssrgan_plugin.restoration.onnx_writing`."""

import ctypes
import json
import os
import platform
import sys
import threading
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Dict, Iterator, List, Union

import numpy as np

from ..errors import InputError
from .unobserved import openvino

FACTS = 'ssrgan'  # the ONNX file's entry
compiling: List[int] = []  # the process that began to
# A request holds one picture at a time; and no process is forked amid one.
alone = threading.Lock()
if hasattr(os, 'register_at_fork'):
    os.register_at_fork(before=alone.acquire, after_in_parent=alone.release, after_in_child=alone.release)
CURE = 'get it again, or write it again by "ssrgan export"'


class LightNetwork:
    """A network for images of any size, on the CPU, for any number of threads, which take turns.

    Args:
        path: A file that ``ssrgan export`` has written.

    Attributes:
        facts: What the file says of its network.
        half: Whether the CPU computes in bfloat16.

    Raises:
        InputError: naming the file, if it cannot be read, is damaged, or of somebody else.
    """

    def __init__(self, path: Union[str, Path]):
        self.path = path
        try:
            self.content = Path(path).expanduser().read_bytes()
        except (OSError, RuntimeError) as error:
            reason = getattr(error, 'strerror', None) or error
            raise InputError(f'network {path} cannot be read ({reason}): check the path') from error
        self.facts = checked_facts(self.content, path)
        capabilities = openvino.Core().get_property('CPU', 'OPTIMIZATION_CAPABILITIES')
        self.half = 'BF16' in capabilities and platform.machine().lower() in ('x86_64', 'amd64')
        self.compiled: Dict[str, Any] = {}

    def __call__(self, half: bool = False, **inputs: np.ndarray) -> np.ndarray:
        """The network's output.

        Args:
            half: bfloat16 will do. Default: False.
            inputs: By name, (N, C, H, W), float32.
        """
        precision = 'bf16' if half and self.half else 'f32'
        with alone, kept_signal_stack():
            if precision not in self.compiled:
                refuse_after_fork()
                self.compiled[precision] = self._compile(precision)
            request = self.compiled[precision]
            request.infer({name: np.ascontiguousarray(values, np.float32) for name, values in inputs.items()})
            return request.get_output_tensor(0).data.copy()

    def __getstate__(self) -> Dict[str, Any]:
        return {**self.__dict__, 'compiled': {}}  # another process compiles it anew

    def _compile(self, precision: str) -> Any:
        settings = {'INFERENCE_PRECISION_HINT': precision, 'PERFORMANCE_HINT': 'LATENCY'}
        # It keeps what it has compiled for each size of image: of a thousand sizes, unless it is told, half a gigabyte.
        settings['CPU_RUNTIME_CACHE_CAPACITY'] = '64'
        if os.environ.get('OMP_NUM_THREADS', '').isdecimal():  # as PyTorch has it
            settings['INFERENCE_NUM_THREADS'] = os.environ['OMP_NUM_THREADS']
        core = openvino.Core()
        try:
            model = core.read_model(self.content)
            return core.compile_model(model, 'CPU', settings).create_infer_request()
        except RuntimeError as error:
            reason = (str(error).strip().splitlines() or [''])[-1]
            raise InputError(f'network {self.path} cannot be used ({reason}): {CURE}') from error


class SignalStack(ctypes.Structure):
    """Linux's ``stack_t``."""

    _fields_ = [('address', ctypes.c_void_p), ('flags', ctypes.c_int), ('size', ctypes.c_size_t)]


@contextmanager
def kept_signal_stack() -> Iterator[None]:
    """Gives the thread back the stack on which it handles signals (OpenVINO 2026.4; no upstream issue known).

    OpenVINO sets one of its own while it computes, and frees it with the network; Python's handlers would then end the
    process by a segmentation fault, at the next child that ends, or at Ctrl-C.
    """
    if sys.platform != 'linux':
        yield
        return
    kept = signal_stack()
    try:
        yield
    finally:
        ctypes.CDLL(None).sigaltstack(ctypes.byref(kept), None)


def signal_stack() -> SignalStack:
    stack = SignalStack()
    ctypes.CDLL(None).sigaltstack(None, ctypes.byref(stack))
    return stack


def refuse_after_fork() -> None:
    """What is compiled works in a forked child, but OpenVINO would wait there for ever for the threads that compile."""
    if not compiling:
        compiling.append(os.getpid())
    if compiling[0] != os.getpid():
        raise InputError(
            'OpenVINO was in use before this process was forked: restore before the fork as well, start processes by '
            "spawn, or say backend='torch'"
        )


def sealed(content: bytes, facts: Dict[str, Any]) -> Dict[str, Any]:
    """Facts with the checksum of themselves and of the content that they stand behind; they have no containers."""
    facts = {**facts, 'bytes': len(content)}
    return {**facts, 'sha256': sha256(content + json.dumps(facts, sort_keys=True).encode()).hexdigest()}


def checked_facts(content: bytes, path: Union[str, Path]) -> Dict[str, Any]:
    """What a file says of its network: the last thing in it, by a checksum that is right."""
    try:
        facts = json.loads(content[content.rindex(b'{"') :])
        given = {name: value for name, value in facts.items() if name not in ('bytes', 'sha256')}
        body = content[: facts['bytes']]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f'network {path} is cut off, or none that "ssrgan export" has written: {CURE}') from error
    if sealed(body, given) != facts:
        raise InputError(f'network {path} is damaged, it does not fit its checksum: {CURE}')
    return facts
