"""Testing needs test images alone, and one's own pictures need no lists."""

from pathlib import Path

import pytest
import torch
from mmagic.registry import MODELS
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner
from PIL import Image


def measured(runner) -> float:
    told = {}

    class Listen(Hook):
        def after_test_epoch(self, runner, metrics=None):
            told.update(metrics)

    runner.register_hook(Listen())
    runner.test()
    return told['NMSE']


@pytest.mark.parametrize('hook', ['FewImagesVisualizationHook', 'BasicVisualizationHook'])
def test_training_data_may_be_missing(tiny_config, flowers, tmp_path, hook):
    config = tiny_config(f"""
train_dataloader = dict(dataset=dict(data_root='/nowhere'))
custom_hooks = [dict(type={hook!r})]
model = dict(test_cfg=dict(composite=True))
""")
    assert 0 < measured(Runner.from_cfg(Config.fromfile(config))) < 1
    assert list(tmp_path.rglob('*.png')), 'and pictures are drawn'


def test_resume_in_a_config_is_about_its_training(tiny_config, tmp_path):
    """The checkpoint that is named is tested, weights alone too, whatever the work dir holds."""
    config = Config.fromfile(tiny_config('resume = True'))
    (tmp_path / 'work').mkdir()
    errors = []
    for seed, name in enumerate(['work/epoch_1.pth', 'a.pth', 'b.pth']):
        torch.manual_seed(seed)
        model = MODELS.build(config.model)
        torch.save(dict(state_dict=model.state_dict()), tmp_path / name)
        runner = Runner.from_cfg(config.merge_from_dict(dict(load_from=str(tmp_path / name))) or config)
        errors.append(measured(runner))
    assert len({*errors}) == 3


def test_weights_may_be_left_out_by_models_that_have_none(tiny_config, door, tmp_path):
    """Also where no hook of ours looks at what was loaded."""
    tool = Path(__file__).parents[2] / 'tools' / 'test.py'
    refused = door(tool, tiny_config('custom_hooks = []'))
    assert refused.returncode == 1 and refused.stderr.endswith('test.py: the model has weights: name its checkpoint\n')
    telea = """
model = dict(_delete_=True, type='ClassicalInpaintor', method='telea', data_preprocessor=dict(type='DataPreprocessor'))
"""
    done = door(tool, tiny_config(telea, name='telea.py'), '--out', tmp_path / 'out.json')
    assert done.returncode == 0 and '"NMSE": 0.' in (tmp_path / 'out.json').read_text(), done.stderr


def test_folder_of_ones_own(tiny_config, flowers, tmp_path):
    """Without lists, in subfolders, some grey: as the README says."""
    own = tmp_path / 'my pictures'
    for index, source in enumerate(sorted((flowers / 'jpg').glob('image_*.jpg'))[:6]):
        target = own / f'part {index % 2}' / f'holiday {index}.png'
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.open(source).convert('L' if index % 3 == 0 else 'RGB').save(target)
    config = tiny_config(f"""
train_dataloader = val_dataloader = test_dataloader = dict(
    batch_size=3, num_workers=1,
    dataset=dict(data_root={str(own)!r}, data_prefix=dict(gt=''), ann_file=''))
train_cfg = dict(max_epochs=1)
""")
    runner = Runner.from_cfg(Config.fromfile(config))
    runner.train()
    assert runner.iter == 2
    assert 0 < measured(runner) < 10
