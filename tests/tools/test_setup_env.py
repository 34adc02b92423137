"""What tools/setup_env.sh does before it installs anything. (That it installs all is shown by this suite running.)"""

import shutil
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]


@pytest.fixture
def clone(tmp_path):
    for part in ('tools', 'requirements'):
        shutil.copytree(REPO / part, tmp_path / part)
    for file in ('pyproject.toml', 'setup.py'):
        shutil.copy(REPO / file, tmp_path)
    return tmp_path


@pytest.mark.parametrize('script', ['setup_env.sh', 'quickstart.sh'])
@pytest.mark.parametrize('argument, status', [('--help', 0), ('--fast', 2)])
def test_help_installs_nothing(clone, run, script, argument, status):
    done = run('bash', f'tools/{script}', argument, cwd=clone)
    assert done.returncode == status and len(done.stdout.splitlines()) > 2 and '#' not in done.stdout
    assert not (clone / '.venv').exists()


def test_other_python_is_refused(clone, run):
    done = run('bash', 'tools/setup_env.sh', cwd=clone, PYTHON='/bin/false')
    assert done.returncode == 1 and 'needs Python 3.11' in done.stderr
    assert not (clone / '.venv').exists()


def test_environment_of_somebody_elses_is_left_alone(clone, run):
    (clone / '.venv').mkdir()
    (clone / '.venv' / 'precious').touch()
    done = run('bash', 'tools/setup_env.sh', cwd=clone, PYTHON=sys.executable)
    assert done.returncode == 1 and 'this script did not make it: move it away' in done.stderr
    assert (clone / '.venv' / 'precious').exists()


def test_unfinished_environment_is_made_anew(clone, run):
    """With a pip that fails at once, so that only the clearing away happens."""
    (clone / '.venv').mkdir()
    for name in ('.venv.building', '.venv/half-installed'):
        (clone / name).touch()
    (clone / 'requirements' / 'lock.txt').write_text('no-such-package-of-this-name==0\n')
    done = run('bash', 'tools/setup_env.sh', cwd=clone, PYTHON=sys.executable, PIP_NO_INDEX='1')
    assert done.returncode != 0 and 'removing the unfinished' in done.stdout
    assert not (clone / '.venv' / 'half-installed').exists()
    assert (clone / '.venv.building').exists(), 'the next run must clear away again'
