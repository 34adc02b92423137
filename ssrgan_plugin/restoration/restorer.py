"""Restores one image of any size and type; needs no toolbox."""

import warnings
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, List, Optional, Union

import numpy as np
from PIL import Image

from ..errors import InputError
from .backend import Backend, Finder
from .backends import load, load_finder
from .image_arrays import check_image, check_mask
from .image_files import open_file, read
from .image_info import ImageInfo
from .lost_pixels import LostPixels
from .marked import SMEARED, Found, by_mask
from .mask_files import read_mask
from .mask_finding import find_lost
from .opened import OpenImage
from .plausibility import colour_bands
from .tiling import PictureInTiles
from .values import Fill, array_source, strange_cures

Picture = Union[np.ndarray, Image.Image, str, Path]
MAYBE_LOSSY = ('AVIF', 'JPEG2000', 'WEBP')  # Pillow does not say


class Restorer:
    """Restores images whose pixels were lost at random.

    Args:
        config: MMagic config of a trained SSRGAN, with ``checkpoint``; reading it needs MMEngine. Default: the
            shipped network.
        checkpoint: Its weights, or a file that ``ssrgan export`` has written as ONNX. Default: the shipped ones.
        device: Default: the GPU if there is one, and PyTorch, else the CPU.
        progress: Show a bar over the tiles of large images. Default: False.
        self_ensemble: Restore eight flips and turns of the image, and average: smaller errors for eight times the
            work. Default: False.
        backend: ``'openvino'`` or ``'torch'``; their pixels differ by one of 255 grey levels at most. Default: PyTorch
            on a GPU, or for a config or checkpoint of its own; else OpenVINO, which is faster on CPUs.
        max_share: Refuse to believe, without a mask, that more than this share of the values is lost. Default: 0.9.

    Raises:
        InputError: (a ValueError) if config and checkpoint do not fit together, or the checkpoint is damaged or could
            run code.

    Example:
        >>> from skimage.data import astronaut
        >>> from skimage.metrics import peak_signal_noise_ratio
        >>> original = astronaut()[:256, 100:356]
        >>> lost = np.random.default_rng(0).random((256, 256)) < 0.5
        >>> damaged = np.where(lost[..., None], 0, original).astype(np.uint8)
        >>> restored = Restorer(device='cpu')(damaged, lost)
        >>> bool(peak_signal_noise_ratio(original, restored) > 35)
        True
    """

    def __init__(
        self,
        config: Union[str, Path, None] = None,
        checkpoint: Union[str, Path, None] = None,
        device: Optional[str] = None,
        progress: bool = False,
        self_ensemble: bool = False,
        backend: Optional[str] = None,
        max_share: float = 0.9,
    ):
        self.progress = progress
        self.backend: Backend = load(config, checkpoint, device, self_ensemble, backend)
        self.settings = device, backend
        self.max_share = max_share

    @cached_property
    def finder(self) -> Finder:
        """The network that finds what is lost where nobody says so."""
        return load_finder(*self.settings)

    def __call__(
        self,
        image: Picture,
        mask: Union[Picture, None] = None,
        fill: Optional[Fill] = None,
        nodata: Optional[float] = None,
        alpha: Optional[bool] = None,
    ) -> Picture:
        """Restores one image, tile by tile.

        Args:
            image: NumPy array of (H, W) or (H, W, bands), of any integer or float type and range; three bands are RGB.
                Where it is a masked array, its mask says what is lost, be it nothing, if no other is given. Or a PIL
                image. Or the path of an image file.
            mask: (H, W) or (H, W, 1), not 0 = lost; or one for each band, or for each but transparency; or a PIL image,
                in grey or colours, not black = lost; or, with the path of an image, that of a mask file, which is read
                as ``ssrgan restore`` reads it. Default: found by
                :func:`ssrgan_plugin.restoration.mask_finding.find_lost`.
            fill: For finding them: ``'black'``, ``'white'``, ``'salt_and_pepper'``, a colour in the image's own units,
                or several.
            nodata: The value of missing pixels, in the image's own units. Beside a mask it says which others are
                missing too: they stay, and are not taken for the picture, as those that are NaN or infinite.
            alpha: Whether the last band is transparency. Default: of two and of four bands it is; of a file, as it
                says. Lost pixels' transparency is restored where it is 0, else taken as intact.

        Returns:
            A new array of the same shape and type, or PIL image, for a path an array; known values are the same to the
            bit.

        Raises:
            InputError: if the image or mask is none of these, or the lost pixels cannot be told.
        """
        if isinstance(image, (str, Path)):
            opened = open_file(Path(image))
            file = read(opened)
            if isinstance(mask, (str, Path)):
                mask = read_mask(Path(mask), opened)[0].array()
            return self._restore_array(file.pixels, mask, fill, nodata, alpha, file.info)
        if isinstance(mask, (str, Path)):
            raise InputError('a mask is a NumPy array, or a path where the image is a path, too')
        if isinstance(image, Image.Image):
            return self._restore_pil(image, mask, fill, nodata, alpha)
        if isinstance(image, np.ma.MaskedArray):
            masked: np.ndarray = np.ma.getmaskarray(image)
            if mask is None and (masked.any() or fill is None and nodata is None):
                mask = masked
            image = np.ma.getdata(image)
        return self._restore_array(image, mask, fill, nodata, alpha, ImageInfo())

    def _restore_array(
        self,
        image: Any,
        mask: Union[np.ndarray, Image.Image, None],
        fill: Optional[Fill],
        nodata: Optional[float],
        alpha: Optional[bool],
        info: ImageInfo,
    ) -> np.ndarray:
        pixels = check_image(image)
        source = array_source(pixels, info if alpha is None else replace(info, alpha=alpha))
        if mask is None:
            found = find_lost(source, fill, nodata, lambda: self.finder, self.max_share)
            if not found.lost.count:
                warnings.warn('; '.join(found.notes), stacklevel=3)
        else:
            if fill is not None:
                raise InputError('a mask says which pixels are lost, a fill how to find them: give one of them')
            lost = LostPixels.of(check_mask(mask, image.shape, colour_bands(source)))
            found = by_mask(source, lost, nodata)
            if found.unseen and nodata is None:
                warnings.warn(found.notes[-1], stacklevel=3)
            if info.lossy:
                warnings.warn(SMEARED, stacklevel=3)
        if not found.lost.count:
            return image.copy()
        picture = self.picture(source, found)
        restored = np.empty_like(image)
        for y, strip in zip(range(0, len(image), picture.side), picture.strips(self.backend)):
            restored[y : y + picture.side] = strip.reshape(-1, *image.shape[1:])
        for sentence in doubts(picture):
            warnings.warn(sentence, stacklevel=3)
        return restored

    def _restore_pil(
        self,
        image: Image.Image,
        mask: Union[np.ndarray, Image.Image, None],
        fill: Optional[Fill],
        nodata: Optional[float],
        alpha: Optional[bool],
    ) -> Image.Image:
        modes = {'1': 'L', 'P': 'RGBA' if 'transparency' in image.info else 'RGB', 'PA': 'RGBA', 'YCbCr': 'RGB'}
        if image.mode in ('LAB', 'HSV'):  # their channels go round, or begin in the middle
            raise InputError(f'PIL images of mode {image.mode} cannot be restored: convert it to RGB')
        info = ImageInfo(lossy=image.format in ('JPEG', 'MPO'), colours='cmyk' if image.mode == 'CMYK' else None)
        if image.format in MAYBE_LOSSY:
            told = f'{image.format} may be lossy, and smear lost pixels over their neighbours'
            warnings.warn(f'{told}: give the path, then this is looked at', stacklevel=3)
        image = image.convert(modes.get(image.mode, image.mode))
        pixels = np.asarray(image)
        transparent = image.mode in ('LA', 'RGBA') if alpha is None else alpha
        restored = self._restore_array(pixels, mask, fill, nodata, transparent, info)
        result = Image.fromarray(restored)
        if result.mode != image.mode:
            result = Image.fromarray(restored, image.mode)
        result.info = dict(image.info)
        return result

    def picture(self, source: OpenImage, found: Found) -> PictureInTiles:
        """A picture of any size, to be restored by ``picture.strips(restorer.backend)``."""
        return PictureInTiles(
            source,
            found.lost,
            found.alpha_too,
            self.backend.tile,
            self.backend.margin,
            found.unseen,
            reach=self.backend.reach,
            own_range=not self.backend.any_range,
            by_channel=self.backend.by_channel,
            progress=self.progress,
            coarse=source.dtype == np.uint8,
        )


def doubts(picture: PictureInTiles) -> List[str]:
    """What may be wrong with a restored picture."""
    far = [far_sentence(picture)] if picture.far else []
    return [*far, *(f'known {cure}' for cure in strange_cures(picture.ranges))]


def far_sentence(picture: PictureInTiles) -> str:
    lost = picture.lost
    share = picture.far / lost.count
    told = f'{share:.1%}' if share >= 0.001 else 'less than 0.1%'
    return (
        f'{picture.far:,} of the {lost.count:,} lost {lost.unit} ({told}) are further than {picture.reach} pixels from '
        'any known one: there is a smooth surface there, no detail'
    )
