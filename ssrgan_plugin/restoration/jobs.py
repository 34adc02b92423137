"""Which files a command is about: inputs, outputs, and the masks and originals that go with them."""

import glob
import os
import re
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from ..errors import InputError
from . import image_files
from .image_files import STANDARD

MASK_NAME = re.compile(r'(.+)[_-]mask(\d*)', re.IGNORECASE)


class Job(NamedTuple):
    """One image; ``name`` is its path below the folder, by which mask and original are found."""

    image: Path
    name: Path
    output: Path

    @property
    def comparison(self) -> Path:
        return self.output.with_name(f'{self.output.name.removesuffix(".png")}_compare.png')


def find_jobs(
    images: Sequence[Path],
    output: Path,
    others: Sequence[Optional[Path]] = (),
    compare: bool = False,
    kept: Sequence[str] = image_files.SUFFIXES,
) -> Tuple[List[Job], List[Path]]:
    """What is to be done.

    Args:
        images: Files, folders (with their subfolders), patterns such as ``*.png``, or ``-``.
        output: A file for a single file, else a folder; what has no suffix is a folder.
        others: Files and folders that are no input though they may lie in a folder that is.
        compare: Comparisons are written too.
        kept: Suffixes that outputs in a folder have from their images; others become PNG. Default: all known ones.

    Returns:
        The jobs; and the files in folders that are no images that can be read.

    Raises:
        InputError: if there is nothing, or outputs would meet each other or an input.
    """
    images = expanded(images)
    refuse_devices(output)
    if len(images) == 1 and not images[0].is_dir():
        check_exists(images[0])
        name = Path('standard_input.png') if images[0] == STANDARD else Path(images[0].name)
        into = output.is_dir() or not output.suffix and output != STANDARD and not output.exists()
        return [Job(images[0], name, output / written_name(name, kept) if into else output)], []
    if STANDARD in images or output == STANDARD:
        raise InputError('- is for one image: name a folder for several')
    if output.exists() and not output.is_dir():
        raise InputError(f'{output} is a file, the images are several: name a folder')
    jobs, strangers = [], []
    for image in images:
        check_exists(image)
        if not image.is_dir():
            jobs.append(Job(image, Path(image.name), output / written_name(Path(image.name), kept)))
            continue
        if same_place(output, image):
            raise InputError(f'{output} is the input too: name another output folder')
        names, left = below(image, [output, *others])
        strangers += left
        jobs += [Job(image / name, name, output / written_name(name, kept)) for name in names]
    if not jobs:
        raise InputError(f'{images[0]} holds no image' if images else 'no image is named')
    jobs = list({(os.path.abspath(job.image), job.output): job for job in reversed(jobs)}.values())[::-1]  # named twice
    refuse_meetings(jobs, compare)
    return jobs, strangers


def expanded(images: Sequence[Path]) -> List[Path]:
    found: List[Path] = []
    for image in images:
        if not os.path.lexists(image) and glob.has_magic(str(image)):
            matches = sorted(glob.glob(str(image), recursive=True))
            if not matches:
                raise InputError(f'{image} matches no file: check the pattern')
            files = [Path(match) for match in matches if not os.path.basename(match).startswith('.')]
            found += [file for file in files if not file.is_dir() and not is_mask(file)]
        else:
            found.append(image)
    return list(dict.fromkeys(found))


def check_exists(image: Path) -> None:
    if image != STANDARD and not os.path.lexists(image):
        raise InputError(f'{image} does not exist: check the path')


def written_name(name: Path, kept: Sequence[str]) -> Path:
    """What is read but not to be written becomes PNG."""
    return name if name.suffix.lower() in kept else name.with_suffix('.png')


def below(folder: Path, others: Sequence[Optional[Path]]) -> Tuple[List[Path], List[Path]]:
    images, strangers = image_files.find(folder)
    resolved = [real(path) for path in others if path]
    inside = [path for path in resolved if real(folder) in path.parents]
    names = [
        path.relative_to(folder)
        for path in images
        if not is_mask(path) and not any(other in (real(path), *real(path).parents) for other in inside)
    ]
    return names, strangers


