"""What comes with a PNG beside its pixels, chunk by chunk."""

import io
import shutil
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, Dict, Iterator, List, Optional, Tuple, Union

from PIL.PngImagePlugin import putchunk

from ..atomic_files import whole
from . import exif
from .image_info import ImageInfo

TEXTS = (b'tEXt', b'zTXt', b'iTXt')
COLOURS = (b'gAMA', b'cHRM', b'cICP', b'mDCV', b'cLLI')
OF_SAMPLES = (b'sBIT', b'bKGD')
OTHERS = (b'sRGB', b'tIME', b'sPLT', b'oFFs', b'pCAL', b'sCAL', b'sTER')
# How pixels are stored, of which we make our own; what is read by itself; and Apple's hint for decoders.
SILENT = (b'IHDR', b'PLTE', b'tRNS', b'IDAT', b'IEND', b'fcTL', b'fdAT', b'iDOT')
SRGB_GAMMA, SRGB_PRIMARIES = (45455,), (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
XMP = b'XML:com.adobe.xmp'
LARGEST = 2**26  # bytes


def read_chunks(source: Union[Path, bytes]) -> Tuple[dict, List[str], int]:
    """Fields of :class:`ImageInfo`; what is left out; and the number of images."""
    found: dict = {}
    notes: List[str] = []
    chunks: Dict[bytes, bytes] = {}
    kept: List[Tuple[bytes, bytes]] = []
    left: List[bytes] = []
    with io.BytesIO(source) if isinstance(source, bytes) else open(source, 'rb') as file:
        for name, content in all_chunks(file):
            if content is None:
                left.append(name)
            elif name == b'iTXt' and content.startswith(XMP + b'\0'):
                found['xmp'] = text_of(content)
            elif name in (b'IHDR', b'tRNS', b'iCCP', b'pHYs', b'eXIf', b'acTL'):
                chunks[name] = content
            elif name in (*TEXTS, *COLOURS, *OTHERS, *OF_SAMPLES) or name not in SILENT and name[3:].islower():
                kept.append((name, content))  # a small last letter: safe to copy, whoever knows it
            elif name not in SILENT:
                left.append(name)
    depth, kind = chunks.get(b'IHDR', b'').ljust(13, b'\0')[8:10]
    if kind == 3 or depth < 8 or b'tRNS' in chunks:  # pixels become others, of which these do not speak
        left += [name for name, _ in kept if name in OF_SAMPLES]
        kept = [chunk for chunk in kept if chunk[0] not in OF_SAMPLES]
    found['chunks'] = tuple(kept)
    found['exif'], preview = exif.checked(chunks.get(b'eXIf'))
    found['profile'] = inflated(chunks[b'iCCP'].partition(b'\0')[2][1:]) if b'iCCP' in chunks else None
    if len(chunks.get(b'pHYs', b'')) == 9:
        across, down, metres = struct.unpack('>IIB', chunks[b'pHYs'])
        if metres:
            found['resolution'] = (across / 1000, down / 1000) if across and down else None
        elif across and down and across != down:
            found['scale'] = float(across), float(down)
    if preview:
        notes.append('its preview is left out')
    if left:
        notes.append(f'its PNG chunks {named(left)} are left out')
    return found, notes, int.from_bytes(chunks.get(b'acTL', b'')[:4], 'big') or 1


def all_chunks(file: BinaryIO) -> Iterator[Tuple[bytes, Optional[bytes]]]:
    """Names and contents; pixels' are empty; those of damaged or huge ones None."""
    file.seek(8)
    while len(head := file.read(8)) == 8:
        size, name = struct.unpack('>I4s', head)
        if name in (b'IDAT', b'fdAT') or size > LARGEST:
            file.seek(size + 4, 1)
            yield name, None if size > LARGEST and name not in SILENT else b''
            continue
        content, check = file.read(size), file.read(4)
        if check != zlib.crc32(name + content).to_bytes(4, 'big'):
            if name.isalpha() and name not in SILENT:
                yield name, None
            continue
        yield name, content


def text_of(content: bytes) -> Optional[bytes]:
    """Of an iTXt chunk."""
    compressed, rest = content.partition(b'\0')[2][:1], content.partition(b'\0')[2][2:]
    text = rest.split(b'\0', 2)[-1]
    return inflated(text) if compressed == b'\1' else text


def inflated(content: bytes) -> Optional[bytes]:
    try:
        return zlib.decompressobj().decompress(content, LARGEST)
    except zlib.error:
        return None


def named(names: List[bytes]) -> str:
    return ', '.join(name.decode('ascii', 'backslashreplace') for name in dict.fromkeys(names))


def lost_elsewhere(info: ImageInfo) -> List[str]:
    """What of the chunks means something, and is in no other format."""
    chunks = dict(info.chunks)
    lost = []
    if any(name in TEXTS for name in chunks):
        lost.append('the comments')
    gamma = numbers(chunks.get(b'gAMA'))
    other_colours = (gamma or SRGB_GAMMA) != SRGB_GAMMA or (numbers(chunks.get(b'cHRM')) or SRGB_PRIMARIES) != (
        SRGB_PRIMARIES
    )
    silent = [*TEXTS, b'sRGB']
    if info.profile or not other_colours:  # a profile says more
        silent += [b'gAMA', b'cHRM']
    rest = [name for name in chunks if name not in silent]
    if b'gAMA' in rest and gamma:
        lost.append(f'the gamma of {gamma[0] / 100000:g}')
        rest.remove(b'gAMA')
    if rest:
        lost.append(f'the PNG chunks {named(rest)}')
    return lost


def numbers(content: Optional[bytes]) -> Tuple[int, ...]:
    return struct.unpack(f'>{len(content) // 4}I', content) if content and len(content) % 4 == 0 else ()


def whole_scale(info: ImageInfo) -> bool:
    return info.scale is not None and all(side == int(side) and side < 2**31 for side in info.scale)


def add_chunks(path: Path, info: ImageInfo) -> None:
    """Puts them behind a PNG's header, in place of those that the encoder has written."""
    with whole(path) as copy, open(path, 'rb') as source, open(copy, 'wb') as target:
        target.write(source.read(8 + 25))
        if info.profile:
            putchunk(target, b'iCCP', b'ICC profile\0\0' + zlib.compress(info.profile))
        if info.resolution:
            putchunk(target, b'pHYs', struct.pack('>IIB', *(min(round(1000 * x), 2**31) for x in info.resolution), 1))
        elif info.scale and whole_scale(info):
            putchunk(target, b'pHYs', struct.pack('>IIB', *(int(side) for side in info.scale), 0))
        if info.exif:
            putchunk(target, b'eXIf', info.exif.removeprefix(exif.BEGIN))
        if info.xmp:
            putchunk(target, b'iTXt', XMP + bytes(5) + info.xmp)
        for name, content in info.chunks:
            putchunk(target, name, content)
        while (head := source.read(8))[4:] not in (b'IDAT', b''):
            source.seek(int.from_bytes(head[:4], 'big') + 4, 1)
        target.write(head)
        shutil.copyfileobj(source, target, 2**20)
