from typing import List

from mmengine.registry import OPTIMIZERS
from torch.optim import Optimizer


@OPTIMIZERS.register_module(name='MuonAndAdamW')
def muon_and_adamw(params: List[dict], lr: float, **kwargs) -> Optimizer:
    """Muon (Jordan et al., 2024) for convolutions, which torch's own refuses, and AdamW for all else.

    Args:
        params: Groups, each with ``use_muon``; from a config, ``custom_keys`` of ``paramwise_cfg`` set it.
        lr: Learning rate of the groups that name none. Muon's is some 20 times Adam's.
        kwargs: Those of pytorch_optimizer's ``Muon``.
    """
    from pytorch_optimizer import Muon  # a second's import that only training needs
    optimizer = Muon([dict(lr=lr, **group) if 'lr' not in group else group for group in params], **kwargs)
    optimizer.defaults['lr'] = lr  # which MMEngine's schedulers look for
    return optimizer
