"""A kill while a checkpoint is written."""

from pathlib import Path

import pytest
import torch

from ssrgan_plugin.errors import InputError


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


@pytest.mark.parametrize('number', [float('nan'), float('inf')])
def test_what_nobody_could_load_is_not_saved(tmp_path, number):
    from mmengine.runner import runner

    path = tmp_path / 'epoch_1.pth'
    state = dict(state_dict=dict(weight=torch.ones(2)), optimizer=dict(state={0: dict(exp_avg=torch.tensor([number]))}))
    with pytest.raises(InputError, match=r'diverged: optimizer.state.0.exp_avg .* epoch_1.pth is not saved.*learning'):
        runner.save_checkpoint(state, str(path))
    assert not list(tmp_path.iterdir())
