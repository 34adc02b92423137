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


@pytest.mark.parametrize(
    'module, command, extras',
    [
        ('mmengine', 'compare --config x.py', '[mmagic,lite]'),
        ('matplotlib', 'plot .', '[mmagic,lite]'),
        ('scipy', 'prepare-data flower --archive {flowers}', '[data]'),
        ('torchvision', 'prepare-data flower', '[data]'),
        ('torch', 'export a.pth a.onnx', '[torch]'),
        ('cv2', 'plot .', '[mmagic,lite]'),
        ('tifffile', 'evaluate --originals {flowers} --restored {flowers}', 'install it with pip'),
        ('mmcv', 'train.py x.py', '[mmagic,lite]'),
    ],
)
def test_what_is_not_installed_is_named(run, flowers, tmp_path, module, command, extras):
    """The package alone, as pip installs it, has neither the toolbox nor all that the experiments need."""
    (flowers / 'setid.mat').touch()
    tool, *arguments = command.format(flowers=flowers).split()
    call = f"import runpy; runpy.run_path({str(TOOLS[0].parent / tool)!r}, run_name='__main__')"
    call = call if tool.endswith('.py') else 'from ssrgan_plugin.cli import main; main()'
    arguments = arguments if tool.endswith('.py') else [tool, *arguments]
    code = f"import sys; sys.modules[{module!r}] = None; sys.argv = ['', *{arguments!r}]; {call}"
    done = run('python', '-c', code, cwd=tmp_path)
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    sentence = done.stderr.strip().splitlines()[-1]
    assert f'this needs {module}, which is not installed: ' in sentence and extras in sentence
