"""Puts the paper's three data sets where the configs look for them: see :func:`prepare`."""

import json
import os
import re
import shutil
import tarfile
import zipfile
import zlib
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError
from tqdm import tqdm

from .atomic_files import whole, write_whole
from .errors import InputError

Splits = Dict[str, List[str]]
CALTECH_SPLIT_SEED = 0
VALIDATION_STEP = 20
METADATA = 'dataset.json'  # written last: a folder without it is not finished


class PaperDataset(NamedTuple):
    """One row of the paper's Table I."""

    title: str
    folder: str  # below the root, as torchvision names it
    images: str  # below the folder
    extras: Tuple[str, ...]  # the files that define the splits
    train: int
    test: int
    read_splits: Callable[[Path, Path], Splits]  # (image folder, source folder) -> image names, sorted
    download: Callable[[Path], object]
    split: str = 'official'


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
    except InputError:
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
    write_whole(begun, marks)


def with_validation(listed: Splits) -> Splits:
    """Adds 'val', every 20th training photograph unless the data set has its own, and 'train_without_val'.

    The paper chooses by no validation images; what we choose, we choose by these.
    """
    drawn = set(sorted({photograph(name) for name in listed['train']})[::VALIDATION_STEP])
    val = listed.get('val', [name for name in listed['train'] if photograph(name) in drawn])
    kept = set(val)
    return dict(listed, val=val, train_without_val=[name for name in listed['train'] if name not in kept])


# ---- from archives to one source folder

SOURCES = '.sources'


def gather(dataset: PaperDataset, root: Path, archives: List[Path]) -> Path:
    """Brings all that was given, or is downloaded, into one folder, and returns it."""
    if len(archives) == 1 and archives[0].is_dir():
        return archives[0]
    source = root / SOURCES / dataset.folder
    if not archives:
        source.mkdir(parents=True, exist_ok=True)
        dataset.download(source)
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
                unpack(archive, unfinished, dataset)
    return source


def unpack(archive: Path, target: Path, dataset: PaperDataset) -> None:
    """Unpacks the images and split files of a tar or zip archive, and of tars inside it; no links, nothing outside."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as zipped:
                for member in tqdm(zipped.infolist(), archive.name, unit=' files'):
                    with zipped.open(member) as content:
                        keep(member.filename, content, target, dataset)
        else:
            with (
                open(archive, 'rb') as file,
                tqdm.wrapattr(file, 'read', total=archive.stat().st_size, desc=archive.name) as content,
            ):
                unpack_tar(content, target, dataset)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise InputError(f'archive {archive} is damaged or no archive ({error}): get it again') from error


class StrictTarInfo(tarfile.TarInfo):
    """Where the standard library takes a damaged header, or a missing end, for the archive's end."""

    @classmethod
    def fromtarfile(cls, tar):
        try:
            return super().fromtarfile(tar)
        except tarfile.EOFHeaderError:
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f'{error} at byte {tar.offset}') from error


def unpack_tar(content, target: Path, dataset: PaperDataset) -> None:
    with tarfile.open(fileobj=content, mode='r|*', tarinfo=StrictTarInfo) as tar:
        for member in tar:
            if member.isfile():
                keep(member.name, tar.extractfile(member), target, dataset)


def keep(name: str, content, target: Path, dataset: PaperDataset) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or '..' in path.parts:
        raise tarfile.TarError(f'{name} would land outside')
    if path.name.startswith('._'):  # macOS leaves these beside the images
        return
    if path.name.endswith(('.tar.gz', '.tgz', '.tar')):
        unpack_tar(content, target, dataset)
    elif path.suffix.lower() == '.jpg' or path.name in dataset.extras:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        with open(target / path, 'wb') as file:
            shutil.copyfileobj(content, file)


def find(source: Path, name: str) -> Path:
    """The file or folder of that name, however deep."""
    if source.name == name:
        return source
    found = next((path / name for path, *_ in walk(source) if (path / name).exists()), None)
    if found is None:
        raise InputError(f'{source} holds no {name}: give every archive of the data set')
    return found


