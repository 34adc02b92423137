"""Files in, files out: images, or folders and their subfolders."""

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Iterable, List, Optional, Sequence

import numpy as np
from tqdm import tqdm

from ..captions import caption
from ..errors import InputError
from ..nmse import nmse
from . import image_files, side_by_side, standard_output
from .backend import Finder
from .image_files import STANDARD, ImageFile
from .jobs import Job, companion, find_jobs, masks_beside, refuse_overwriting
from .marked import Found, by_mask
from .mask_files import PLAIN, MaskOptions, read_mask
from .mask_finding import find_lost
from .opened import OpenImage
from .telling import Teller
from .values import Fill

if TYPE_CHECKING:
    from .restorer import Restorer

ERRORS = (InputError, OSError, MemoryError, RuntimeError)  # PyTorch's lack of memory is the last


def restore(
    images: Sequence[Path],
    output: Path,
    mask: Optional[Path] = None,
    fill: Optional[Fill] = None,
    nodata: Optional[float] = None,
    original: Optional[Path] = None,
    compare: bool = False,
    overwrite: bool = False,
    skip_existing: bool = False,
    mask_options: Optional[dict] = None,
    max_pixels: Optional[int] = None,
    as_json: bool = False,
    quiet: bool = False,
    max_share: float = 0.9,
    **settings: Any,
) -> List[str]:
    """Restores image files and folders of them, and prints what it took as lost in each.

    Args:
        images: Files, folders, patterns; or ``-``, the standard input.
        output: File, or folder; or ``-``, the standard output, which gets a PNG, or a TIFF if no PNG can hold the image
            and all that comes with it.
        mask: File or folder. Default: NAME_mask.png beside the image, else lost pixels are looked for.
        fill: What to look for: see :func:`ssrgan_plugin.restoration.mask_finding.find_lost`.
        nodata: The value of missing pixels; beside a mask, of those that stay.
        original: File or folder, for the comparison.
        compare: Also write NAME_compare.png. Default: False.
        overwrite: Replace outputs that exist. Default: False.
        skip_existing: Leave images whose outputs exist. Default: False.
        mask_options: How masks are meant: those of :class:`ssrgan_plugin.restoration.mask_files.MaskOptions`.
        max_pixels: Larger images are refused. Default: see :func:`ssrgan_plugin.restoration.decoders.open_image`.
        as_json: Print one object a line. Default: False.
        quiet: Print nothing but refusals. Default: False.
        max_share: See :func:`ssrgan_plugin.restoration.mask_finding.find_lost`. Default: 0.9.
        settings: Those of :class:`ssrgan_plugin.restoration.restorer.Restorer`.

    Returns:
        A sentence for each image that failed; the others are done.

    Raises:
        InputError: if nothing can be begun.
    """
    if compare and output == STANDARD:
        raise InputError('- is for the restored image alone: name an output file for --compare')
    jobs, strangers = find_jobs(images, output, (mask, original), compare)
    for path in (mask, original, settings.get('checkpoint')):
        if path is not None and not os.path.lexists(path):
            raise InputError(f'{path} does not exist: check the path')
    teller = Teller(as_json, quiet, output == STANDARD)
    options = MaskOptions(**mask_options or {})
    restorer, skipped = None, 0
    finder = later_finder(settings.get('device'), settings.get('backend'))
    with tqdm(jobs, unit='image', disable=quiet or len(jobs) == 1) as progress:
        for job in progress:
            try:
                work = OneImage(job, mask, original, compare, overwrite, skip_existing, fill is None and nodata is None)
                if work.finished:
                    skipped += 1
                    continue
                image = image_files.open_file(job.image, max_pixels)
                if work.restored:
                    work.write_comparison(image)
                    teller.done(f'{job.comparison}: compared', input=str(job.image), comparison=str(job.comparison))
                    continue
                found = work.find(image, fill, nodata, options, max_pixels, finder, max_share)
            except ERRORS as error:
                teller.failed(str(job.image), error)
                continue
            if restorer is None:  # a wrong checkpoint is no failure of this image alone
                from .restorer import Restorer  # and what computes, not before the paths are known to be right

                restorer = Restorer(progress=not quiet, **settings)
            try:
                facts = work.restore(image, found, restorer)
            except ERRORS as error:
                teller.failed(str(job.image), error)
            else:
                teller.done(work.sentence(facts), **facts)
    if skipped:
        teller.note(f'{skipped} of {len(jobs)} images were there already')
    if strangers:
        teller.note(f'no images, left out: {len(strangers)}, such as {strangers[0]}')
    return teller.all_failures(len(jobs))


@cache
def later_finder(device: Optional[str] = None, backend: Optional[str] = None) -> Callable[[], Finder]:
    """Loads the network that finds what is lost, and what computes it, when it is first asked for."""

    @cache
    def finder() -> Finder:
        from .backends import load_finder

        return load_finder(device, backend)

    return finder


