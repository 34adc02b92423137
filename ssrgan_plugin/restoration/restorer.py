"""Restores one image of any size and type; needs no toolbox."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Optional, Tuple, Union

import numpy as np
import torch
from PIL import Image
from torch import nn

from ..checkpoint_files import read_weights
from ..corruption import fixed_colour
from ..errors import InputError
from ..networks import MaskAwareSSRGANGenerator, self_ensemble, state_dicts
from ..networks.mask_aware_generator import fill_by_neighbours
from .decoders import OpenImage
from .image_arrays import check_image, check_mask
from .image_files import read
from .image_info import ImageInfo
from .lost_pixels import LostPixels
from .mask_finding import Found, find_lost
from .tiling import PictureInTiles
from .values import Fill, array_source

Picture = Union[np.ndarray, Image.Image, str, Path]
FIRST_ESTIMATE = 6  # pixels: as far as the network's first estimate reaches

SHIPPED = Path(__file__).parents[1] / 'weights' / 'ssrgan_mask_aware.safetensors'


def tiling(generator: nn.Module) -> Tuple[int, int]:
    """Side of the tiles, and the margin around each: further than the network looks in any direction.

    Both even, since the mask-aware generator works on pairs of pixels.
    """
    if isinstance(generator, MaskAwareSSRGANGenerator):
        # Six pixels of the first estimate, one for the pairing; at half resolution two convolutions a block, two more.
        return 512, 2 * (2 * len(generator.body) + 2) + 6 + 2
    # Two 9×9 ends, 3×3 convolutions between; the up-sampled ones look less far.
    return 128, 2 * len(generator.body) + 12


class Restorer:
    """Restores images whose pixels were lost at random.

    Args:
        config: MMagic config of a trained SSRGAN, with ``checkpoint``; reading it needs MMEngine. Default: the
            shipped network.
        checkpoint: Its weights. Default: the shipped ones.
        device: Default: the GPU if there is one, else the CPU.
        progress: Show a bar over the tiles of large images. Default: False.
        self_ensemble: Restore eight flips and turns of the image, and average: smaller errors for eight times the
            work. Default: False.

    Raises:
        InputError: (a ValueError) if config and checkpoint do not fit together, or the checkpoint is damaged or could
            run code.

    Example:
        >>> restored = Restorer()(image, mask)
    """

    def __init__(
        self,
        config: Union[str, Path, None] = None,
        checkpoint: Union[str, Path, None] = None,
        device: Optional[str] = None,
        progress: bool = False,
        self_ensemble: bool = False,
    ):
        self.progress = progress
        self.self_ensemble = self_ensemble
        if config is not None and checkpoint is None:
            raise InputError(f'{config} comes with no weights: name its checkpoint')
        try:
            self.device = torch.device(device or ('cuda' if torch.cuda.is_available() else 'cpu'))
            torch.zeros(1, device=self.device).cpu()
        except (RuntimeError, AssertionError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(f'device {device!r} cannot be used here ({reason}): leave it out, or say cpu') from error
        if config is None:
            generator, colour = MaskAwareSSRGANGenerator(), (0, 0, 0)
            weights = read_weights(checkpoint or SHIPPED)
            state_dicts.load_generator(generator, weights, checkpoint or SHIPPED)
        else:
            try:
                from ..toolbox.trained_models import load_generator
            except ImportError as error:
                raise InputError(f'reading {config} needs MMEngine: pip install mmengine ({error})') from error
            generator, fill, averages = load_generator(config, checkpoint)
            colour = fixed_colour(fill)
            if colour is None:
                raise InputError(
                    f"{config} was trained with {fill} for lost pixels, not one colour: restore by the toolbox's tools"
                )
            colour = np.broadcast_to(colour.astype(float), 3)[::-1].tolist()  # the toolbox's images are BGR
            self.self_ensemble = self_ensemble or averages
        # What the paper's generator sees in place of lost pixels; the mask-aware one ignores it.
        self.colour = torch.tensor(colour, device=self.device).view(1, 3, 1, 1) / 127.5 - 1
        self.generator = generator.to(self.device).eval()
        self.side, self.margin = tiling(generator)
        # Twice as fast where the CPU computes in it; since the network adds to a first estimate in single precision,
        # an 8-bit image changes by one grey level, hardly ever by two.
        self.bfloat16 = (
            isinstance(generator, MaskAwareSSRGANGenerator)
            and self.device.type == 'cpu'
            and getattr(torch.cpu, 'get_capabilities', dict)().get('avx512_bf16', False)
        )

    def __call__(
        self,
        image: Picture,
        mask: Optional[np.ndarray] = None,
        fill: Optional[Fill] = None,
        nodata: Optional[float] = None,
        alpha: Optional[bool] = None,
    ) -> Picture:
        """Restores one image, tile by tile.

        Args:
            image: NumPy array of (H, W) or (H, W, bands), of any integer or float type and range; three bands are RGB.
                Where it is a masked array, its mask says what is lost, if no other is given. Or a PIL image. Or the
                path of an image file.
            mask: (H, W) or (H, W, 1), not 0 = lost. Default: found by
                :func:`ssrgan_plugin.restoration.mask_finding.find_lost`.
            fill: For finding them: ``'black'``, ``'white'``, ``'salt_and_pepper'``, a colour in the image's own units,
                or several.
            nodata: The value of missing pixels, in the image's own units.
            alpha: Whether the last band is transparency. Default: of two and of four bands it is; of a file, as it
                says. Lost pixels' transparency is restored where it is 0, else taken as intact.

        Returns:
            A new array of the same shape and type, or PIL image, for a path an array; known pixels are the same to the
            bit.

        Raises:
            InputError: if the image or mask is none of these, or the lost pixels cannot be told.
        """
        if isinstance(image, Image.Image):
            return self._restore_pil(image, mask, fill, nodata)
        if isinstance(image, (str, Path)):
            file = read(Path(image))
            image, info = file.pixels, file.info
        else:
            info = ImageInfo()
            if isinstance(image, np.ma.MaskedArray):
                if mask is None and np.ma.getmaskarray(image).any():
                    mask = np.ma.getmaskarray(image).reshape(*image.shape[:2], -1).any(-1)
                image = np.ma.getdata(image)
        pixels = check_image(image)
        source = array_source(pixels, info if alpha is None else replace(info, alpha=alpha))
        if mask is None:
            found = find_lost(source, fill, nodata)
        else:
            found = Found(LostPixels.of(check_mask(mask, image.shape)), True)
        if not found.lost.count:
            return image.copy()
        picture = self.picture(source, found)
        restored = np.empty_like(image)
        for y, strip in zip(range(0, len(image), self.side), picture.strips(self.run)):
            restored[y : y + self.side] = strip.reshape(-1, *image.shape[1:])
        if picture.far:
            warnings.warn(far_sentence(picture.far, found.lost.count), stacklevel=2)
        return restored

    def _restore_pil(self, image: Image.Image, *arguments) -> Image.Image:
        modes = {'1': 'L', 'P': 'RGBA' if 'transparency' in image.info else 'RGB', 'PA': 'RGBA', 'YCbCr': 'RGB'}
        image = image.convert(modes.get(image.mode, image.mode))
        pixels = np.asarray(image)
        restored = self(pixels, *arguments, alpha=image.mode in ('LA', 'RGBA'))
        return Image.fromarray(restored, image.mode)

    def picture(self, source: OpenImage, found: Found) -> PictureInTiles:
        """A picture of any size, to be restored by ``picture.strips(restorer.run)``."""
        mask_aware = isinstance(self.generator, MaskAwareSSRGANGenerator)
        return PictureInTiles(
            source,
            found.lost,
            found.alpha_too,
            self.side,
            self.margin,
            reach=FIRST_ESTIMATE if mask_aware else None,
            own_range=not mask_aware,
            progress=self.progress,
            coarse=source.dtype == np.uint8,
        )

    @torch.inference_mode()
    def run(self, pixels: np.ndarray, lost: np.ndarray, coarse: bool = False) -> np.ndarray:
        """(H, W, 1 or 3) in, the same out, -1 to 1; what exceeds that comes back as a mean of its known neighbours.

        Args:
            pixels: float32.
            lost: (H, W) bool.
            coarse: Half precision will do. Default: False.
        """
        mask = torch.from_numpy(np.ascontiguousarray(lost)).float().to(self.device)[None, None]
        image = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))[None].to(self.device)
        within = image.clamp(-1, 1)
        beyond = image - within
        shown = torch.where(mask > 0, self.colour, within.expand(-1, 3, -1, -1))
        if isinstance(self.generator, MaskAwareSSRGANGenerator):
            shown = torch.cat([shown, mask], 1)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16 and coarse):
            restored = self_ensemble(self.generator, shown) if self.self_ensemble else self.generator(shown)
        restored = restored.float().clamp(-1, 1)
        if pixels.shape[-1] == 1:
            restored = restored.mean(1, keepdim=True)
        if beyond.any():
            restored = restored + fill_by_neighbours(beyond, 1 - mask)
        return restored[0].permute(1, 2, 0).cpu().numpy()


def far_sentence(far: int, lost: int) -> str:
    share = f'{far / lost:.1%}' if far / lost >= 0.001 else 'less than 0.1%'
    return (
        f'{far:,} of the {lost:,} lost pixels ({share}) are further than {FIRST_ESTIMATE} pixels from any known one: '
        'there is a smooth surface there, no detail'
    )
