"""What pip installs."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ssrgan_plugin import __version__
from ssrgan_plugin.shipped_files import shipped

REPO = Path(__file__).parents[1]
KINDS = ('.md', '.py', '.sh', '.yml')
OF_A_CLONE = {Path(name) for name in ('quickstart.sh', 'run_tests.sh', 'run_web_tests.sh', 'setup_env.sh')}


@pytest.fixture(scope='module')
def installed(tmp_path_factory):
    """The wheel's content, as pip lays it down, away from the repository."""
    source, target = tmp_path_factory.mktemp('source'), tmp_path_factory.mktemp('site')
    for part in ('configs', 'ssrgan_plugin', 'tools'):
        shutil.copytree(REPO / part, source / part, ignore=shutil.ignore_patterns('__pycache__'))
    for file in ('LICENSE', 'MANIFEST.in', 'README.md', 'pyproject.toml', 'setup.py'):
        shutil.copy(REPO / file, source)
    pip = [sys.executable, '-m', 'pip', 'install', '-q', '--no-deps', '--no-build-isolation', '--target', target]
    subprocess.run([*pip, source], check=True, capture_output=True)
    return target


def python(installed, *arguments):
    """Runs Python on the installed package alone."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=installed,
        env={'PYTHONPATH': str(installed), 'PATH': ''},
        text=True,
        capture_output=True,
    )


def test_wheel_is_whole(installed):
    package = installed / 'ssrgan_plugin'
    assert (package / 'py.typed').exists()
    assert (package / 'web' / 'page.css').exists() and (package / 'web' / 'page.js').exists()
    assert {path.suffix for path in (package / 'weights').iterdir()} == {'.log', '.md', '.onnx', '.safetensors'}
    for part in ('configs', 'tools'):
        ours = {path.relative_to(REPO / part) for path in (REPO / part).rglob('*') if path.suffix in KINDS}
        theirs = {path.relative_to(package / '.mim' / part) for path in (package / '.mim' / part).rglob('*.*')}
        assert ours - OF_A_CLONE == {path for path in theirs if '__pycache__' not in path.parts}
    assert not (installed / 'tests').exists() and not (installed / 'tools').exists()


def test_configs_of_an_installed_package_can_be_inherited(installed, tmp_path):
    done = python(installed, '-m', 'ssrgan_plugin', 'configs')
    folder = Path(done.stdout.strip())
    assert folder == installed / 'ssrgan_plugin' / '.mim' / 'configs', done.stderr
    (tmp_path / 'mine.py').write_text(f"_base_ = '{folder}/ssrgan_flower_p50.py'\n")
    code = f'from mmengine import Config; print(Config.fromfile("{tmp_path}/mine.py").model.type)'
    assert python(installed, '-c', code).stdout.strip() == 'SSRGAN'


def test_version(installed):
    done = python(installed, '-m', 'ssrgan_plugin', '--version')
    assert done.stdout == f'ssrgan {__version__}\n'


def test_repository_has_its_own_configs():
    assert shipped('configs') == REPO / 'configs'
