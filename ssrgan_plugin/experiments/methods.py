"""What is compared: a trained model, or a method without weights, ready to restore."""

from typing import NamedTuple

import torch
from mmengine.registry import init_default_scope

from ..toolbox.trained_models import load_model


class Method(NamedTuple):
    name: str
    model: torch.nn.Module
    parameters: int
    amp: bool

    def restore(self, batch: dict):
        with torch.autocast('cuda' if torch.cuda.is_available() else 'cpu', torch.bfloat16, enabled=self.amp):
            return self.model.test_step(batch)[0]


def build(name: str, config: str, checkpoint: str, ratio: int, amp: bool) -> Method:
    """A model ready to restore, on the GPU if there is one."""
    weights = None if checkpoint == '-' else checkpoint.format(ratio=ratio)
    model = load_model(config.format(ratio=ratio), weights).model
    generator = getattr(model, 'generator', model)
    parameters = sum(parameter.numel() for parameter in generator.parameters())
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    return Method(name, model.to(device), parameters, amp)


def register() -> None:
    """Makes the toolbox's components and ours known."""
    from .. import registration  # noqa: F401

    init_default_scope('mmagic')
