"""Which backend computes: PyTorch where it pays or must be, else OpenVINO, which the package brings along."""

import ctypes
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Optional, Union

from ..errors import InputError, missing_module
from ..shipped_files import WEIGHTS
from .backend import Backend, Finder

NAMES = ('openvino', 'torch')
LIGHT = WEIGHTS / 'ssrgan_mask_aware.onnx'
LIGHT_FINDER = WEIGHTS / 'corruption_finder.onnx'
FilePath = Union[str, Path]


def load(
    config: Optional[FilePath] = None,
    checkpoint: Optional[FilePath] = None,
    device: Optional[str] = None,
    averages: bool = False,
    backend: Optional[str] = None,
) -> Backend:
    """See :class:`ssrgan_plugin.restoration.restorer.Restorer`."""
    if backend not in (None, *NAMES):
        raise InputError(f'there is no backend {backend!r}: say {" or ".join(NAMES)}, or leave it out')
    exported = checkpoint is not None and Path(checkpoint).suffix.lower() == '.onnx'
    if exported and (config is not None or backend == 'torch'):
        raise InputError(f'{checkpoint} runs in OpenVINO alone: name the checkpoint that it was written from')
    if backend is None:
        backend = chosen(config, checkpoint, device, exported)
    if backend == 'torch':
        try:
            if config is not None and not installed('mmengine'):  # PyTorch alone would not be enough
                raise ModuleNotFoundError(name='mmengine')
            from . import torch_backend
        except ModuleNotFoundError as error:
            raise InputError(missing_module(error)) from error
        return torch_backend.load(config, checkpoint, device, averages)
    if config is not None or checkpoint is not None and not exported:
        raise InputError(f'OpenVINO takes what "ssrgan export" writes: export {checkpoint or config} to .onnx first')
    if device not in (None, 'cpu'):
        raise InputError(f'device {device!r} is for PyTorch: leave it out, or say backend torch')
    from .light_backend import LightBackend
    from .light_network import LightNetwork

    return LightBackend(LightNetwork(checkpoint or LIGHT), averages)


def load_finder(device: Optional[str] = None, backend: Optional[str] = None) -> Finder:
    """The shipped network that finds lost values, computed where the shipped network that restores them would be."""
    if (backend or chosen(None, None, device, False)) == 'torch':
        from . import torch_backend

        return torch_backend.load_finder(device)
    from .light_backend import LightFinder
    from .light_network import LightNetwork

    return LightFinder(LightNetwork(LIGHT_FINDER))


def chosen(config: Optional[FilePath], checkpoint: Optional[FilePath], device: Optional[str], exported: bool) -> str:
    """PyTorch for a config, its own checkpoints, a GPU; and where there is no OpenVINO."""
    if exported:
        return 'openvino'
    if config is not None or checkpoint is not None or device not in (None, 'cpu'):
        return 'torch'
    if device is None and installed('torch') and gpu_is_likely():
        import torch

        return 'torch' if torch.cuda.is_available() else 'openvino'
    return 'openvino' if installed('openvino') or not installed('torch') else 'torch'


def installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):  # something stands in for it that is none
        return False


def gpu_is_likely() -> bool:
    """Whether a driver of NVIDIA's or AMD's is there: importing PyTorch, to ask, takes longer than a picture."""
    if os.path.exists('/dev/kfd'):
        return True
    for driver in ('libcuda.so.1', 'nvcuda.dll'):
        try:
            ctypes.CDLL(driver)
        except OSError:
            continue
        return True
    return False
