"""Files in, files out: one image, or a folder and its subfolders."""

from pathlib import Path
from typing import List, NamedTuple, Optional

from tqdm import tqdm

from .. import corruption
from ..errors import InputError
from . import image_files
from .mask_files import read_mask
from .mask_finding import find_corrupted
from .side_by_side import side_by_side
from .values import in_range, parse_colour

JPEG = ('.jpg', '.jpeg')


class Job(NamedTuple):
    """One image to restore; ``name`` is its path below the folder, by which mask and original are found."""

    image: Path
    name: Path
    output: Path

    @property
    def comparison(self) -> Path:
        return self.output.with_name(f'{self.output.name.removesuffix(".png")}_compare.png')


def find_jobs(
    image: Path, output: Path, mask: Optional[Path] = None, original: Optional[Path] = None, compare: bool = False
) -> List[Job]:
    """What is to be restored: ``image`` itself, or all images in that folder that are none of the others.

    Raises:
        InputError: if there is nothing, or outputs would meet each other or an input.
    """
    if not image.exists():
        raise InputError(f'{image} does not exist: check the path')
    if not image.is_dir():
        name = Path(image.name)
        return [Job(image, name, output / name if output.is_dir() else output)]
    if output.exists() and not output.is_dir():
        raise InputError(f'{output} is a file, {image} a folder: name a folder')
    folder = image.resolve()
    if output.resolve() == folder:
        raise InputError(f'{output} is the input too: name another output folder')
    others = [path.resolve() for path in (output, mask, original) if path]
    others = [path for path in others if folder in path.parents]
    names = [
        path.relative_to(image)
        for path in image_files.find(image)
        if not any(other in (path.resolve(), *path.resolve().parents) for other in others)
    ]
    if not names:
        raise InputError(f'{image} holds no image')
    jobs = [Job(image / name, name, output / name) for name in names]
    outputs = {job.output for job in jobs}
    for job in jobs:
        if compare and job.comparison in outputs:
            raise InputError(
                f'{job.comparison} would be the comparison of {job.image} and the output of another: rename one'
            )
    return jobs


def companion(place: Path, name: Path, what: str) -> Path:
    """``place`` itself, or the file in that folder that goes with ``name``, of any format."""
    if not place.is_dir():
        return place
    folder = (place / name).parent
    exact = folder / name.name
    if exact.exists():
        return exact
    for candidate in sorted(folder.glob('*')):
        if candidate.stem == name.stem and candidate.suffix.lower() in image_files.SUFFIXES:
            return candidate
    raise InputError(f'{place} has no {what} for {name}: add {name.with_suffix(".png")}')


def refuse_overwriting(output: Path, overwrite: bool, *inputs: Optional[Path]) -> None:
    for path in inputs:
        if path is not None and output.resolve() == path.resolve():
            raise InputError(f'{output} is an input too: name another output')
    if output.exists() and not overwrite:
        raise InputError(f'{output} exists: name another output, or say --overwrite')


def restore(
    image: Path,
    output: Path,
    mask: Optional[Path] = None,
    fill: Optional[str] = None,
    original: Optional[Path] = None,
    compare: bool = False,
    overwrite: bool = False,
    **settings,
) -> List[str]:
    """Restores an image file, or a folder of them, and prints what it took as lost in each.

    Args:
        image: File or folder.
        output: The same.
        mask: File or folder, not black = lost. Default: lost pixels are looked for.
        fill: What to look for: a name, or 0 to 255, such as ``'255,0,0'``.
        original: File or folder, for the comparison.
        compare: Also write NAME_compare.png. Default: False.
        overwrite: Replace outputs that exist. Default: False.
        settings: Those of :class:`ssrgan_plugin.restoration.restorer.Restorer`.

    Returns:
        A sentence for each image that failed; the others are done.

    Raises:
        InputError: if nothing can be begun.
    """
    jobs = find_jobs(image, output, mask, original, compare)
    if not image.is_dir():
        image_files.check_format(jobs[0].output)
        refuse_overwriting(jobs[0].output, overwrite, image)
    from .restorer import Restorer  # and PyTorch, not before the paths are known to be right

    restorer = Restorer(progress=True, **settings)
    failures = []
    with tqdm(jobs, unit='image', disable=len(jobs) == 1) as progress:
        for job in progress:
            try:
                told = restore_file(
                    job,
                    restorer,
                    companion(mask, job.name, 'mask') if mask else None,
                    fill,
                    companion(original, job.name, 'original') if original else None,
                    compare,
                    overwrite,
                )
            except (InputError, OSError, MemoryError, RuntimeError) as error:  # PyTorch's lack of memory is the last
                reason = str(error).splitlines()[0] if str(error) else 'too little memory'
                failures.append(reason if str(job.image) in reason else f'{job.image}: {reason}')
            else:
                tqdm.write(told)
    if failures and len(jobs) > 1:
        failures.append(f'{len(failures)} of {len(jobs)} images failed, the others are done')
    return failures


