"""Several processes, with and without a GPU."""

import os
import subprocess
import sys

from ssrgan_plugin.toolbox import cpu_processes


def in_new_process(code: str, **env) -> str:
    """Output of a Python process of its own, for what can be adapted only once."""
    done = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', code],
        env={**os.environ, **env},
        text=True,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_processes_without_gpu():
    """MMEngine's own set-up, as a launcher calls it, on a machine without a GPU."""
    code = """
from ssrgan_plugin.toolbox import cpu_processes
import torch
cpu_processes.has_accelerator = lambda: False
cpu_processes.run_processes_without_gpu()
from mmengine.dist import init_dist, get_backend
init_dist('pytorch', backend='nccl')
print(get_backend(), torch.distributed.get_world_size())
torch.distributed.destroy_process_group()
"""
    env = dict(RANK='0', LOCAL_RANK='0', WORLD_SIZE='1', MASTER_ADDR='127.0.0.1', MASTER_PORT='29655')
    assert in_new_process(code, **env) == 'gloo 1'


def test_gpus_are_left_alone(monkeypatch):
    import mmengine.dist.utils as dist_utils

    before = dist_utils._init_dist_pytorch
    monkeypatch.setattr(cpu_processes, 'has_accelerator', lambda: True)
    cpu_processes.run_processes_without_gpu()
    assert dist_utils._init_dist_pytorch is before
