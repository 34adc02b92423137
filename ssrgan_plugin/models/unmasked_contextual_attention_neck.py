from typing import Tuple

from mmagic.models.editors import ContextualAttentionNeck
from mmagic.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class UnmaskedContextualAttentionNeck(ContextualAttentionNeck):
    """DeepFill's contextual attention, over all patches.

    The stock class gives every patch that touches a hole a score of minus infinity. Where pixels are lost at random
    that is often every patch of an image, and the softmax over them NaN. No issue of MMagic names it.

    Args: those of :class:`mmagic.models.editors.ContextualAttentionNeck`.
    """

    def forward(self, x: Tensor, mask: Tensor) -> Tuple[Tensor, Tensor]:
        return super().forward(x, None)
