"""Image files in and out, in their own type, with orientation and colour profile."""
import io
import struct
import warnings
import zlib
from pathlib import Path
from typing import Iterator, NamedTuple, Optional

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from .errors import InputError
from .whole_files import whole

SUFFIXES = ('.png', '.jpg', '.jpeg', '.tif', '.tiff', '.bmp', '.webp')


class ImageFile(NamedTuple):
    """Pixels as stored, (H, W), (H, W, 3) or (H, W, 4) in RGB(A) order, not yet turned as EXIF may ask."""
    pixels: np.ndarray
    exif: Optional[bytes]
    profile: Optional[bytes]


def read(path: Path) -> ImageFile:
    """Reads an image file.

    Raises:
        InputError: naming the file that is missing, damaged or no image.
    """
    try:
        content = np.fromfile(path, np.uint8)
    except OSError as error:
        raise InputError(f'{path}: {error.strerror}: check the path') from error
    exif = profile = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # large images are meant
            image = Image.open(io.BytesIO(content))
        with image:
            exif = image.info.get('exif')
            profile = None if image.mode == 'CMYK' else image.info.get('icc_profile')  # the pixels will be RGB
            if image.mode in ('1', 'L', 'LA', 'P', 'PA', 'RGB', 'RGBA', 'CMYK', 'YCbCr') and not deep(content):
                target = {'1': 'L', 'L': 'L', 'RGB': 'RGB', 'CMYK': 'RGB', 'YCbCr': 'RGB'}.get(image.mode, 'RGBA')
                if image.mode == 'P' and 'transparency' not in image.info:
                    target = 'RGB'
                return ImageFile(np.array(image.convert(target)), exif, profile)
    except (UnidentifiedImageError, Image.DecompressionBombError):
        pass  # OpenCV may know it, or take it
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise InputError(f'{path} is damaged: {str(error).splitlines()[0]}: get it again') from error
    try:
        pixels = cv2.imdecode(content, cv2.IMREAD_UNCHANGED) if content.size else None
    except cv2.error:
        pixels = None
    if pixels is None:
        raise InputError(f'{path} is no image, or is damaged: check it, or leave it out')
    if pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB if pixels.shape[2] == 3 else cv2.COLOR_BGRA2RGBA)
    return ImageFile(pixels, exif, profile)


def deep(content: np.ndarray) -> bool:
    """Whether the file has more than 8 bits a channel, which Pillow would cut off."""
    header = content[:26].tobytes()
    if header.startswith(b'\x89PNG'):
        return header[24] == 16
    if header[:4] in (b'II*\0', b'MM\0*'):
        pixels = cv2.imdecode(content, cv2.IMREAD_UNCHANGED)
        return pixels is not None and pixels.dtype != np.uint8
    return False


def check_format(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f'{path}: unknown format {suffix!r}: choose one of {", ".join(SUFFIXES)}')
    return suffix


def write(path: Path, image: ImageFile) -> None:
    """Writes an image file, whole or not at all; the suffix names the format.

    Raises:
        InputError: if the format cannot hold the image.
    """
    pixels = image.pixels
    suffix = check_format(path)
    if suffix in ('.jpg', '.jpeg', '.bmp') and pixels.ndim == 3 and pixels.shape[2] == 4:
        raise InputError(f'{path}: {suffix} has no transparency: write .png')
    if pixels.dtype != np.uint8 and suffix not in ('.png', '.tif', '.tiff'):
        raise InputError(f'{path}: {suffix} holds 8 bits a channel, the image {pixels.dtype}: write .png or .tif')
    if pixels.dtype not in (np.uint8, np.uint16) and suffix == '.png':
        raise InputError(f'{path}: .png holds no {pixels.dtype}: write .tif')
    with whole(path) as unfinished:
        if pixels.dtype == np.uint8:
            form = Image.registered_extensions()[suffix]
            extras = dict(exif=image.exif, icc_profile=image.profile)
            quality = dict(quality=95) if form == 'JPEG' else dict(lossless=True) if form == 'WEBP' else {}
            try:
                Image.fromarray(pixels).save(unfinished, form, **quality,
                                             **{key: value for key, value in extras.items() if value})  # yapf: disable
            except ValueError as error:
                raise InputError(f'{path}: {suffix} cannot hold this image ({error}): write .png') from error
        else:
            if pixels.ndim == 3:
                pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR if pixels.shape[2] == 3 else cv2.COLOR_RGBA2BGRA)
            # By default OpenCV writes coloured float TIFFs with a lossy compression.
            encoded = cv2.imencode(suffix, pixels, [cv2.IMWRITE_TIFF_COMPRESSION, 8])[1].tobytes()
            unfinished.write_bytes(with_metadata(encoded, image) if suffix == '.png' else encoded)


def with_metadata(png: bytes, image: ImageFile) -> bytes:
    """Adds profile and EXIF to a 16-bit PNG, which OpenCV writes without, and Pillow not at all."""
    chunks = b''
    if image.profile:
        chunks += chunk(b'iCCP', b'ICC Profile\0\0' + zlib.compress(image.profile))
    if image.exif:
        chunks += chunk(b'eXIf', image.exif.removeprefix(b'Exif\0\0'))
    header = 8 + 25  # signature and IHDR; both chunks belong before the pixels
    return png[:header] + chunks + png[header:]


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack('>I', len(content)) + kind + content + struct.pack('>I', zlib.crc32(kind + content))


def find(folder: Path) -> Iterator[Path]:
    """All image files below a folder, sorted."""
    yield from sorted(path for path in folder.rglob('*') if path.suffix.lower() in SUFFIXES and path.is_file())
