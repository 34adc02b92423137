"""How far restored files are from their originals."""

import csv
from pathlib import Path
from typing import List, Optional, Tuple

import numpy as np
from tqdm import tqdm

from ..atomic_files import whole
from ..errors import InputError
from . import image_files
from .differences import errors
from .jobs import companion, is_mask, refuse_overwriting
from .telling import Teller


def evaluate(
    originals: Path,
    restored: Path,
    csv_file: Optional[Path] = None,
    overwrite: bool = False,
    max_pixels: Optional[int] = None,
    as_json: bool = False,
    quiet: bool = False,
) -> List[str]:
    """Prints NMSE, PSNR and SSIM of every image in a folder, and their means.

    Args:
        originals: Folder of the images to compare with, named alike, of any format; or file.
        restored: Folder of the restored images; or file.
        csv_file: A table to write, too.
        overwrite: Replace it if it exists. Default: False.
        max_pixels: Larger images are refused.
        as_json: Print one object a line. Default: False.
        quiet: Print nothing but refusals. Default: False.

    Returns:
        A sentence for each image that could not be compared.
    """
    for place in (originals, restored):
        if not place.exists():
            raise InputError(f'{place} does not exist: check the path')
    if originals.is_dir() and not restored.is_dir() or restored.is_dir() and not originals.is_dir():
        raise InputError(f'{originals} and {restored}: give two files, or two folders')
    if csv_file:
        if csv_file.suffix.lower() in image_files.READABLE:
            raise InputError(f'{csv_file} has the name of an image: name a .csv')
        refuse_overwriting(csv_file, overwrite, originals, restored)
    pairs, left = matched(originals, restored)
    teller = Teller(as_json, quiet)
    rows = []
    teller.note(f'{"":40}{"NMSE":>10}{"PSNR, dB":>10}{"SSIM":>8}')
    for name, file in tqdm(pairs, unit='image', leave=False, disable=quiet or len(pairs) == 1):
        try:
            original = companion(originals, Path(name), 'original')
            row = errors(image_files.open_file(file, max_pixels), image_files.open_file(original, max_pixels), name)
        except (InputError, OSError, MemoryError) as error:
            teller.failed(name, error)
        else:
            rows.append((name, *row))
            told = f'{name:40}{row[0]:10.5f}{row[1]:10.2f}{row[2]:8.4f}'
            teller.done(told, image=name, nmse=row[0], psnr=row[1], ssim=row[2])
    if rows:
        mean = means(rows)
        told = f'{f"mean of {len(rows)}":40}{mean[0]:10.5f}{mean[1]:10.2f}{mean[2]:8.4f}'
        teller.done(told, mean_of=len(rows), nmse=mean[0], psnr=mean[1], ssim=mean[2])
    if left:
        teller.note(f'originals without a restored image: {len(left)}, such as {left[0]}')
    if csv_file:
        with (
            whole(csv_file, overwrite) as unfinished,
            open(unfinished, 'w', newline='', encoding='utf-8', errors='backslashreplace') as file,
        ):
            csv.writer(file).writerows([('image', 'nmse', 'psnr', 'ssim'), *rows])
    return teller.all_failures(len(pairs))


def matched(originals: Path, restored: Path) -> Tuple[List[Tuple[str, Path]], List[Path]]:
    """Names and files of restored images; and originals that have none."""
    if not restored.is_dir():
        return [(str(restored), restored)], []
    found = [path for path in image_files.find(restored)[0] if not path.stem.endswith('_compare')]
    if not found:
        raise InputError(f'{restored} holds no image')
    done = {path.relative_to(restored).with_suffix('') for path in found}
    left = [path.relative_to(originals).with_suffix('') for path in image_files.find(originals)[0] if not is_mask(path)]
    pairs = [(str(path.relative_to(restored)), path) for path in found]
    return pairs, [name for name in left if name not in done]


def means(rows: List[tuple]) -> List[float]:
    """Of each measure, over the images for which it is defined."""
    columns = [[value for value in column if not np.isnan(value)] for column in list(zip(*rows))[1:]]
    return [float(np.mean(column)) if column else float('nan') for column in columns]
