"""The paper's three data sets: where they come from, what they hold, how they are split."""

import os
import re
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Callable, Dict, Iterator, List, NamedTuple, Tuple

from ..errors import InputError

Splits = Dict[str, List[str]]
CALTECH_SPLIT_SEED = 0
VALIDATION_STEP = 20


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
    source: str  # what to get where, for people
    split: str = 'official'


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


def with_validation(listed: Splits) -> Splits:
    """Adds 'val', every 20th training photograph unless the data set has its own, and 'train_without_val'.

    The paper chooses by no validation images; what we choose, we choose by these.
    """
    drawn = set(sorted({photograph(name) for name in listed['train']})[::VALIDATION_STEP])
    val = listed.get('val', [name for name in listed['train'] if photograph(name) in drawn])
    kept = set(val)
    return dict(listed, val=val, train_without_val=[name for name in listed['train'] if name not in kept])


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
        'Flower102',
        'flowers-102',
        'jpg',
        ('setid.mat', 'imagelabels.mat'),
        1020,
        6149,
        flower_splits,
        download_flower,
        'https://www.robots.ox.ac.uk/~vgg/data/flowers/102/ (102flowers.tgz, setid.mat)',
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
        'https://www.robots.ox.ac.uk/~vgg/data/pets/ (images.tar.gz, annotations.tar.gz)',
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
        'https://data.caltech.edu/records/mzrjq-6wc02 (caltech-101.zip)',
        split=f'80/20 of photographs, seed {CALTECH_SPLIT_SEED}',
    ),
}
