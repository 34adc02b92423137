"""What is lost in image files, found and written as masks, to look at and to correct."""

from pathlib import Path
from typing import List, Optional, Sequence, Tuple

import numpy as np
from tqdm import tqdm

from ..errors import InputError
from . import image_files
from .encoders import JPEG
from .folders import ERRORS, later_finder
from .jobs import find_jobs, refuse_overwriting
from .lost_pixels import LostPixels
from .mask_files import mask_info
from .mask_finding import find_lost
from .telling import Teller
from .values import Fill


def mark(
    images: Sequence[Path],
    output: Path,
    fill: Optional[Fill] = None,
    nodata: Optional[float] = None,
    overwrite: bool = False,
    max_pixels: Optional[int] = None,
    as_json: bool = False,
    quiet: bool = False,
    max_share: float = 0.9,
    device: Optional[str] = None,
    backend: Optional[str] = None,
) -> List[str]:
    """Writes masks of image files, white = lost, and prints what it took as lost in each.

    A mask is grey; or has as many channels as are lost one by one, if the format holds them: else it marks whole
    pixels, and that is told.

    Args:
        images: Files, folders, patterns.
        output: File, or folder for several.
        fill, nodata, max_share: What to look for: see :func:`ssrgan_plugin.restoration.mask_finding.find_lost`.
        overwrite: Replace outputs that exist. Default: False.
        max_pixels: Larger images are refused.
        as_json: Print one object a line. Default: False.
        quiet: Print nothing but refusals. Default: False.
        device, backend: For the network: see :class:`ssrgan_plugin.restoration.restorer.Restorer`.

    Returns:
        A sentence for each image that failed; the others are done.
    """
    if output == image_files.STANDARD:
        raise InputError('- is for ssrgan restore: name an output file')
    jobs, strangers = find_jobs(images, output, kept=('.png',))
    teller = Teller(as_json, quiet)
    finder = later_finder(device, backend)
    for job in tqdm(jobs, unit='image', disable=quiet or len(jobs) == 1):
        path = job.output
        try:
            if image_files.check_format(path) in JPEG:
                raise InputError(f'{path}: JPEG would smear the mask: write .png')
            refuse_overwriting(path, overwrite, job.image)
            image = image_files.open_file(job.image, max_pixels)
            found = find_lost(image, fill, nodata, finder, max_share)
            lost = found.lost
            shown, left = as_held(path, lost.simplest())
            notes = [*found.notes, *left]
            info = mask_info(shown.channels, image.info.exif)
            strips = (
                255 * shown.rows(y, y + image_files.STRIP).reshape(-1, image.width, shown.channels).astype(np.uint8)
                for y in range(0, image.height, image_files.STRIP)
            )
            shape = (image.height, image.width, shown.channels)
            image_files.write_strips(path, strips, shape, np.dtype(np.uint8), info, overwrite)
        except ERRORS as error:
            teller.failed(str(job.image), error)
        else:
            facts = dict(input=str(job.image), mask=str(path), lost=lost.count, **{lost.unit: lost.size})
            told = f'{path}: {lost.count:,} of {lost.size:,} {lost.unit} ({lost.count / lost.size:.1%}) lost'
            teller.done('; '.join([told, *notes]), **facts, notes=notes)
    if strangers:
        teller.note(f'no images, left out: {len(strangers)}, such as {strangers[0]}')
    return teller.all_failures(len(jobs))


def as_held(path: Path, lost: LostPixels) -> Tuple[LostPixels, List[str]]:
    """What a mask of that format says, and what it cannot."""
    info = mask_info(lost.channels, None)
    try:
        image_files.check_holds(path, lost.channels, np.dtype(np.uint8), info)
    except InputError:
        pixels = lost.any_channel()
        more = pixels.count * lost.channels - lost.count
        told = f'{path.suffix} marks whole pixels, and with them {more:,} known values: .tif would keep bands apart'
        return pixels, [told]
    if 'the XMP' in image_files.left_behind(path, info):
        return lost, [f'{path.suffix} cannot say that each channel marks itself: restore by it with --mask-by-channel']
    return lost, []
