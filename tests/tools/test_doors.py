"""Every tool is a door that opens at once: arguments, and one call."""

from pathlib import Path

import pytest

TOOLS = sorted((Path(__file__).parents[2] / 'tools').glob('*.py'))
HEAVY = ('train.py', 'test.py')  # MMagic's own scripts


@pytest.mark.parametrize('tool', [tool for tool in TOOLS if tool.name not in HEAVY], ids=lambda tool: tool.stem)
def test_help(run, tool):
    done = run('python', '-X', 'importtime', tool, '--help')
    assert done.returncode == 0 and done.stdout.startswith(f'usage: {tool.name} [-h]')
    imported = {line.rsplit('|', 1)[-1].strip() for line in done.stderr.splitlines()}
    assert 'ssrgan_plugin.cli' in imported and not imported & {'torch', 'numpy', 'cv2', 'mmengine'}


@pytest.mark.parametrize('tool', TOOLS, ids=lambda tool: tool.stem)
def test_are_thin(tool):
    assert len(tool.read_text().splitlines()) <= 60
