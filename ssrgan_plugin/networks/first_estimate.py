"""What stands in lost pixels before a network improves on it: an average of known ones, near or far."""

from typing import Optional, Tuple

import torch
from torch import Tensor
from torch.nn import functional as F


def first_estimate(image: Tensor, known: Tensor, far: Optional[Tensor] = None) -> Tensor:
    """Fills unknown values from the fringe by :func:`fill_by_neighbours`, and what lies too deep for that by ``far``.

    Args:
        image: (N, C, H, W); what stands in unknown places does not matter, but NaN does.
        known: (N, 1, H, W) for all channels, or (N, C, H, W); 1 = known, else 0. A channel in which nothing is known
            becomes 0.
        far: (N, C, H, W), such as a part of a larger image. Default: by :func:`fill_from_afar`.

    Returns:
        (N, C, H, W), known values as they were.
    """
    filled, reached = fill_by_neighbours(image, known)
    # Random loss leaves nothing out of reach; an exported graph cannot look.
    if not torch.compiler.is_compiling() and bool(reached.all()):
        return filled
    return torch.where(reached > 0, filled, fill_from_afar(filled, reached) if far is None else far)


def fill_by_neighbours(image: Tensor, known: Tensor, rounds: int = 3, sigma: float = 0.8) -> Tuple[Tensor, Tensor]:
    """Fills unknown values with a Gaussian-weighted mean of the known ones in 5×5, again and again from the fringe.

    Normalised convolution (Knutsson and Westin, 1993). Three rounds reach six pixels far; beyond that stays 0.

    Args:
        image: (N, C, H, W).
        known: (N, 1, H, W) or (N, C, H, W), 1 = known, else 0.

    Returns:
        (N, C, H, W), known values as they were; and what is filled now, of the shape of ``known``.
    """
    distance = torch.arange(-2, 3, device=image.device, dtype=image.dtype)
    window = torch.exp(-(distance**2) / (2 * sigma**2))
    channels = image.shape[1]
    stack = torch.cat([image * known, known], 1)
    count = stack.shape[1]
    row, column = (window.view(1, 1, *shape).expand(count, 1, *shape) for shape in ((1, 5), (5, 1)))
    for _ in range(rounds):
        sums = F.conv2d(F.conv2d(stack, row, padding=(0, 2), groups=count), column, padding=(2, 0), groups=count)
        values, weights = sums[:, :channels], sums[:, channels:]
        reached = (weights > 0).to(image.dtype)
        means = values / weights.clamp_min(1e-12) * reached
        stack = torch.cat([torch.where(stack[:, channels:] > 0, stack[:, :channels], means), reached], 1)
    return stack[:, :channels], stack[:, channels:]


def fill_from_afar(image: Tensor, known: Tensor) -> Tensor:
    """Fills unknown values from any distance: means of 2×2 known ones, of those again, and so on, laid back over each
    other from coarse to fine ("pull-push", Gortler et al., The Lumigraph, 1996).

    Args:
        image: (N, C, H, W).
        known: (N, 1, H, W) or (N, C, H, W), 1 = known, else 0.

    Returns:
        (N, C, H, W), known values as they were.
    """
    height, width = image.shape[-2:]
    if max(height, width) == 1:
        return image * known

    def halve(x: Tensor) -> Tensor:
        return F.avg_pool2d(F.pad(x, (0, width % 2, 0, height % 2)), 2)

    shares = halve(known)
    means = halve(image * known) / shares.clamp_min(1e-12)
    coarse = fill_from_afar(means, (shares > 0).to(image.dtype))
    smooth = F.interpolate(coarse, scale_factor=2, mode='bilinear')[..., :height, :width]
    return torch.where(known > 0, image, smooth)
