"""Writing image files in strips, whole or not at all."""

import io
import shutil
import tempfile
from pathlib import Path
from typing import Iterable, Iterator, List, Mapping, Optional

import numpy as np
import pyvips
from PIL import Image
from PIL.PngImagePlugin import putchunk

from ..atomic_files import whole
from ..errors import InputError
from . import tiff_writing
from .image_info import ImageInfo, upright

SUFFIXES = ('.png', '.jpg', '.jpeg', '.tif', '.tiff', '.webp', '.bmp')
SOFTWARE = 305
IN_MEMORY = 2**27  # bytes; what is larger goes through a file beside the target


def check_format(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f'{path}: unknown format {suffix!r}: choose one of {", ".join(SUFFIXES)}')
    return suffix


def check_holds(path: Path, bands: int, dtype: np.dtype, info: ImageInfo) -> None:
    """Raises :class:`InputError` if the format cannot hold such an image."""
    suffix = check_format(path)
    dtype = np.dtype(dtype)
    alpha, kind = info.has_alpha(bands), info.kind(bands)
    if suffix in ('.tif', '.tiff'):
        return
    if dtype.name not in ('uint8', 'uint16') or dtype != np.uint8 and suffix != '.png':
        holds = '8 or 16 bits a channel' if suffix == '.png' else '8 bits a channel'
        raise InputError(
            f'{path}: {suffix} holds {holds}, the image is {dtype}: write '
            f'{".png or " if dtype == np.uint16 else ""}.tif'
        )
    if kind == 'bands' or bands - alpha != dict(grey=1, rgb=3, cmyk=4)[kind]:
        raise InputError(f'{path}: {suffix} cannot hold {bands} bands of this kind: write .tif')
    if kind == 'cmyk' and suffix not in ('.jpg', '.jpeg'):
        raise InputError(f'{path}: {suffix} has no CMYK: write .tif')
    if alpha and suffix in ('.jpg', '.jpeg', '.bmp'):
        raise InputError(f'{path}: {suffix} has no transparency: write .png')


def left_behind(path: Path, info: ImageInfo) -> List[str]:
    """What comes with an image, and the format cannot hold."""
    suffix = path.suffix.lower()
    if suffix in ('.tif', '.tiff'):
        return ['the comments'] if info.comments else []
    lost = []
    if any(tag[0] != SOFTWARE for tag in info.tags):  # what wrote the file is no loss
        geographic = any(33550 <= tag[0] <= 34737 and tag[0] != 33723 for tag in info.tags)
        lost.append('geographic and other TIFF tags' if geographic else 'TIFF tags')
    if info.scale:
        lost.append('the resolution, in a unit that the file does not name')
    if info.premultiplied:
        lost.append('that colours are multiplied by their transparency')
    if suffix == '.bmp':
        found = dict(
            EXIF=info.exif,
            XMP=info.xmp,
            IPTC=info.iptc,
            profile=info.profile,
            resolution=info.resolution,
            comments=info.comments,
        )
        lost += [f'the {name}' for name, value in found.items() if value]
    elif info.comments and suffix != '.png':
        lost.append('the comments')
    return lost


def write_strips(
    path: Path, strips: Iterable[np.ndarray], shape: tuple, dtype: np.dtype, info: ImageInfo, overwrite: bool = True
) -> None:
    """Writes an image of (H, W, bands) from strips of (rows, W, bands).

    Raises:
        InputError: if the format, which the suffix names, cannot hold the image, or the file is there and is not to
            be overwritten.
    """
    check_holds(path, shape[2], dtype, info)
    dtype = np.dtype(dtype).newbyteorder('=')
    suffix = path.suffix.lower()
    with whole(path, overwrite) as unfinished:
        if suffix in ('.tif', '.tiff'):
            tiff_writing.write(unfinished, strips, shape, dtype, info)
        elif suffix == '.bmp':  # has no place for the orientation
            pixels = upright(np.concatenate(list(strips)), info.orientation)
            content = io.BytesIO()  # Pillow itself does not notice that a disk is full
            Image.fromarray(pixels.squeeze(-1) if shape[2] == 1 else pixels).save(content, 'BMP')
            unfinished.write_bytes(content.getbuffer())
        else:
            try:
                write_by_vips(unfinished, suffix, iter(strips), shape, dtype, info)
            except pyvips.Error as error:
                raise not_written(path, error) from error
            if suffix == '.png' and not all(map(str.isascii, info.comments.values())):
                add_texts(unfinished, info.comments)


