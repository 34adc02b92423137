"""Losing pixels of image files at random, to try a restoration on them."""

from pathlib import Path
from typing import List, Optional, Sequence, Tuple

import numpy as np
from tqdm import tqdm

from .. import corruption
from ..errors import InputError
from . import image_files
from .encoders import JPEG
from .image_files import left_behind
from .jobs import Job, find_jobs, refuse_one_for_two, refuse_overwriting, same_place
from .losing import corrupted_strips
from .mask_files import mask_info
from .plausibility import colour_bands
from .telling import Teller
from .values import Fill

LOSSLESS = [suffix for suffix in image_files.SUFFIXES if suffix not in JPEG]


def corrupt(
    images: Sequence[Path],
    output: Path,
    ratio: float,
    fill: Fill = 'black',
    seed: int = 0,
    save_mask: Optional[Path] = None,
    by_channel: bool = False,
    overwrite: bool = False,
    max_pixels: Optional[int] = None,
    as_json: bool = False,
    quiet: bool = False,
) -> List[str]:
    """Loses pixels of image files at random, and prints how many.

    Args:
        images: Files, folders, patterns.
        output: File, or folder for several, where JPEG becomes PNG.
        ratio: Share of the pixels, between 0 and 1.
        fill: What they become: a name of :mod:`ssrgan_plugin.corruption`, or a colour in the file's own units.
            Default: ``'black'``.
        seed: Of the random numbers, with the file's name. Default: 0.
        save_mask: File for the mask, or folder for several, white = lost.
        by_channel: Each channel's values are lost by themselves, not whole pixels. Default: False.
        overwrite: Replace outputs that exist. Default: False.
        max_pixels: Larger images are refused.
        as_json: Print one object a line. Default: False.
        quiet: Print nothing but refusals. Default: False.

    Returns:
        A sentence for each image that failed; the others are done.
    """
    corruption.check_ratio(ratio)
    if isinstance(fill, str):
        corruption.check_fill(fill)
    if output == image_files.STANDARD:
        raise InputError('- is for ssrgan restore: name an output file')
    jobs, strangers = find_jobs(images, output, (save_mask,), kept=LOSSLESS)
    masks = mask_files(jobs, output, save_mask)
    teller = Teller(as_json, quiet)
    for job, mask_file in tqdm([*zip(jobs, masks)], unit='image', disable=quiet or len(jobs) == 1):
        try:
            mask, notes = corrupt_file(job, ratio, fill, seed, mask_file, by_channel, overwrite, max_pixels)
        except (InputError, OSError, MemoryError) as error:
            teller.failed(str(job.image), error)
        else:
            lost, unit = int(mask.sum()), 'values' if mask.shape[2] > 1 else 'pixels'
            facts = dict(
                input=str(job.image),
                output=str(job.output),
                mask=mask_file and str(mask_file),
                lost=lost,
                **{unit: mask.size},
                notes=notes,
            )
            told = f'{job.output}: {lost:,} of {mask.size:,} {unit} ({lost / mask.size:.1%}) lost'
            teller.done('; '.join([told, *notes]), **facts)
    if strangers:
        teller.note(f'no images, left out: {len(strangers)}, such as {strangers[0]}')
    return teller.all_failures(len(jobs))


def mask_files(jobs: Sequence[Job], output: Path, save_mask: Optional[Path]) -> Sequence[Optional[Path]]:
    if save_mask is None:
        return [None] * len(jobs)
    several = len(jobs) > 1 or jobs[0].output != output
    if not (several or save_mask.is_dir() or not save_mask.suffix):
        return [save_mask]
    files = [save_mask / job.name.with_suffix('.png') for job in jobs]
    refuse_one_for_two([(job.image, file) for job, file in zip(jobs, files)])
    return files


def corrupt_file(
    job: Job,
    ratio: float,
    fill: Fill,
    seed: int,
    mask_file: Optional[Path],
    by_channel: bool,
    overwrite: bool,
    max_pixels: Optional[int],
) -> Tuple[np.ndarray, List[str]]:
    """Returns the mask, of one channel or as many as there are colours, and what to tell."""
    for path in filter(None, (job.output, mask_file)):
        if image_files.check_format(path) in JPEG:
            raise InputError(f'{path}: JPEG would smear the lost pixels over their neighbours: write .png')
        refuse_overwriting(path, overwrite, job.image)
    if mask_file and same_place(mask_file, job.output):
        raise InputError(f'{job.output} cannot be image and mask at once: name another --save-mask')
    image = image_files.open_file(job.image, max_pixels)
    image_files.check_holds(job.output, image.bands, image.dtype, image.info)
    channels = colour_bands(image) if by_channel else 1
    with_mask = mask_info(channels, image.info.exif)
    if mask_file:
        image_files.check_holds(mask_file, channels, np.dtype(np.uint8), with_mask)
    rng = corruption.seeded_rng(seed, job.image.name)
    mask = corruption.random_mask(image.height, image.width, ratio, rng, channels)
    strips = corrupted_strips(image, mask, fill, rng)
    image_files.write_strips(job.output, strips, image.shape, image.dtype, image.info, overwrite)
    if mask_file:
        strips = (255 * mask[y : y + image_files.STRIP] for y in range(0, len(mask), image_files.STRIP))
        image_files.write_strips(mask_file, strips, mask.shape, mask.dtype, with_mask, overwrite)
    left = [
        f'{job.output.suffix} cannot hold {what}, which is left out' for what in left_behind(job.output, image.info)
    ]
    return mask, [*image.info.notes, *left]
