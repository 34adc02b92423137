"""Writing image files in strips, whole or not at all."""

import io
import tempfile
from pathlib import Path
from typing import Iterable, Iterator, List, Optional

import numpy as np
import pyvips
from PIL import Image

from ..atomic_files import whole
from ..errors import InputError
from . import exif, jpeg_segments, photoshop, png_chunks, tiff_tags, tiff_writing
from .image_info import ImageInfo, upright

SUFFIXES = ('.png', '.jpg', '.jpeg', '.tif', '.tiff', '.webp', '.bmp')
JPEG = ('.jpg', '.jpeg')
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
    if kind == 'cmyk' and suffix not in JPEG:
        raise InputError(f'{path}: {suffix} has no CMYK: write .tif')
    if alpha and suffix in (*JPEG, '.bmp'):
        raise InputError(f'{path}: {suffix} has no transparency: write .png')


def left_behind(path: Path, info: ImageInfo) -> List[str]:
    """What comes with an image, and the format cannot hold."""
    suffix = path.suffix.lower()
    lost = [] if suffix == '.png' else png_chunks.lost_elsewhere(info)
    if suffix in ('.tif', '.tiff'):
        return lost + tiff_writing.with_exif(info)[2]
    carried = {tiff_tags.SOFTWARE} if suffix == '.bmp' else {*tiff_tags.TEXTS}  # what wrote the file is no loss
    if suffix in JPEG:
        carried.add(photoshop.TAG)
    others = [tag[0] for tag in info.tags if tag[0] not in carried]
    if others:
        lost.append(f'the {tiff_tags.named(others)}')
    if info.scale and not (suffix in ('.png', *JPEG) and png_chunks.whole_scale(info)):
        lost.append('the resolution, in a unit that the file does not name')
    if info.premultiplied:
        lost.append('that colours are multiplied by their transparency')
    if suffix == '.webp' and info.resolution and not exif.resolution(info.exif):
        lost.append('the resolution')
    if suffix in JPEG:
        return lost + [f'the {name}' for name in jpeg_segments.too_long(info)]
    beside = dict(EXIF=info.exif, XMP=info.xmp, IPTC=info.iptc, profile=info.profile)
    return lost + [f'the {name}' for name, value in beside.items() if value and (suffix == '.bmp' or name == 'IPTC')]


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
            dots = tuple(25.4 * side for side in info.resolution or (0, 0))
            content = io.BytesIO()  # Pillow itself does not notice that a disk is full
            Image.fromarray(pixels.squeeze(-1) if shape[2] == 1 else pixels).save(content, 'BMP', dpi=dots)
            unfinished.write_bytes(content.getbuffer())
        elif suffix == '.webp':
            unfinished.write_bytes(webp(np.concatenate(list(strips)), path, info))
        else:
            try:
                write_by_vips(unfinished, suffix, iter(strips), shape, dtype, info)
            except pyvips.Error as error:
                raise not_written(path, error) from error
            if suffix == '.png':
                png_chunks.add_chunks(unfinished, info)
            else:
                jpeg_segments.add_segments(unfinished, info, info.kind(shape[2]) == 'cmyk')


def webp(pixels: np.ndarray, path: Path, info: ImageInfo) -> memoryview:
    """By Pillow, which leaves EXIF as it is."""
    content = io.BytesIO()
    beside = dict(icc_profile=info.profile, exif=info.exif, xmp=info.xmp)
    try:
        Image.fromarray(pixels.squeeze(-1) if pixels.shape[2] == 1 else pixels).save(
            content, 'WEBP', lossless=True, exact=True, **{name: value for name, value in beside.items() if value}
        )
    except ValueError as error:
        raise InputError(f'{path}: .webp cannot hold this image ({error}): write .png') from error
    return content.getbuffer()


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
        image = image.copy(interpretation=meaning[info.kind(bands)])
        target = pyvips.Target.new_to_descriptor(file.fileno())
        if suffix == '.png':
            image.pngsave_target(target, keep='none', filter='all' if dtype == np.uint8 and bands > 1 else 'up')
        else:
            image.jpegsave_target(target, keep='none', Q=95)


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
