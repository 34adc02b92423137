"""A kill while a checkpoint is written."""

from pathlib import Path

import pytest
import torch


def test_checkpoint_appears_whole_or_not_at_all(tmp_path, monkeypatch):
    from mmengine.runner import runner

    path = tmp_path / 'epoch_1.pth'
    runner.save_checkpoint(dict(state_dict=dict(weight=torch.ones(2))), str(path))
    assert [file.name for file in tmp_path.iterdir()] == ['epoch_1.pth']
    before = path.read_bytes()

    def killed(self, content, filename):
        Path(filename).write_bytes(content[: len(content) // 2])
        raise KeyboardInterrupt

    monkeypatch.setattr('mmengine.fileio.LocalBackend.put', killed)
    monkeypatch.setattr('mmengine.fileio.HardDiskBackend.put', killed, raising=False)
    with pytest.raises(KeyboardInterrupt):
        runner.save_checkpoint(dict(state_dict=dict(weight=torch.zeros(2))), str(path))
    assert path.read_bytes() == before
