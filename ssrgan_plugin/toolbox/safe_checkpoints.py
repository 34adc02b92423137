"""Every checkpoint that MMEngine opens is read as data."""

from typing import Any

from torch import Tensor

from ..checkpoint_files import read_checkpoint, weights_in


def load_checkpoints_as_data() -> None:
    """Lets MMEngine read its own checkpoints, which PyTorch since 2.6 refuses (open-mmlab/mmengine#1655), and nothing
    else: no address, whose download would be unpickled, no other format, and no text that it would execute."""
    from mmengine.logging import HistoryBuffer
    from mmengine.runner.checkpoint import CheckpointLoader

    def load_from_file(filename: str, map_location: Any = None) -> dict:
        checkpoint = read_checkpoint(filename, HistoryBuffer)
        weights_in(checkpoint, filename)
        if isinstance(checkpoint.get('meta'), dict):
            checkpoint['meta'].pop('config', None)  # Runner.resume executes it, to look for the number of GPUs
        return moved(checkpoint, map_location) if isinstance(map_location, str) else checkpoint

    CheckpointLoader._schemes.clear()  # some of them download, with weights_only off
    CheckpointLoader.register_scheme(prefixes='', loader=load_from_file, force=True)


def moved(value: Any, device: str) -> Any:
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, dict):
        for key in value:
            value[key] = moved(value[key], device)
    elif isinstance(value, (list, tuple)):
        return type(value)(moved(each, device) for each in value)
    return value
