"""Restores one image of any size and type; needs no toolbox."""

from pathlib import Path
from typing import Optional, Tuple, Union

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from ..checkpoint_files import read_weights
from ..corruption import fixed_colour
from ..errors import InputError
from ..networks import MaskAwareSSRGANGenerator, self_ensemble, state_dicts
from .image_arrays import check_image, check_mask
from .mask_finding import find_corrupted
from .values import Fill

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

    @torch.inference_mode()
    def __call__(self, image: np.ndarray, mask: Optional[np.ndarray] = None, fill: Optional[Fill] = None) -> np.ndarray:
        """Restores one image, tile by tile.

        Args:
            image: (H, W) or (H, W, C), C 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA); uint8, uint16, or float
                from 0 to 1.
            mask: (H, W) or (H, W, 1), not 0 = lost. Default: found by
                :func:`ssrgan_plugin.restoration.mask_finding.find_corrupted`.
            fill: For finding them.

        Returns:
            A new array of the same shape and type; known pixels are the same to the bit.

        Raises:
            InputError: if the image or mask is none of these, or the lost pixels cannot be told.
        """
        pixels, top = check_image(image)
        lost = find_corrupted(image, fill) if mask is None else check_mask(mask, image.shape)
        if not lost.any():
            return image.copy()
        if np.issubdtype(image.dtype, np.floating):
            known = pixels[~lost]
            if not np.isfinite(known).all():
                raise InputError('pixels outside the mask are NaN or infinite: mark them as lost too')
            if known.min() < 0 or known.max() > 1:
                raise InputError('a float image must lie between 0 and 1: divide it by its largest possible value')
        restored = pixels.copy()
        colours = 3 if pixels.shape[-1] in (3, 4) else 1
        self._restore(restored[..., :colours], lost, top)
        if pixels.shape[-1] > colours:
            alpha = restored[..., colours:]
            known = alpha[~lost]
            if (known == known[0]).all():  # opaque, as a rule
                alpha[lost] = known[0]
            else:
                self._restore(alpha, lost, top)
        return restored.reshape(image.shape)

    def _restore(self, pixels: np.ndarray, lost: np.ndarray, top: float) -> None:
        """Restores (H, W, 1 or 3) in place."""
        side, margin = self.side, self.margin
        height, width = lost.shape
        tiles = [(y, x) for y in range(0, height, side) for x in range(0, width, side)]
        for y, x in tqdm(tiles, unit='tile', leave=False, disable=not self.progress or len(tiles) < 4):
            inner = np.s_[y : y + side, x : x + side]
            if not lost[inner].any():
                continue
            above, left = min(y, margin), min(x, margin)
            outer = np.s_[y - above : y + side + margin, x - left : x + side + margin]
            tile = self._run(pixels[outer], lost[outer], top)
            tile = tile[above : above + side, left : left + side]
            if np.issubdtype(pixels.dtype, np.integer):
                tile = np.rint(tile)
            pixels[inner][lost[inner]] = tile[lost[inner]].astype(pixels.dtype)

    def _run(self, pixels: np.ndarray, lost: np.ndarray, top: float) -> np.ndarray:
        """(H, W, C) in, (H, W, C) out, in the image's range."""
        mask = torch.from_numpy(np.ascontiguousarray(lost)).float().to(self.device)[None, None]
        image = np.where(lost[..., None], 0, pixels).astype(np.float32) * (2 / top) - 1
        image = torch.from_numpy(image).permute(2, 0, 1)[None].to(self.device).expand(-1, 3, -1, -1)
        image = torch.where(mask > 0, self.colour, image)
        if isinstance(self.generator, MaskAwareSSRGANGenerator):
            image = torch.cat([image, mask], 1)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16 and top == 255):
            restored = self_ensemble(self.generator, image) if self.self_ensemble else self.generator(image)
        restored = restored[0].clamp(-1, 1)
        if pixels.shape[-1] == 1:
            restored = restored.mean(0, keepdim=True)
        return ((restored + 1) * (top / 2)).permute(1, 2, 0).cpu().numpy()
