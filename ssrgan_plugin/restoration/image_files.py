"""Image files in and out, in their own type, with orientation and colour profile."""

import io
import struct
import zlib
from pathlib import Path
from typing import Iterator, NamedTuple, Optional

import cv2
import numpy as np
from PIL import ExifTags, Image, TiffImagePlugin, UnidentifiedImageError

from ..atomic_files import whole
from ..errors import InputError

SUFFIXES = ('.png', '.jpg', '.jpeg', '.tif', '.tiff', '.bmp', '.webp')


# Pillow's modes of 8 bits and less, and what they are read as.
MODES = {
    '1': 'L',
    'L': 'L',
    'LA': 'LA',
    'P': 'RGB',
    'PA': 'RGBA',
    'RGB': 'RGB',
    'RGBA': 'RGBA',
    'CMYK': 'RGB',
    'YCbCr': 'RGB',
}

# What turns stored pixels upright, by EXIF orientation.
TURNS = {
    2: np.fliplr,
    3: lambda pixels: pixels[::-1, ::-1],
    4: np.flipud,
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: np.rot90,
}


class ImageFile(NamedTuple):
    """Pixels as stored, not yet turned as EXIF may ask: (H, W), or (H, W, C), C 2 (grey, alpha), 3 (RGB), 4 (RGBA).

    ``lossy``: read from a file whose compression smears pixels over their neighbours.
    """

    pixels: np.ndarray
    exif: Optional[bytes] = None
    profile: Optional[bytes] = None
    lossy: bool = False

    @property
    def orientation(self) -> int:
        exif = Image.Exif()
        try:
            exif.load(self.exif)
            return exif.get(ExifTags.Base.Orientation, 1)
        except (SyntaxError, ValueError, struct.error):  # malformed: viewers show the pixels as they are
            return 1

    def upright(self) -> np.ndarray:
        """The pixels as viewers show them."""
        return TURNS.get(self.orientation, np.asarray)(self.pixels)

    def stored_as(self, other: 'ImageFile') -> np.ndarray:
        """The pixels as they would be stored with another's orientation."""
        back = {6: 8, 8: 6}.get(other.orientation, other.orientation)
        return np.ascontiguousarray(TURNS.get(back, np.asarray)(self.upright()))


def read(path: Path) -> ImageFile:
    """Reads an image file.

    Raises:
        InputError: naming the file that is missing, damaged, no image or several.
    """
    try:
        content = np.fromfile(path, np.uint8)
    except OSError as error:
        raise InputError(f'{path}: {error.strerror}: check the path') from error
    exif = profile = None
    try:
        with Image.open(io.BytesIO(content)) as image:
            # Phones' JPEGs carry previews as further frames.
            if getattr(image, 'n_frames', 1) > 1 and image.format not in ('MPO', 'JPEG'):
                raise InputError(f'{path} holds {image.n_frames} images: save each as a file of its own')
            if image.format == 'PNG':
                image.load()  # EXIF may stand behind the pixels
            exif = image.info.get('exif')
            profile = None if image.mode == 'CMYK' else image.info.get('icc_profile')  # the pixels will be RGB
            if image.mode in MODES and not deep(image, content):
                mode = 'RGBA' if 'transparency' in image.info else MODES[image.mode]
                return ImageFile(np.array(image.convert(mode)), exif, profile, is_lossy(image, content))
    except (UnidentifiedImageError, Image.DecompressionBombError):
        pass  # OpenCV may know it, and has bounds of its own
    except InputError:
        raise
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise InputError(f'{path} is damaged: {str(error).splitlines()[0]}: get it again') from error
    try:
        pixels = cv2.imdecode(content, cv2.IMREAD_UNCHANGED) if content.size else None
    except cv2.error:
        pixels = None
    if pixels is None:
        raise InputError(f'{path} is no image, or is damaged: check it, or leave it out')
    if pixels.ndim == 3:
        pixels = swap_red_and_blue(pixels)
    return ImageFile(pixels, exif, profile)


def deep(image: Image.Image, content: np.ndarray) -> bool:
    """Whether the file has more than 8 bits a channel, which Pillow would cut off."""
    if image.format == 'PNG':
        return content[24] == 16
    return image.format == 'TIFF' and max(image.tag_v2.get(TiffImagePlugin.BITSPERSAMPLE, (1,))) > 8


def is_lossy(image: Image.Image, content: np.ndarray) -> bool:
    if image.format == 'WEBP':
        return b'VP8 ' in chunk_names(content.tobytes())
    return image.format in ('JPEG', 'MPO')


def chunk_names(riff: bytes) -> Iterator[bytes]:
    place = 12
    while place + 8 <= len(riff):
        name, size = struct.unpack_from('<4sI', riff, place)
        yield name
        place += 8 + size + size % 2


def swap_red_and_blue(pixels: np.ndarray) -> np.ndarray:
    """OpenCV's order of channels to the usual one and back, for every type."""
    return np.ascontiguousarray(pixels[..., [2, 1, 0, 3][: pixels.shape[2]]])


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
    suffix = check_format(path)
    if suffix == '.bmp' or image.pixels.dtype != np.uint8 and suffix in ('.tif', '.tiff'):  # no place for EXIF
        image = ImageFile(np.ascontiguousarray(image.upright()))
    pixels = image.pixels
    if suffix in ('.jpg', '.jpeg', '.bmp') and pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        raise InputError(f'{path}: {suffix} has no transparency: write .png')
    if pixels.dtype != np.uint8 and suffix not in ('.png', '.tif', '.tiff'):
        raise InputError(f'{path}: {suffix} holds 8 bits a channel, the image {pixels.dtype}: write .png or .tif')
    if pixels.dtype not in (np.uint8, np.uint16) and suffix == '.png':
        raise InputError(f'{path}: .png holds no {pixels.dtype}: write .tif')
    with whole(path) as unfinished:
        if pixels.dtype == np.uint8:
            form = Image.registered_extensions()[suffix]
            extras = dict(exif=image.exif, icc_profile=image.profile)
            quality = dict(quality=95) if form == 'JPEG' else dict(lossless=True, exact=True) if form == 'WEBP' else {}
            try:
                Image.fromarray(pixels).save(
                    unfinished, form, **quality, **{key: value for key, value in extras.items() if value}
                )
            except ValueError as error:
                raise InputError(f'{path}: {suffix} cannot hold this image ({error}): write .png') from error
        else:
            if pixels.ndim == 3:
                pixels = swap_red_and_blue(pixels)
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