def restore_file(
    job: Job,
    restorer,
    mask: Optional[Path],
    fill: Optional[str],
    original: Optional[Path],
    compare: bool,
    overwrite: bool,
) -> str:
    """Restores one file; returns what to tell."""
    for output in (job.output, *([job.comparison] if compare else [])):
        refuse_overwriting(output, overwrite, job.image, mask, original)
    damaged = image_files.read(job.image)
    if damaged.lossy and not mask:
        raise InputError(
            f'{job.image}: its lossy compression smears lost pixels over their neighbours, so they cannot '
            'be found: give a mask'
        )
    if mask:
        lost = read_mask(mask, damaged)
    else:
        colour = parse_colour(fill)
        named = colour is None or isinstance(colour, str)
        lost = find_corrupted(damaged.pixels, colour if named else in_range(colour, damaged.pixels.dtype))
    restored = restorer(damaged.pixels, lost)
    if compare:
        pictures = [damaged, damaged._replace(pixels=restored)]
        if original:
            pictures.append(image_files.read(original))
        compared = image_files.ImageFile(side_by_side([picture.upright() for picture in pictures]))
    image_files.write(job.output, damaged._replace(pixels=restored))
    if compare:
        image_files.write(job.comparison, compared)
    inexact = '; JPEG changes known pixels too, .png would not' if job.output.suffix.lower() in JPEG else ''
    return f'{job.output}: {lost.sum():,} of {lost.size:,} pixels ({lost.mean():.1%}) restored{inexact}'


def corrupt(
    image: Path,
    output: Path,
    ratio: float,
    fill: str = 'black',
    seed: int = 0,
    save_mask: Optional[Path] = None,
    overwrite: bool = False,
) -> None:
    """Loses pixels of an image file at random, and prints how many.

    Args:
        image: File.
        output: The same.
        ratio: Share of the pixels, between 0 and 1.
        fill: What they become: a name, or 0 to 255, such as ``'255,0,0'``. Default: ``'black'``.
        seed: Of the random numbers, with the file's name. Default: 0.
        save_mask: File for the mask, white = lost.
        overwrite: Replace outputs that exist. Default: False.
    """
    for path in filter(None, (output, save_mask)):
        if image_files.check_format(path) in JPEG:
            raise InputError(f'{path}: JPEG would smear the lost pixels over their neighbours: write .png')
        refuse_overwriting(path, overwrite, image)
    if save_mask and save_mask.resolve() == output.resolve():
        raise InputError(f'{output} cannot be image and mask at once: name another --save-mask')
    file = image_files.read(image)
    pixels = file.pixels
    rng = corruption.seeded_rng(seed, image.name)
    mask = corruption.random_mask(*pixels.shape[:2], ratio, rng)
    colour = corruption.check_fill(parse_colour(fill))
    result = pixels.copy()
    colours = result[..., :-1] if pixels.ndim == 3 and pixels.shape[2] in (2, 4) else result
    lost = mask[..., 0] != 0
    to_255 = 255 / float(in_range(255, pixels.dtype))
    damaged = in_range(corruption.corrupt(colours * to_255, mask, colour, rng), pixels.dtype)
    colours[lost] = damaged[lost].astype(pixels.dtype)
    image_files.write(output, file._replace(pixels=result))
    if save_mask:
        image_files.write(save_mask, image_files.ImageFile(255 * mask[..., 0], file.exif))
    print(f'{output}: {lost.sum():,} of {lost.size:,} pixels ({lost.mean():.1%}) lost')