class OneImage:
    """The way of one image from its file to the restored one."""

    def __init__(
        self,
        job: Job,
        mask: Optional[Path],
        original: Optional[Path],
        compare: bool,
        overwrite: bool,
        skip_existing: bool,
        look: bool,
    ):
        self.job, self.compare, self.overwrite = job, compare, overwrite
        self.mask = companion(mask, job.name, 'mask', job.image) if mask else None
        if mask is None and look and job.image != STANDARD:
            beside = masks_beside(job.image)
            if len(beside) > 1:
                raise InputError(
                    f'{job.image} has several masks beside it, such as {beside[0].name} and '
                    f'{beside[1].name}: name one by --mask'
                )
            self.mask = beside[0] if beside else None
        self.original = companion(original, job.name, 'original') if original else None
        outputs = [job.output, *([job.comparison] if compare else [])]
        there = [os.path.lexists(path) for path in outputs]
        self.finished = skip_existing and all(there)
        self.restored = skip_existing and not self.finished and there[0]
        if not self.finished:
            if job.output != STANDARD:
                image_files.check_format(job.output)
            for path in outputs[self.restored :]:
                refuse_overwriting(path, overwrite, job.image, self.mask, self.original)

    def find(
        self,
        image: OpenImage,
        fill: Optional[Fill],
        nodata: Optional[float],
        options: MaskOptions,
        max_pixels: Optional[int],
        finder: Optional[Callable[[], Finder]] = None,
        max_share: float = 0.9,
    ) -> Found:
        """Which pixels are lost; and, before any is restored, whether the output can hold the image."""
        if self.job.output != STANDARD:
            image_files.check_holds(self.job.output, image.bands, image.dtype, image.info)
        if self.compare and image.height * image.width > side_by_side.MAX_PIXELS:
            raise InputError(f'{self.job.image} is too large to compare by eye: leave --compare out')
        if self.mask:
            lost, notes = read_mask(self.mask, image, options, max_pixels)
            return by_mask(image, lost, nodata, notes, str(self.mask), options.cure)
        if options != PLAIN:
            raise InputError(f'{self.job.image} has no mask to threshold, invert or take as stored: name it by --mask')
        return find_lost(image, fill, nodata, finder, max_share)

    def restore(
        self,
        image: OpenImage,
        found: Found,
        restorer: 'Restorer',
        watch: Callable[[Iterable[np.ndarray]], Iterable[np.ndarray]] = iter,
    ) -> dict:
        """Restores and writes; ``watch`` is handed the strips on their way to the file, and may end it by raising."""
        from .restorer import doubts

        count = found.lost.count
        notes = [*found.notes]
        picture = restorer.picture(image, found) if count else None
        strips = watch(picture.strips(restorer.backend) if picture else image.strips(image_files.STRIP))
        output, info = self.job.output, image.info
        written, why = standard_output.format_for(image) if output == STANDARD else (output, [])
        left = image_files.left_behind(written, info)
        notes += why + [f'{written.suffix} cannot hold {what}, which is left out' for what in left]
        if output == STANDARD:
            standard_output.write(written, strips, image)
        else:
            if output.suffix.lower() in ('.jpg', '.jpeg'):
                notes.append('JPEG changes known pixels too, .png would not')
            image_files.write_strips(output, strips, image.shape, image.dtype, info, self.overwrite)
        notes += doubts(picture) if picture else []
        if self.compare:
            self.write_comparison(image)
        return dict(
            input=str(self.job.image),
            output=str(output),
            mask=self.mask and str(self.mask),
            lost=count,
            **{found.lost.unit: found.lost.size},
            far=picture.far if picture else 0,
            notes=[*image.info.notes, *notes],
        )

    def sentence(self, facts: dict) -> str:
        by = f' by {self.mask}' if self.mask and self.mask.parent == self.job.image.parent else ''
        unit = 'pixels' if 'pixels' in facts else 'values'
        share = f'{facts["lost"]:,} of {facts[unit]:,} {unit} ({facts["lost"] / facts[unit]:.1%}) restored'
        return '; '.join([f'{self.job.output}: {share}{by}', *facts['notes']])

    def write_comparison(self, image: OpenImage) -> None:
        damaged, restored = image_files.read(image), image_files.read(self.job.output)
        pictures, labels = [damaged, restored], ['damaged', 'restored']
        errors: List[Optional[float]] = [None, None]
        if self.original:
            original = image_files.read(self.original)
            truth = side_by_side.seen(original)
            for i, picture in enumerate(pictures):
                pixels = side_by_side.seen(picture)
                if pixels.shape == truth.shape and pixels.dtype == truth.dtype and np.isfinite(pixels).all():
                    errors[i] = nmse(pixels, truth)
            pictures.append(original)
            labels.append('original')
            errors.append(None)
        compared = side_by_side.side_by_side(pictures, [*map(caption, labels, errors)])
        image_files.write(self.job.comparison, ImageFile(compared), self.overwrite)
