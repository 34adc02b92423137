"""What restoring needs of a training's checkpoint."""

from pathlib import Path

from ..checkpoint_files import read_weights, write_weights
from ..errors import InputError


def export_generator(checkpoint: Path, output: Path) -> None:
    """Writes a checkpoint's generator alone, in half precision, as safetensors.

    Raises:
        InputError: if there is none.
    """
    weights = {
        key: value.half() if value.is_floating_point() else value
        for key, value in read_weights(checkpoint).items()
        if key.startswith('generator.')
    }
    if not weights:
        raise InputError(f'{checkpoint} holds no generator: name a checkpoint of a training')
    write_weights(weights, output)
    print(f'{output}: {output.stat().st_size / 1e6:.1f} MB')
