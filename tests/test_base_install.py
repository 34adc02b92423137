"""The package alone, without extras: what pip installs with it is all that these commands have."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

REPO = Path(__file__).parents[1]
MODULES = dict(pillow='PIL', pyvips='pyvips', cffi='cffi', pycparser='pycparser')


@pytest.fixture(scope='module')
def brought():
    """Modules of the base install, those that they bring along too."""
    listed = re.search(r'\ndependencies = \[(.*?)\n\]', (REPO / 'pyproject.toml').read_text(), re.S)
    names = re.findall(r'"([\w-]+)', listed[1])
    return {MODULES.get(name, name) for name in [*names, 'cffi', 'pycparser']} | {'_cffi_backend', '_libvips'}


@pytest.fixture
def alone(run, tmp_path, brought):
    """Runs code where nothing else of what is installed here can be imported."""
    start = f"""
import sys
from importlib.machinery import PathFinder

class Refusing(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        found = super().find_spec(name, path, target)
        if path is None and found and 'site-packages' in str(found.origin or found.submodule_search_locations):
            if name not in {brought | {'ssrgan_plugin'}!r}:
                raise ModuleNotFoundError(f'No module named {{name!r}}', name=name)
        return found

sys.meta_path = [Refusing if each is PathFinder else each for each in sys.meta_path]
"""
    return lambda code, *arguments: run('python', '-c', start + code, *arguments, cwd=tmp_path)


@pytest.fixture
def ssrgan_alone(alone):
    return lambda *arguments: alone('from ssrgan_plugin.cli import main; main()', *arguments)


def test_nothing_else_is_there(alone):
    for module in ('torch', 'cv2', 'skimage', 'scipy', 'safetensors', 'onnx', 'mmengine'):
        assert f"No module named '{module}'" in alone(f'import {module}').stderr
    assert alone('import numpy, openvino, PIL, pyvips, tifffile, tqdm').returncode == 0


def test_corrupts_finds_restores_evaluates(ssrgan_alone, photograph, tmp_path):
    for command in (
        'corrupt photo.png -o damaged.png --ratio 0.5 --save-mask kept.png',
        'restore damaged.png -o found.png',
        'restore damaged.png -o masked.tif --mask kept.png --compare --original photo.png',
        'restore damaged.png -o finer.png --mask kept.png --self-ensemble',
        'evaluate --originals photo.png --restored finer.png --csv errors.csv',
        'configs',
    ):
        done = ssrgan_alone(*command.split())
        assert done.returncode == 0, done.stderr
    damaged, kept, finer = (np.asarray(Image.open(tmp_path / f'{name}.png')) for name in ('damaged', 'kept', 'finer'))
    assert np.array_equal(damaged[kept == 0], finer[kept == 0]) and (finer[kept > 0] > 0).mean() > 0.9
    psnr = float((tmp_path / 'errors.csv').read_text().splitlines()[1].split(',')[2])
    assert psnr > 30


@pytest.mark.parametrize(
    'option, module, extras',
    [
        ('--backend torch', 'torch', 'torch'),
        ('--device cuda', 'torch', 'torch'),
        ('--checkpoint damaged.png', 'torch', 'torch'),
        ('--config damaged.png --checkpoint damaged.png', 'mmengine', 'mmagic,lite'),
    ],
)
def test_what_needs_more_names_all_of_it(ssrgan_alone, damaged, option, module, extras):
    done = ssrgan_alone('restore', 'damaged.png', '-o', 'restored.png', *option.split())
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    sentence = done.stderr.strip().splitlines()[-1]
    assert f'this needs {module}, which is not installed: install this package with its extras [{extras}]' in sentence
