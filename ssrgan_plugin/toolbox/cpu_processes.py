"""Several processes without a GPU."""

import torch

from .accelerator import has_accelerator


def run_processes_without_gpu() -> None:
    """Lets several processes train on CPUs (no upstream issue known): MMEngine always picks a CUDA device, for the
    process and for its model, and PyTorch's synchronised batch normalisation knows GPUs only.

    Without a GPU processes talk by gloo, and each normalises over its own images, as without ``sync_bn``.
    """
    if has_accelerator():
        return
    import mmengine.dist.utils as dist_utils
    import mmengine.runner.runner as runner
    from mmengine.model import MMDistributedDataParallel, revert_sync_batchnorm

    wrap = MMDistributedDataParallel.__init__

    def init_dist_pytorch(backend, init_backend='torch', **kwargs):
        torch.distributed.init_process_group(backend='gloo', **kwargs)

    def wrap_on_cpu(self, module, *args, **kwargs):
        wrap(self, revert_sync_batchnorm(module), *args, **{**kwargs, 'device_ids': None})

    dist_utils._init_dist_pytorch = init_dist_pytorch
    MMDistributedDataParallel.__init__ = wrap_on_cpu
    runner.convert_sync_batchnorm = lambda model, implementation: model
