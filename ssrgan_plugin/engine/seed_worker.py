import os
import random

import numpy as np
import torch
from mmengine.registry import FUNCTIONS

from ..child_processes import die_with_parent


@FUNCTIONS.register_module()
def seed_worker(worker_id: int) -> None:
    """Seeds a data-loading worker from PyTorch's seed for it, which is new every epoch, and ends it with the training.

    MMEngine's default seeds workers alike at the start of every epoch, so that the same "random" crops come again.
    """
    die_with_parent(os.getppid())
    seed = torch.initial_seed() % 2**32
    random.seed(seed)
    np.random.seed(seed)
