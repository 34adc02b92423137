"""A trained network alone, for restoring: without the rest of its training, or without PyTorch."""

from hashlib import sha256
from pathlib import Path
from typing import Any, Dict, Optional

from torch import Tensor

from ..checkpoint_files import read_weights, write_weights
from ..errors import InputError
from ..networks import CorruptionFinder, MaskAwareSSRGANGenerator
from ..networks.from_weights import from_weights
from .jobs import refuse_overwriting

GENERATOR = 'generator.'


def export(checkpoint: Path, output: Path, config: Optional[Path] = None, overwrite: bool = False) -> None:
    """Writes a checkpoint's generator: its weights in half precision as safetensors, or its graph as ONNX.

    Args:
        checkpoint: Of a training, or the generator alone.
        output: Ends in ``.safetensors`` or ``.onnx``.
        config: Of the training; ONNX of other generators than the mask-aware one needs it.
        overwrite: Replace an output that exists. Default: False.

    Raises:
        InputError: if the output exists or is the checkpoint, there is no generator, or its training is not known.
    """
    refuse_overwriting(output, overwrite, checkpoint)
    weights = read_weights(checkpoint)
    if output.suffix == '.safetensors':
        write_safetensors(weights, checkpoint, output)
    else:
        write_graph(weights, checkpoint, output, config)
    print(f'{output}: {output.stat().st_size / 1e6:.1f} MB')


def write_safetensors(weights: Dict[str, Tensor], checkpoint: Path, output: Path) -> None:
    own = {
        key: value.half() if value.is_floating_point() else value
        for key, value in weights.items()
        if key.startswith(GENERATOR)
    }
    if not own:
        raise InputError(f'{checkpoint} holds no generator: name a checkpoint of a training')
    write_weights(own, output)


def write_graph(weights: Dict[str, Tensor], checkpoint: Path, output: Path, config: Optional[Path]) -> None:
    from . import onnx_writing, torch_backend

    facts: Dict[str, Any] = dict(weights=sha256(Path(checkpoint).read_bytes()).hexdigest())
    if config is not None:
        backend = torch_backend.load(config, checkpoint, 'cpu')
        onnx_writing.write_generator(backend.network, output, backend.colour, **facts)
        return
    try:
        network = from_weights(weights)
    except InputError as error:
        raise InputError(f'{checkpoint}: {error}') from error
    if isinstance(network, CorruptionFinder):
        onnx_writing.write_finder(network, output, **facts)
    elif isinstance(network, MaskAwareSSRGANGenerator) and network.image_channels == 3:
        onnx_writing.write_generator(network, output, **facts)
    else:
        raise InputError(f'{checkpoint}: what its network was shown stands in its config: name it by --config')