def walk(source: Path) -> Iterator[Tuple[Path, List[str], List[str]]]:
    for path, folders, files in os.walk(source, followlinks=True):
        folders.sort()
        yield Path(path), folders, files


# ---- the splits


def flower_splits(images: Path, source: Path) -> Splits:
    from scipy.io import loadmat

    numbers = loadmat(find(source, 'setid.mat'))
    return {
        split: [f'image_{number:05}.jpg' for number in sorted(numbers[key].ravel())]
        for split, key in (('train', 'trnid'), ('val', 'valid'), ('test', 'tstid'))
    }


def pet_splits(images: Path, source: Path) -> Splits:
    return {
        split: sorted(f'{line.split()[0]}.jpg' for line in find(source, file).read_text().splitlines() if line.strip())
        for split, file in (('train', 'trainval.txt'), ('test', 'test.txt'))
    }


def caltech_splits(images: Path, source: Path) -> Splits:
    names = sorted(
        str(PurePosixPath((path / file).relative_to(images)))
        for path, _, files in walk(images)
        for file in files
        if file.lower().endswith('.jpg') and not file.startswith('._')
    )

    def draw(name):
        """A random number that depends on the seed and the name alone, on every machine and Python."""
        return sha256(f'{CALTECH_SPLIT_SEED}:{name}'.encode()).digest()

    together = {}
    for name in names:
        together.setdefault(photograph(name), []).append(name)
    train, room = set(), len(names) * 4 // 5
    for first in sorted(together, key=draw):
        if len(train) + len(together[first]) <= room:
            train.update(together[first])
    return dict(train=[name for name in names if name in train], test=[name for name in names if name not in train])


def photograph(name: str) -> str:
    """What those of Caltech101's images have in common that are one photograph. Of any other image, its name.

    Faces_easy holds the photographs of Faces, numbered alike, cropped; Leopards holds its first hundred once more,
    mirrored.
    """
    path = PurePosixPath(name)
    number = re.fullmatch(r'image_(\d{4})', path.stem)
    if path.parent.name == 'Faces_easy':
        path = path.parent.with_name('Faces') / path.name
    elif path.parent.name == 'Leopards' and number and int(number[1]) > 100:
        path = path.with_name(f'image_{int(number[1]) - 100:04}{path.suffix}')
    return str(path)


# ---- the images


def store_images(title: str, images: Path, target: Path, splits: Splits, size: Optional[int]) -> Splits:
    """Checks every image and stores it; returns the splits by the names under which they are stored."""
    names = [name for split in splits.values() for name in split]
    with ProcessPoolExecutor() as pool:
        results = pool.map(partial(store_image, images, target, size), names, chunksize=16)
        stored, broken = {}, []
        progress = tqdm(results, f'{title}: images', total=len(names), unit=' images')
        for (path, error), name in zip(progress, names):
            stored[name] = path
            if error:
                broken.append(f'{images / name} ({error})')
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


# ---- torchvision's downloads


def download_flower(source: Path) -> None:
    from torchvision.datasets import Flowers102

    Flowers102(source, download=True)


def download_pet(source: Path) -> None:
    from torchvision.datasets import OxfordIIITPet

    OxfordIIITPet(source, download=True)


def download_caltech(source: Path) -> None:
    from torchvision.datasets import Caltech101

    Caltech101(source, download=True)


DATASETS = {
    'flower': PaperDataset(
        'Flower102', 'flowers-102', 'jpg', ('setid.mat', 'imagelabels.mat'), 1020, 6149, flower_splits, download_flower
    ),
    'pet': PaperDataset(
        'Oxford-IIIT Pet',
        'oxford-iiit-pet',
        'images',
        ('trainval.txt', 'test.txt'),
        3680,
        3669,
        pet_splits,
        download_pet,
    ),
    'caltech': PaperDataset(
        'Caltech101',
        'caltech101',
        '101_ObjectCategories',
        (),
        7315,
        1829,
        caltech_splits,
        download_caltech,
        split=f'80/20 of photographs, seed {CALTECH_SPLIT_SEED}',
    ),
}
