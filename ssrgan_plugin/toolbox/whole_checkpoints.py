"""Writing checkpoints whole or not at all."""

import os


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
