"""Several processes without a GPU."""

import torch

from .accelerator import has_accelerator


def run_processes_without_gpu() -> None:
    """Lets several processes train on CPUs (no upstream issue known): MMEngine always picks a CUDA device, and
    PyTorch's synchronised batch normalisation knows GPUs only.

    Without a GPU processes talk by gloo, and each normalises over its own images, as without ``sync_bn``.
    """
    if has_accelerator():
        return
    import mmengine.dist.utils as dist_utils
    import mmengine.runner.runner as runner

    def init_dist_pytorch(backend, init_backend='torch', **kwargs):
        torch.distributed.init_process_group(backend='gloo', **kwargs)

    dist_utils._init_dist_pytorch = init_dist_pytorch
    runner.convert_sync_batchnorm = lambda model, implementation: model
