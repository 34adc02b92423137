"""Puts the paper's three data sets where the configs look for them: see :func:`prepare`."""

import json
import shutil
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePosixPath
from typing import List, Optional, Sequence, Tuple

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError
from tqdm import tqdm

from ..atomic_files import remove_unfinished, whole, write_whole
from ..child_processes import process_pool
from ..errors import InputError
from .archives import unpack
from .paper_datasets import DATASETS, PaperDataset, Splits, find, with_validation

METADATA = 'dataset.json'  # written last: a folder without it is not finished
SOURCES = '.sources'  # where archives are unpacked, beside the data sets


def prepare(
    name: str, root: Path, archives: Sequence[Path] = (), size: Optional[int] = None, allow_subset: bool = False
) -> dict:
    """Prepares one data set: images, lists of them and ``dataset.json`` in ``root/<its folder>``.

    The paper's splits are ``train.txt`` and ``test.txt``; ``val.txt`` and ``train_without_val.txt`` serve choices that
    no test image may influence.

    Interrupted, it goes on where it was; finished, it does nothing.

    Args:
        name: A key of :data:`DATASETS`.
        root: Folder of all data sets.
        archives: Official archives, single files such as setid.mat, or folders, in the official layout. Default:
            download them, through torchvision's data set class.
        size: Store copies resized to size×size (as the configs do when they load) instead of the originals.
        allow_subset: Accept other numbers of images than the paper's.

    Returns:
        What ``dataset.json`` says: title, numbers of images, whether a subset, size, split.

    Raises:
        InputError: naming the archive or image that is damaged or missing, or the counts that differ.
    """
    dataset = DATASETS[name]
    folder = root / dataset.folder
    if (folder / METADATA).exists():
        metadata = read_metadata(folder)
        if metadata['size'] != size:
            raise InputError(
                f'{folder} is already prepared with size {metadata["size"]}: remove it first, or name another --root'
            )
        if metadata['split'] != dataset.split:
            raise InputError(
                f'{folder} is already prepared, with another split ("{metadata["split"]}", now '
                f'"{dataset.split}"): remove it and prepare it again, or name another --root'
            )
        if metadata['subset'] and not allow_subset:
            raise InputError(
                f'{folder} holds a subset, {metadata["train"]} training and {metadata["test"]} test '
                'images: say --allow-subset, or remove it and take the whole archive'
            )
        return metadata

    archives = [Path(archive) for archive in archives]
    begun = root / SOURCES / f'{dataset.folder}.begun.json'
    begin(begun, folder, root / SOURCES / dataset.folder, size, archives)
    sources = root / SOURCES / dataset.folder
    try:
        metadata = store(dataset, gather(dataset, root, archives), folder, size, allow_subset)
    except InputError:
        if archives:  # the user will bring better ones, perhaps of the same names
            shutil.rmtree(sources, ignore_errors=True)
        raise
    shutil.rmtree(sources, ignore_errors=True)
    begun.unlink()
    with suppress(OSError):  # another data set's sources may be there
        (root / SOURCES).rmdir()
    return metadata


def store(dataset: PaperDataset, source: Path, folder: Path, size: Optional[int], allow_subset: bool) -> dict:
    """From a source folder to the finished data set; the metadata come last."""
    images = find(source, dataset.images)
    try:
        splits = dataset.read_splits(images, source)
    except (InputError, ImportError):
        raise
    except Exception as error:  # SciPy and the text files have their own, many
        raise InputError(
            f'the files that define the splits of {dataset.title} are damaged ({error}): get them again'
        ) from error
    if not all(splits.values()):
        raise InputError(f'a split of {dataset.title} lists no image: get its files again')
    counts = {split: len(splits[split]) for split in ('train', 'test')}
    subset = counts != dict(train=dataset.train, test=dataset.test)
    if subset and not allow_subset:
        raise InputError(
            f'{dataset.title} has {counts["train"]} training and {counts["test"]} test images here, '
            f'{dataset.train} and {dataset.test} in the paper: take the whole archive, or say '
            '--allow-subset'
        )
    listed = store_images(dataset.title, images, folder / dataset.images, splits, size)
    for split, names in with_validation(listed).items():
        write_whole(folder / f'{split}.txt', ''.join(f'{name}\n' for name in names))
    metadata = dict(title=dataset.title, **counts, subset=subset, size=size, split=dataset.split)
    write_whole(folder / METADATA, json.dumps(metadata, indent=2) + '\n')
    return metadata


def read_metadata(folder: Path) -> dict:
    try:
        return json.loads((folder / METADATA).read_text())
    except ValueError as error:
        raise InputError(f'{folder / METADATA} is damaged: remove {folder} and prepare it again') from error


