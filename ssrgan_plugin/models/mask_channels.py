from typing import Optional

from mmagic.models import DataPreprocessor
from mmagic.structures import DataSample
from torch import Tensor


def mask_in_order(data_preprocessor: DataPreprocessor, data_samples: DataSample, order: Optional[str]) -> Tensor:
    """A batch's mask, (N, 1 or C, H, W), its channels in this order: MMagic's preprocessor turns images, but no masks.

    Args:
        data_preprocessor: The model's.
        data_samples: Stacked, as the preprocessor gives them.
        order: 'RGB' or 'BGR'; None for that in which the image was loaded.
    """
    mask = data_samples.mask
    if mask.shape[1] == 1:
        return mask
    loaded = data_preprocessor._parse_channel_order('img', mask, data_samples)
    return data_preprocessor._do_conversion(mask, loaded, order)[0]
