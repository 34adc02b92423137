"""What the page asks for, done by the command's own functions on files in a session's folder."""

import io
import os
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Callable, Dict, Iterable, List, Optional, Sequence, Tuple

import numpy as np
from PIL import Image

from ..errors import InputError
from ..restoration import image_files
from ..restoration.corrupting import corrupt_file
from ..restoration.differences import errors
from ..restoration.folders import ERRORS, OneImage, later_finder
from ..restoration.image_info import as_stored, upright
from ..restoration.jobs import Job, companion, find_jobs, is_mask
from ..restoration.lost_pixels import LostPixels
from ..restoration.marked import Found, by_mask
from ..restoration.mask_files import PLAIN
from ..restoration.opened import OpenImage
from ..restoration.restorer import Restorer
from ..restoration.telling import refusal
from . import texts
from .orders import Order, Shown
from .previews import SIDE, Preview

MEASURED = 2**24  # pixels; SSIM takes a hundred bytes a pixel
Watch = Callable[[Iterable[np.ndarray]], Iterable[np.ndarray]]


@dataclass
class Work:
    """An order's pictures, in a folder of its own.

    Raises:
        InputError: if nothing can be begun.
    """

    order: Order
    folder: Path
    max_pixels: Optional[int] = None
    jobs: List[Job] = field(init=False)

    def __post_init__(self) -> None:
        if not self.order.pictures:
            raise InputError(texts.NOTHING)
        files = self.laid_out('pictures', self.order.pictures)
        self.uploads = {file.name: file.parent.name for file in self.order.pictures}
        pictures = [file for file in files if not is_mask(file)]
        self.masks = self.place(self.laid_out('masks', self.order.masks))
        self.originals = self.place(self.laid_out('originals', self.order.originals), alone=len(pictures) == 1)
        if self.order.how == texts.MASK and not self.masks and len(pictures) == len(files):
            raise InputError(texts.NO_MASK)
        for name in ('restored', 'previews', 'damaged'):
            (self.folder / name).mkdir(exist_ok=True)
        self.jobs, _ = find_jobs(pictures, self.folder / 'restored')

    @property
    def folders(self) -> List[Path]:
        """What is of no use in a sentence for people."""
        return [self.folder / name for name in ('pictures', 'masks', 'originals', 'restored', 'damaged')]

    def laid_out(self, name: str, files: Sequence[Path]) -> List[Path]:
        """Uploaded files beside each other under their own names, as the command looks for them."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        for file in files:
            if (folder / file.name).exists():
                raise InputError(f'two files are called {file.name}: rename one')
            try:
                os.link(file, folder / file.name)
            except OSError:
                shutil.copy(file, folder / file.name)
        return [folder / file.name for file in files]

    @staticmethod
    def place(files: List[Path], alone: bool = True) -> Optional[Path]:
        """A file that serves all pictures, if it is ``alone``; or the folder of those that are told apart by name."""
        return None if not files else files[0] if len(files) == 1 and alone else files[0].parent

    def look(self, job: Job) -> Shown:
        """What is lost of a picture; of an intact one, what it looks like."""

        def looked() -> Shown:
            name = str(job.name)
            before = self.folder / 'previews' / f'{name}.before.webp'
            nothing_painted = self.order.how == texts.PAINT and self.uploads[name] not in self.order.painted
            if self.order.how == texts.TRY or nothing_painted:
                image = image_files.open_file(job.image, self.max_pixels)
                Preview(image).save(before)
                return Shown(name, f'{image.width:,} × {image.height:,} pixels', before=before, after=before)
            work, image, found = self.found(job)
            preview = Preview(image)
            return Shown(
                name,
                f'{share(found.lost)} are lost',
                notes=[texts.in_page(note, self.folders) for note in [*image.info.notes, *found.notes]],
                before=preview.save(before),
                after=preview.save_marked(found.lost, before.with_suffix('.lost.webp')),
                found=True,
            )

        return self.told(job, looked)

    def restore(self, job: Job, restorer: Restorer, watch: Watch = iter) -> Shown:
        """Restores a picture; ``watch`` as in :meth:`OneImage.restore`."""

        def restored() -> Shown:
            work, image, found = self.found(job)
            facts = work.restore(image, found, restorer, watch)
            name, output = str(job.name), work.job.output
            after = Preview(image_files.open_file(output, self.max_pixels))
            places = [self.folder / 'previews' / f'{name}.{what}.webp' for what in ('before', 'after')]
            errors, notes = self.errors(work)
            return Shown(
                name,
                f'{share(found.lost)} restored',
                notes=[texts.in_page(note, self.folders) for note in [*facts['notes'], *notes]],
                before=Preview(image, after.limits).save(places[0]),
                after=after.save(places[1]),
                output=output,
                errors=errors,
            )

        return self.told(job, restored)

    def told(self, job: Job, do: Callable[[], Shown]) -> Shown:
        """What is done; or the sentence that refuses it, with the picture where it can be shown."""
        name = str(job.name)
        try:
            return replace(do(), upload=self.uploads[name])
        except ERRORS as error:
            sentence = texts.in_page(refusal(str(job.image), error), self.folders)
        try:
            image = image_files.open_file(job.image, self.max_pixels)
            shown = Preview(image).save(self.folder / 'previews' / f'{name}.refused.webp')
        except ERRORS:
            shown = None
        return Shown(name, sentence, True, before=shown, after=shown, upload=self.uploads[name])

    def found(self, job: Job) -> Tuple[OneImage, OpenImage, Found]:
        """The command's way to a picture's lost pixels, and what was painted over them."""
        order, alone = self.order, self.order.how == texts.PAINT
        output = job.output.with_suffix(order.suffix or job.output.suffix)
        painted = None if order.how == texts.TRY else order.painted.get(self.uploads[str(job.name)])
        mask = self.masks if order.how == texts.MASK else None
        original = None
        options = order.options if mask else PLAIN
        if order.how == texts.TRY:
            job, mask, original = self.lost_some(job)
            output = output if output.suffix.lower() not in ('.jpg', '.jpeg') or order.suffix else job.output
        job = job._replace(output=output.with_stem(f'{output.stem}_restored'))
        look = not alone and order.fill is None and order.nodata is None
        work = OneImage(job, mask, original, False, False, False, look)
        image = image_files.open_file(job.image, self.max_pixels)
        if alone:
            found = Found(LostPixels(image.height, image.width))
        else:
            fill, nodata = (None, None) if work.mask else (order.fill, order.nodata)
            found = work.find(image, fill, nodata, options, self.max_pixels, later_finder())
        if alone or painted:
            image_files.check_holds(job.output, image.bands, image.dtype, image.info)
            found = painted_over(image, found, painted)
        return work, image, found

    def lost_some(self, job: Job) -> Tuple[Job, Path, Path]:
        """A damaged copy of an intact picture, its mask, and the picture as the original."""
        suffix = job.output.suffix if job.output.suffix.lower() in ('.tif', '.tiff', '.webp', '.bmp') else '.png'
        damaged = self.folder / 'damaged' / f'{job.name.stem}{suffix}'
        mask = self.folder / 'damaged' / f'{job.name.stem}_mask.png'
        order = self.order
        losing = job._replace(output=damaged)
        corrupt_file(
            losing, order.ratio, order.damage, order.seed, mask, order.by_channel, overwrite=True,
            max_pixels=self.max_pixels,
        )  # fmt: skip
        return job._replace(image=damaged, output=job.output.with_suffix(suffix)), mask, job.image

    def errors(self, work: OneImage) -> Tuple[List[Tuple[str, float, float, float]], List[str]]:
        """Of the damaged picture and of the restored one, where the original is known."""
        place = work.original or self.originals
        if place is None:
            return [], []
        try:
            original = image_files.open_file(companion(place, work.job.name, 'original'), self.max_pixels)
        except InputError as error:
            return [], [f'no error can be told: {error}']
        if original.width * original.height > MEASURED:
            return [], [texts.TOO_LARGE_TO_MEASURE]
        rows: List[Tuple[str, float, float, float]] = []
        notes: List[str] = []
        files: Dict[str, Path] = dict(damaged=work.job.image, restored=work.job.output)
        for what, file in files.items():
            try:
                rows.append((what, *errors(image_files.open_file(file, self.max_pixels), original, what)))
            except InputError as error:
                if what == 'restored':
                    notes.append(f'no error can be told: {error}')
        return rows, notes


def painted_over(image: OpenImage, found: Found, content: Optional[bytes]) -> Found:
    """What was found, and what was painted on a picture as viewers show it: red is lost, blue is known."""
    lost = upright(found.lost.array(), image.info.orientation).copy()
    if content:
        with Image.open(io.BytesIO(content), formats=['PNG']) as picture:
            if max(picture.size) > 2 * SIDE:
                raise InputError(f'{image.name}: the painting is too large: paint anew')
            size = lost.shape[1], lost.shape[0]
            strokes = np.asarray(picture.convert('RGBA').resize(size, Image.Resampling.NEAREST))
        opaque, red = strokes[..., 3] > 127, strokes[..., 0] > strokes[..., 2]
        lost[opaque & red] = True
        lost[opaque & ~red] = False
    if not lost.any():
        raise InputError(f'{image.name}: {texts.NOTHING_PAINTED}')
    if lost.all():
        raise InputError(f'{image.name}: every pixel is lost: nothing is left to restore it from')
    return by_mask(
        image, LostPixels.of(as_stored(lost, image.info.orientation)), notes=found.notes, cure=texts.PAINTED_OTHERS
    )


def share(lost: LostPixels) -> str:
    return f'{lost.count:,} of {lost.size:,} {lost.unit} ({lost.count / lost.size:.1%})'