def write_by_vips(
    path: Path, suffix: str, strips: Iterator[np.ndarray], shape: tuple, dtype: np.dtype, info: ImageInfo
) -> None:
    height, width, bands = shape
    with tempfile.NamedTemporaryFile(dir=utf8_folder(path.parent)) as raw, open(path, 'wb') as file:
        if height * width * bands * dtype.itemsize <= IN_MEMORY:
            pixels = np.ascontiguousarray(np.concatenate(list(strips)), dtype)
            image = pyvips.Image.new_from_memory(
                pixels.data, width, height, bands, dict(uint8='uchar', uint16='ushort')[dtype.name]
            )
        else:
            for strip in strips:
                raw.write(np.ascontiguousarray(strip, dtype).data)
            raw.flush()
            image = pyvips.Image.rawload(
                raw.name,
                width,
                height,
                bands,
                access='sequential',
                format=dict(uint8='uchar', uint16='ushort')[dtype.name],
                revalidate=True,
            )
        deep = '16' if dtype == np.uint16 else ''
        meaning = dict(grey=f'grey{deep}' if deep else 'b-w', rgb=f'rgb{deep}' if deep else 'srgb', cmyk='cmyk')
        resolution = info.resolution or (1, 1)
        image = image.copy(interpretation=meaning[info.kind(bands)], xres=resolution[0], yres=resolution[1])
        for name, content in (
            ('exif-data', info.exif),
            ('icc-profile-data', info.profile),
            ('xmp-data', info.xmp),
            ('iptc-data', info.iptc),
        ):
            if content:
                image.set_type(pyvips.GValue.blob_type, name, content)
        for i, (key, text) in enumerate(info.comments.items()):
            if text.isascii():
                image.set_type(pyvips.GValue.gstr_type, f'png-comment-{i}-{key}', text)
        if info.orientation != 1:
            image.set_type(pyvips.GValue.gint_type, 'orientation', info.orientation)
        target = pyvips.Target.new_to_descriptor(file.fileno())
        if suffix == '.png':
            image.pngsave_target(target, filter='all' if dtype == np.uint8 and bands > 1 else 'up')
        elif suffix == '.webp':
            image.webpsave_target(target, lossless=True, exact=True)
        else:
            image.jpegsave_target(target, Q=95)


def add_texts(path: Path, comments: Mapping[str, str]) -> None:
    """Puts those that are not ASCII, which libvips stores as what they are not, behind a PNG's header."""
    with whole(path) as copy, open(path, 'rb') as source, open(copy, 'wb') as target:
        target.write(source.read(8 + 25))
        for key, text in comments.items():
            if not text.isascii():
                putchunk(target, b'iTXt', key.encode('latin-1', 'replace') + bytes(5) + text.encode())
        shutil.copyfileobj(source, target)


def not_written(path: Path, error: pyvips.Error) -> InputError:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    for line in lines:  # of several the first is the cause, such as a full disk
        if line.startswith('system error: '):
            return InputError(f'{path} cannot be written: {line.removeprefix("system error: ")}')
    cure = 'write .tif' if path.suffix.lower() == '.png' else 'write .png'
    return InputError(f'{path}: {path.suffix} cannot hold this image ({lines[-1]}): {cure}')


def utf8_folder(folder: Path) -> Optional[Path]:
    """The folder, if libvips can take its name; else none, the system's own for temporary files."""
    try:
        str(folder).encode()
        return folder
    except UnicodeEncodeError:
        return None
