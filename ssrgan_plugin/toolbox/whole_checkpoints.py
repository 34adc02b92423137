"""Writing checkpoints whole or not at all, and taking none away before the next is there."""

import os
from collections import deque
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Iterator

import torch

from ..atomic_files import whole
from ..checkpoint_files import tensors
from ..errors import InputError


def save_checkpoints_whole() -> None:
    """Lets a checkpoint, and ``last_checkpoint``, appear whole or not at all, in the work dir (no upstream issue
    known): MMEngine writes over those that a run would resume from, so that a kill at that moment leaves half a file;
    removes the oldest, or the best so far, before it saves; saves numbers that are not finite, from which nobody can go
    on; and with ``out_dir``, as MMagic's configs have it, goes elsewhere than ``--work-dir`` says."""
    from mmengine.hooks import CheckpointHook, checkpoint_hook
    from mmengine.runner import runner

    save, save_step, save_best, before_train = (
        runner.save_checkpoint, CheckpointHook._save_checkpoint_with_step, CheckpointHook._save_best_checkpoint,
        CheckpointHook.before_train,
    )  # fmt: skip

    def save_whole(checkpoint, filename: str, *args, **kwargs) -> None:
        if '://' in filename:
            return save(checkpoint, filename, *args, **kwargs)
        diverged = next((name for name, each in tensors(checkpoint) if not torch.isfinite(each).all()), None)
        if diverged:
            raise InputError(
                f'training has diverged: {diverged} holds a number that is not finite; {Path(filename).name} is not '
                'saved. Earlier checkpoints stay; begin anew with a smaller learning rate (optimizer.lr)'
            )
        with whole(Path(filename)) as unfinished:
            save(checkpoint, str(unfinished), *args, **kwargs)

    def save_then_remove(self, runner, step: int, meta: dict) -> None:
        keep = self.max_keep_ckpts
        if keep <= 0:
            return save_step(self, runner, step, meta)
        steps = [*(each for each in self.keep_ckpt_ids if each != step), step]
        runner.message_hub.update_info('keep_ckpt_ids', steps[-keep:])
        self.max_keep_ckpts = 0
        try:
            save_step(self, runner, step, meta)
        finally:
            self.max_keep_ckpts = keep
        self.keep_ckpt_ids = deque(steps[-keep:], keep)
        for old in steps[:-keep] if runner.rank == 0 else ():
            path = self.file_backend.join_path(self.out_dir, self.filename_tmpl.format(old))
            if self.file_backend.isfile(path):
                self.file_backend.remove(path)

    def save_best_then_remove(self, runner, metrics: dict) -> None:
        if not self.save_best:
            return
        # Where it looks for what to remove: an attribute, or of several metrics a dict.
        best = vars(self) if len(self.key_indicators) == 1 else self.best_ckpt_path_dict
        names = ['best_ckpt_path'] if best is vars(self) else [*best]
        former = {name: best[name] for name in names}
        best.update(dict.fromkeys(names))
        try:
            save_best(self, runner, metrics)
        finally:
            best.update({name: path for name, path in former.items() if best[name] is None})
        for name, path in former.items():
            if path and path != best[name] and runner.rank == 0 and self.file_backend.isfile(path):
                self.file_backend.remove(path)

    def in_work_dir(self, runner) -> None:
        if self.out_dir is not None and '://' not in str(self.out_dir):
            if os.path.realpath(self.out_dir) != os.path.realpath(runner.work_dir):
                runner.logger.warning(f'Checkpoints go to the work dir, not to out_dir={str(self.out_dir)!r}.')
            self.out_dir = None
        before_train(self, runner)

    runner.save_checkpoint = save_whole
    CheckpointHook._save_checkpoint_with_step = save_then_remove
    CheckpointHook._save_best_checkpoint = save_best_then_remove
    CheckpointHook.before_train = in_work_dir
    checkpoint_hook.open = open_last_checkpoint  # it opens no other file


@contextmanager
def open_last_checkpoint(path: str, mode: str) -> Iterator[SimpleNamespace]:
    """For the one line that it holds: the checkpoint's path, from where the file is, so that both can move."""
    with whole(Path(path)) as unfinished, open(unfinished, mode) as file:
        yield SimpleNamespace(write=lambda name: file.write(os.path.relpath(name, os.path.dirname(path) or '.')))
