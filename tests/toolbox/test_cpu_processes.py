"""Several processes, with and without a GPU."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ssrgan_plugin.toolbox import cpu_processes
from ssrgan_plugin.toolbox.accelerator import has_accelerator

CONFIGS = Path(__file__).parents[2] / 'configs'
NETWORKS = [
    'ssrgan_flower_p50',
    *(f'mixing/{name}_flower_p50' for name in ('pconv', 'global_local', 'deepfillv1', 'deepfillv2', 'aotgan')),
]


def in_new_process(code: str, **env) -> str:
    """Output of a Python process of its own, for what can be adapted only once."""
    done = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', code], env={**os.environ, **env}, text=True, capture_output=True
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


@pytest.mark.skipif(has_accelerator(), reason='adapts machines without a GPU')
def test_every_network_is_wrapped_without_gpu(port):
    """As MMEngine's runner does it in several processes, ours and MMagic's own."""
    code = f"""
from types import SimpleNamespace
from mmagic.registry import MODELS
from mmengine.config import Config
from mmengine.dist import init_dist
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
import torch
init_default_scope('mmagic')
for name in {NETWORKS}:
    cfg = Config.fromfile({str(CONFIGS)!r} + '/' + name + '.py')
    if not torch.distributed.is_initialized():
        init_dist('pytorch', backend='nccl')
    runner = SimpleNamespace(distributed=True, cfg=cfg)
    model = Runner.wrap_model(runner, cfg.get('model_wrapper_cfg'), MODELS.build(cfg.model))
    print(name, model.module.generator.device_ids)
torch.distributed.destroy_process_group()
"""
    env = dict(RANK='0', LOCAL_RANK='0', WORLD_SIZE='1', MASTER_ADDR='127.0.0.1', MASTER_PORT=port)
    assert in_new_process(code, **env).splitlines() == [f'{name} None' for name in NETWORKS]


def test_gpus_are_left_alone(monkeypatch):
    import mmengine.dist.utils as dist_utils

    before = dist_utils._init_dist_pytorch
    monkeypatch.setattr(cpu_processes, 'has_accelerator', lambda: True)
    cpu_processes.run_processes_without_gpu()
    assert dist_utils._init_dist_pytorch is before
