"""MMCV's compiled ops, where only mmcv-lite is installed."""

import importlib.util
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType


def stand_in_for_mmcv_ops() -> None:
    """Lets MMagic import with ``mmcv-lite``, which has no compiled ops (open-mmlab/mmcv#2059).

    Calling an op raises an error that names it and says how to install full MMCV.
    """
    if importlib.util.find_spec('mmcv') is None or importlib.util.find_spec('mmcv._ext') is not None:
        return
    sys.modules['mmcv._ext'] = _MissingOps('mmcv._ext')


class _MissingOps(ModuleType):
    def __init__(self, name: str):
        super().__init__(name)
        # A spec without a loader tells MMEngine, when it asks, that full MMCV is not there.
        self.__spec__ = ModuleSpec(name, None)

    def __getattr__(self, name: str):
        if name.startswith('__'):
            raise AttributeError(name)

        def missing_op(*args, **kwargs):
            raise ImportError(
                f"{name} is one of MMCV's compiled ops, and mmcv-lite has none: install full MMCV "
                '("WITH_OPS=1 bash tools/setup_env.sh", or "pip uninstall mmcv-lite; pip install '
                '--no-build-isolation mmcv==2.1.0")'
            )

        return missing_op
