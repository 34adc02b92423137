import torch
from torch import Tensor, nn
from torch.nn import functional as F


def self_ensemble(generator: nn.Module, x: Tensor) -> Tensor:
    """Mean of a generator's outputs for the eight flips and turns of its input, each turned back.

    Smaller errors for eight times the work: the "enhanced prediction" of Timofte et al., "Seven ways to improve
    example-based single image super resolution" (CVPR 2016).

    Args:
        generator: (N, C, H, W) to (N, C', H, W).
        x: (N, C, H, W); odd sides grow by their last row or column, as the mask-aware generator's do.

    Returns:
        (N, C', H, W).
    """
    height, width = x.shape[-2:]
    # So that a tile pairs its pixels as the whole image does, whichever side comes first.
    x = F.pad(x, (0, width % 2, 0, height % 2), mode='replicate')
    outputs = []
    for flipped in (False, True):
        for turns in range(4):
            turned = torch.rot90(x.flip(-1) if flipped else x, turns, (-2, -1))
            output = torch.rot90(generator(turned).float(), -turns, (-2, -1))
            outputs.append(output.flip(-1) if flipped else output)
    return (sum(outputs[1:], outputs[0]) / 8)[..., :height, :width]