def is_mask(path: Path) -> bool:
    """Whether it is called as the mask of an image beside it."""
    match = MASK_NAME.fullmatch(path.stem)
    return match is not None and any(path.with_name(match[1] + suffix).exists() for suffix in image_files.READABLE)


def refuse_meetings(jobs: Sequence[Job], compare: bool) -> None:
    outputs = refuse_one_for_two([(job.image, job.output) for job in jobs])
    for job in jobs:
        if compare and os.path.normcase(job.comparison) in outputs:
            raise InputError(
                f'{job.comparison} would be the comparison of {job.image} and the output of another: rename one'
            )


def refuse_one_for_two(pairs: Sequence[Tuple[Path, Path]]) -> Dict[str, Path]:
    """The images by what is written for them.

    Raises:
        InputError: if one file would be written for two images.
    """
    images: Dict[str, Path] = {}
    for image, output in pairs:
        other = images.setdefault(os.path.normcase(output), image)
        if other is not image:
            raise InputError(f'{other} and {image} would both become {output}: rename one')
    return images


def companion(place: Path, name: Path, what: str, image: Optional[Path] = None) -> Path:
    """``place`` itself, or the file in that folder that goes with ``name``, of any format.

    Args:
        place: File or folder.
        name: Path below the folder.
        what: It is, for messages.
        image: It is the mask of that image, which it cannot be itself; and NAME_mask.png will do: before all others in
            the image's own folder, where what is called NAME is probably another image.

    Raises:
        InputError: if there is none, or several.
    """
    if not place.is_dir():
        if not os.path.lexists(place):
            raise InputError(f'{place} does not exist: check the path')
        if image is not None and same_place(place, image):
            raise InputError(f'{place} is the image itself: name a mask of it')
        return place
    folder = (place / name).parent
    exact = folder / name.name
    alike = [exact] if exact.exists() else []
    found = without(image, alike) or without(image, named_alike(folder, name.stem))
    added = name.with_suffix('.png')
    if image is not None:
        beside = masks_beside(folder / name)
        if same_place(folder, image.parent):
            found, added = beside or found, name.with_name(f'{name.stem}_mask.png')
        found = found or beside
    if not found:
        raise InputError(f'{place} has no {what} for {name}: add {added}')
    if len(found) > 1:
        raise InputError(f'{place} has several files for {name}, such as {found[0].name} and {found[1].name}: keep one')
    return found[0]


def without(image: Optional[Path], files: Sequence[Path]) -> List[Path]:
    """All of the files but the image."""
    return [file for file in files if image is None or not same_place(file, image)]


def named_alike(folder: Path, stem: str) -> List[Path]:
    return [
        path
        for path in sorted(folder.glob('*'))
        if path.stem == stem and path.suffix.lower() in image_files.READABLE and not path.name.startswith('.')
    ]


def real(path: Path) -> Path:
    """Without links, where ``Path.resolve`` fails by links that go round."""
    return Path(os.path.realpath(path))


def same_place(one: Path, other: Path) -> bool:
    return real(one) == real(other)


def masks_beside(image: Path) -> List[Path]:
    """NAME_mask.png, NAME_mask001.png and the like."""
    if not image.parent.is_dir():
        return []
    return [
        path
        for path in sorted(image.parent.iterdir())
        if path.suffix.lower() in image_files.READABLE
        and (match := MASK_NAME.fullmatch(path.stem))
        and match[1] == image.stem
    ]


def refuse_overwriting(output: Path, overwrite: bool, *inputs: Optional[Path]) -> None:
    if output == STANDARD:
        return
    for path in inputs:
        if path is not None and path != STANDARD and same_place(output, path):
            raise InputError(f'{output} is an input too: name another output')
    if output.is_dir():
        raise InputError(f'{output} is a folder: name a file in it')
    refuse_devices(output)
    if os.path.lexists(output) and not overwrite:
        raise InputError(f'{output} exists: name another output, or say --overwrite')
    if output.is_symlink() and not output.exists():
        raise InputError(f'{output} is a link to nothing: remove it, or name another output')


def refuse_devices(output: Path) -> None:
    """Outputs appear by renaming, which would put a file in place of /dev/null."""
    if output.exists() and not output.is_dir() and not output.is_file():
        raise InputError(f'{output} is no file but a pipe or a device: write to -, the standard output, or to a file')
