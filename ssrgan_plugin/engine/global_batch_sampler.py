from mmagic.registry import DATA_SAMPLERS
from mmengine.dist import get_world_size
from torch.utils.data import BatchSampler, Sampler

from ..errors import InputError


@DATA_SAMPLERS.register_module()
class GlobalBatchSampler(BatchSampler):
    """Batches of ``batch_size`` images a step in all, however many processes share them.

    Args:
        sampler: This process's share of the data set's indices.
        batch_size: Images a step, over all processes.
        drop_last: Drop a last, smaller batch. Default: False.

    Raises:
        InputError: if the number of processes does not divide ``batch_size``, or an epoch would have no batch.
    """

    def __init__(self, sampler: Sampler, batch_size: int, drop_last: bool = False):
        processes = get_world_size()
        if batch_size % processes:
            raise InputError(
                f'{processes} processes do not divide the {batch_size} images of a step: use a number of '
                'GPUs that does, or set train_dataloader.batch_size'
            )
        super().__init__(sampler, batch_size // processes, drop_last)
        if not len(self):
            raise InputError(
                f'{len(sampler) * processes} images fill no batch of {batch_size}: take more images, or '
                'set train_dataloader.batch_size'
            )
