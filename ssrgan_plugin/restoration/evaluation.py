"""How far restored files are from their originals."""

from pathlib import Path
from typing import List

import numpy as np
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from tqdm import tqdm

from ..errors import InputError
from ..nmse import nmse
from . import image_files
from .folders import companion
from .values import top_of


def evaluate(originals: Path, restored: Path) -> List[str]:
    """Prints NMSE, PSNR and SSIM of every image in a folder, and their means.

    Args:
        originals: Folder of the images to compare with, named alike; of any format.
        restored: Folder of the restored images.

    Returns:
        A sentence for each image that could not be compared.
    """
    for folder in (originals, restored):
        if not folder.is_dir():
            raise InputError(f'{folder} is no folder: check the path')
    names = [path.relative_to(restored) for path in image_files.find(restored)]
    names = [name for name in names if not name.stem.endswith('_compare')]
    if not names:
        raise InputError(f'{restored} holds no image')
    rows, failures = [], []
    print(f'{"":40}{"NMSE":>10}{"PSNR, dB":>10}{"SSIM":>8}')
    for name in tqdm(names, unit='image', leave=False):
        try:
            rows.append(errors(restored / name, companion(originals, name, 'original'), name))
            tqdm.write(f'{str(name):40}{rows[-1][0]:10.5f}{rows[-1][1]:10.2f}{rows[-1][2]:8.4f}')
        except InputError as error:
            failures.append(str(error))
    if rows:
        columns = [[value for value in column if not np.isnan(value)] for column in zip(*rows)]
        mean = [np.mean(column) if column else np.nan for column in columns]
        print(f'{f"mean of {len(rows)}":40}{mean[0]:10.5f}{mean[1]:10.2f}{mean[2]:8.4f}')
    done = {name.with_suffix('') for name in names}
    left = [path.relative_to(originals).with_suffix('') for path in image_files.find(originals)]
    left = [name for name in left if name not in done]
    if left:
        print(f'originals without a restored image: {len(left)}, such as {left[0]}')
    return failures


def errors(restored_file: Path, original_file: Path, name: Path) -> tuple:
    """NMSE, PSNR and SSIM, NaN where one is not defined."""
    restored, original = image_files.read(restored_file).upright(), image_files.read(original_file).upright()
    if (restored.shape, restored.dtype) != (original.shape, original.dtype):
        raise InputError(
            f'{name}: {restored.shape} {restored.dtype}, its original {original.shape} {original.dtype}: both must '
            'agree'
        )
    if original.ndim == 3 and original.shape[2] in (2, 4):  # transparency is no part of the error
        restored, original = restored[..., :-1], original[..., :-1]
    top = top_of(original.dtype)
    with np.errstate(divide='ignore'):
        psnr = peak_signal_noise_ratio(original, restored, data_range=top)
    ssim = np.nan
    if min(original.shape[:2]) >= 11:
        ssim = structural_similarity(
            original,
            restored,
            data_range=top,
            channel_axis=2 if original.ndim == 3 else None,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
    return nmse(restored, original) if original.any() else np.nan, psnr, ssim
