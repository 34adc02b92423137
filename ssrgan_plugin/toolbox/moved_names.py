"""Names that newer versions of MMagic's dependencies have dropped or moved."""

import importlib
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import numpy as np


def restore_dropped_names() -> None:
    """Gives back the four names that NumPy 2, transformers 5 and diffusers >= 0.29 dropped and MMagic 1.2 imports
    (the like of open-mmlab/mmagic#2110)."""
    if not hasattr(np, 'bool8'):
        np.bool8 = np.bool_
    for old, name, new, new_name in MOVED:
        if importlib.util.find_spec(old.split('.')[0]) and not _can_import(old):
            sys.modules[old] = _Moved(old, name, new, new_name)


# Old module, the name that MMagic takes from it, where that lives now, and what it is called there.
MOVED = (
    ('transformers.models.clip.feature_extraction_clip', 'CLIPFeatureExtractor', 'transformers', 'CLIPImageProcessor'),
    (
        'diffusers.models.unet_2d_condition',
        'UNet2DConditionOutput',
        'diffusers.models.unets.unet_2d_condition',
        'UNet2DConditionOutput',
    ),
    (
        'diffusers.pipelines.paint_by_example',
        'PaintByExampleImageEncoder',
        'diffusers.pipelines.deprecated.paint_by_example',
        'PaintByExampleImageEncoder',
    ),
)


class _Moved(ModuleType):
    """Stands where a module was; looks its one name up in the new place when somebody asks for it."""

    def __init__(self, old: str, name: str, new: str, new_name: str):
        super().__init__(old)
        self.__spec__ = ModuleSpec(old, None)
        self._name, self._new, self._new_name = name, new, new_name

    def __getattr__(self, name: str):
        if name != self._name:
            raise AttributeError(name)
        return getattr(importlib.import_module(self._new), self._new_name)


def _can_import(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
