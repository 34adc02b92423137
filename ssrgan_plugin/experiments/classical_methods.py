"""The classical methods' errors on a test set: what a network has to beat."""

from functools import partial
from typing import Dict

import numpy as np
from tqdm import tqdm

from ..child_processes import process_pool
from ..classical_inpainting import restore
from ..nmse import nmse
from .methods import register

CLASSICS = ('telea', 'navier_stokes', 'biharmonic')


def mean_errors(dataset_cfg: dict) -> Dict[str, float]:
    """Mean NMSE of the corrupted images and of the classical methods, on a config's images and masks."""
    register()
    from mmagic.registry import DATASETS

    dataset = DATASETS.build(dataset_cfg)
    with process_pool() as pool:
        results = pool.map(partial(classical_errors, dataset), range(len(dataset)), chunksize=8)
        errors = [*tqdm(results, 'classical methods', len(dataset), leave=False, unit='image')]
    return dict(zip(('corrupted', *CLASSICS), np.mean(errors, axis=0)))


def classical_errors(dataset, index: int) -> list:
    packed = dataset[index]
    sample = packed['data_samples']
    image, original, mask = (each.permute(1, 2, 0).numpy() for each in (packed['inputs'], sample.gt_img, sample.mask))
    return [nmse(image, original), *(nmse(restore(image, mask != 0, method), original) for method in CLASSICS)]
