import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from ssrgan_plugin.engine.autocast_loops import training_precision


@pytest.fixture
def evaluated(tiny_config, tmp_path):
    """What the generator saw in a validation or a test: shape, precision of a convolution, inference mode."""

    def evaluate(loop: str, extra: str = '', amp: bool = False):
        cfg = Config.fromfile(tiny_config(extra, name=f'{loop}_{tmp_path.name}.py'))
        if amp:  # as MMagic's tools/train.py does
            for network in ('generator', 'discriminator'):
                cfg.optim_wrapper[network].type = 'AmpOptimWrapper'
        cfg.experiment_name = f'{tmp_path.name}_{loop}_{len(seen)}'
        runner = Runner.from_cfg(cfg)
        seen.clear()
        runner.model.generator.register_forward_hook(
            lambda network, inputs, output: seen.append((tuple(inputs[0].shape), torch.is_inference_mode_enabled()))
        )
        types.clear()
        conv = next(module for module in runner.model.generator.modules() if isinstance(module, torch.nn.Conv2d))
        conv.register_forward_hook(lambda network, inputs, output: types.add(output.dtype))
        metrics = getattr(runner, loop)()
        return seen, types, metrics

    seen, types = [], set()
    return evaluate


@pytest.mark.parametrize('loop', ['val', 'test'])
def test_whole_batches_reach_the_generator_in_inference_mode(evaluated, loop):
    seen, types, _ = evaluated(loop)
    assert seen == [((4, 3, 128, 128), True)]
    assert types == {torch.float32}


@pytest.mark.parametrize('loop', ['val', 'test'])
def test_precision_is_the_trainings(evaluated, loop):
    mixed = torch.float16 if torch.cuda.is_available() else torch.bfloat16
    before = torch.get_autocast_dtype('cuda')
    assert evaluated(loop, amp=True)[1] == {mixed}
    assert evaluated(loop, f'{loop}_cfg = dict(fp16=False)', amp=True)[1] == {torch.float32}
    assert evaluated(loop, f'{loop}_cfg = dict(fp16=True)')[1] == {mixed}, 'as tools/test.py --amp'
    assert torch.get_autocast_dtype('cuda') == before


def test_precision_of_configs():
    def several(**kwargs):
        return dict(constructor='MultiOptimWrapperConstructor', generator=dict(type='AmpOptimWrapper', **kwargs))

    assert training_precision(None) == (False, torch.float16)
    assert training_precision(dict(type='OptimWrapper')) == (False, torch.float16)
    assert training_precision(dict(type='AmpOptimWrapper')) == (True, torch.float16)
    assert training_precision(several()) == (True, torch.float16)
    assert training_precision(several(dtype='bfloat16')) == (True, torch.bfloat16)
    assert training_precision(several(dtype=torch.bfloat16)) == (True, torch.bfloat16)
    # What tools/test.py is given of a run that trained with --amp and this option.
    wrapper = dict(generator=dict(type='OptimWrapper', dtype='bfloat16'))
    assert training_precision(wrapper) == (False, torch.bfloat16)
