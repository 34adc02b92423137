"""Tar and zip archives of images: only images and named files, no links, nothing outside."""

import shutil
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Container

from tqdm import tqdm

from ..errors import InputError


def unpack(archive: Path, target: Path, extras: Container[str]) -> None:
    """Unpacks the images and split files of a tar or zip archive, and of tars inside it; no links, nothing outside."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as zipped:
                for member in tqdm(zipped.infolist(), archive.name, unit=' files'):
                    with zipped.open(member) as content:
                        keep(member.filename, content, target, extras)
        else:
            with (
                open(archive, 'rb') as file,
                tqdm.wrapattr(file, 'read', total=archive.stat().st_size, desc=archive.name) as content,
            ):
                unpack_tar(content, target, extras)
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


def unpack_tar(content, target: Path, extras: Container[str]) -> None:
    with tarfile.open(fileobj=content, mode='r|*', tarinfo=StrictTarInfo) as tar:
        for member in tar:
            if member.isfile():
                keep(member.name, tar.extractfile(member), target, extras)


def keep(name: str, content, target: Path, extras: Container[str]) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or '..' in path.parts:
        raise tarfile.TarError(f'{name} would land outside')
    if path.name.startswith('._'):  # macOS leaves these beside the images
        return
    if path.name.endswith(('.tar.gz', '.tgz', '.tar')):
        unpack_tar(content, target, extras)
    elif path.suffix.lower() == '.jpg' or path.name in extras:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        with open(target / path, 'wb') as file:
            shutil.copyfileobj(content, file)
