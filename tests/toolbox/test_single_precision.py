"""--amp where it would do nothing."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from mmagic.registry import MODELS
from mmengine.config import Config
from mmengine.runner import Runner

from ssrgan_plugin.errors import InputError

CONFIGS = Path(__file__).parents[2] / 'configs'


def build(name, kind):
    """The config's optimizers, as ``--amp`` makes them or not."""
    cfg = Config.fromfile(CONFIGS / f'{name}.py')
    for part in cfg.optim_wrapper.values():
        if isinstance(part, dict):
            part['type'] = kind
    return Runner.build_optim_wrapper(SimpleNamespace(model=MODELS.build(cfg.model)), cfg.optim_wrapper)


def test_inpaintors_refuse_mixed_precision():
    with pytest.raises(
        InputError, match="MMagic's OneStageInpaintor trains in single precision alone: leave --amp out"
    ):
        build('mixing/ssrgan_inpaintor_flower_p50', 'AmpOptimWrapper')
    assert set(build('mixing/ssrgan_inpaintor_flower_p50', 'OptimWrapper').keys()) == {'generator', 'disc'}


def test_ours_take_it():
    wrappers = build('ssrgan_flower_p50', 'AmpOptimWrapper')
    assert {type(wrapper).__name__ for wrapper in wrappers.values()} <= {'AmpOptimWrapper', 'CPUAmpOptimWrapper'}