def begin(begun: Path, folder: Path, source: Path, size: Optional[int], archives: List[Path]) -> None:
    """Lets an interrupted preparation go on only with what it was begun with; otherwise it starts afresh."""
    for archive in archives:
        if not archive.exists():
            raise InputError(f'archive {archive} does not exist: check the path')
    stats = [(archive.name, archive.stat().st_size, archive.stat().st_mtime_ns) for archive in archives]
    marks = json.dumps(dict(size=size, archives=stats))
    if begun.exists() and begun.read_text() != marks:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(source, ignore_errors=True)
    remove_unfinished(folder, deep=True)
    remove_unfinished(source, deep=True)
    write_whole(begun, marks)


def gather(dataset: PaperDataset, root: Path, archives: List[Path]) -> Path:
    """Brings all that was given, or is downloaded, into one folder, and returns it."""
    if len(archives) == 1 and archives[0].is_dir():
        return archives[0]
    source = root / SOURCES / dataset.folder
    if not archives:
        source.mkdir(parents=True, exist_ok=True)
        try:
            dataset.download(source)
        except RuntimeError as error:  # torchvision's, for a file that is not what it should be
            raise InputError(str(error)) from error
        except OSError as error:
            raise InputError(
                f'{dataset.title} cannot be downloaded ({getattr(error, "reason", error)}): get {dataset.source} by '
                'other means, and name the files after --archive'
            ) from error
        return source
    for archive in archives:
        target = source / archive.name
        if target.exists():
            continue
        with whole(target) as unfinished:
            if archive.is_dir():
                unfinished.symlink_to(archive.resolve())
            elif archive.name in dataset.extras:
                shutil.copy(archive, unfinished)
            else:
                unpack(archive, unfinished, dataset.extras)
    return source


def store_images(title: str, images: Path, target: Path, splits: Splits, size: Optional[int]) -> Splits:
    """Checks every image and stores it; returns the splits by the names under which they are stored."""
    names = [name for split in splits.values() for name in split]
    for name in names:
        if PurePosixPath(name).is_absolute() or '..' in PurePosixPath(name).parts:
            raise InputError(f'a split of {title} lists {name}, which lies outside its folder: get its files again')
    with process_pool() as pool:
        results = pool.map(partial(store_image, images, target, size), names, chunksize=16)
        stored, broken = {}, []
        progress = tqdm(results, f'{title}: images', total=len(names), unit=' images')
        try:
            for (path, error), name in zip(progress, names):
                stored[name] = path
                if error:
                    broken.append(f'{images / name} ({error})')
        except BrokenProcessPool as error:
            raise InputError(
                f'a process that was storing images of {title} was killed, perhaps for want of memory: the same '
                'command goes on from here'
            ) from error
    if broken:
        raise InputError(
            f'{len(broken)} of {len(names)} images of {title} cannot be read: {"; ".join(broken[:5])}'
            f'{" …" if len(broken) > 5 else ""}: get the archive again'
        )
    return {split: [stored[name] for name in names] for split, names in splits.items()}


def store_image(images: Path, target: Path, size: Optional[int], name: str) -> Tuple[str, Optional[str]]:
    """Stores one image; returns its new name, and what was wrong with it, if anything."""
    source = images / name
    try:
        with Image.open(source) as image:
            as_it_is = size is None or image.size == (size, size)
            new = name if as_it_is else str(PurePosixPath(name).with_suffix('.png'))
            if (target / new).exists():
                return new, None
            rgb = np.asarray(image.convert('RGB'))  # reads it to its end
        if not as_it_is:
            bgr = cv2.imread(str(source), cv2.IMREAD_COLOR)  # as the configs load it: turned as EXIF says, 8 bits
            bgr = rgb[..., ::-1] if bgr is None else bgr
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = 'no image' if isinstance(error, UnidentifiedImageError) else error
        return name, str(reason).split('\n')[0]
    with whole(target / new) as unfinished:
        if as_it_is:
            shutil.copy(source, unfinished)
        else:
            # The configs' own Resize, so that a stored copy and a resized original are the same picture.
            small = cv2.resize(bgr, (size, size), interpolation=cv2.INTER_AREA)
            Image.fromarray(small[..., ::-1]).save(unfinished, 'PNG')
    return new, None


def prepare_all(datasets: Sequence[str], root: Path, archive: Sequence[Path], size: Optional[int], allow_subset: bool):
    """Prepares several data sets and prints what they hold: see :func:`prepare`."""
    rows = [prepare(name, root, archive, size, allow_subset) for name in datasets]
    print(f'{"":16}{"training":>10}{"test":>8}{"paper":>14}  size')
    for name, row in zip(datasets, rows):
        paper = f'{DATASETS[name].train} / {DATASETS[name].test}'
        stored = f'{row["size"]}×{row["size"]}' if row['size'] else 'original'
        print(
            f'{row["title"]:16}{row["train"]:>10}{row["test"]:>8}{paper:>14}  {stored}'
            f'{", SUBSET" if row["subset"] else ""}'
        )
