import ast
import re
from pathlib import Path

import pytest

from ssrgan_plugin import restoration
from ssrgan_plugin.web.texts import in_page

OPTION = re.compile(r'--[a-z][a-z-]+')
# The help; and what is said of weights, when the page is started or they are written.
NOT_IN_THE_PAGE = {'arguments.py', 'backends.py', 'export.py', 'light_backend.py', 'light_network.py',
                   'onnx_writing.py', 'torch_backend.py'}  # fmt: skip


def sentences():
    """All texts of the package with an option of the command in them, with 7 for what is filled in."""
    for path in sorted(Path(restoration.__file__).parent.glob('*.py')):
        if path.name in NOT_IN_THE_PAGE:
            continue
        tree = ast.parse(path.read_text())
        nodes = list(ast.walk(tree))
        parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if isinstance(node, ast.JoinedStr):
                yield ''.join(part.value if isinstance(part, ast.Constant) else '7' for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                if id(node) not in parts | docstrings:
                    yield node.value


def test_no_option_of_the_command_is_named_in_the_page():
    named = {text for text in sentences() if OPTION.search(text)}
    assert len(named) > 8
    # Of the comparison that the page itself does not write, and of images on the standard input.
    named -= {'- is for the restored image alone: name an output file for --compare'}
    left = {text: in_page(text) for text in named}
    left = {text: told for text, told in left.items() if OPTION.search(told.replace('larger --max-pixels', ''))}
    assert not left


@pytest.mark.parametrize(
    'sentence, told',
    [
        (
            '/tmp/x/pictures/a.tif: pixels are -9999, far from all others: if they are missing, say --nodata=-9999; '
            'else give a mask',
            'a.tif: pixels are -9999, far from all others: if they are missing, enter -9999 under “Value of missing '
            'pixels”; else drop a mask, or paint it',
        ),
        (
            'a.jpg: its lossy compression smears lost pixels over their neighbours, so they cannot be found: give a '
            'mask',
            'a.jpg: its lossy compression smears lost pixels over their neighbours, so they cannot be found: drop a '
            'mask, or paint it; of an intact picture, choose “None yet: lose some, to try it”',
        ),
        (
            '/tmp/x/pictures/a.png: no lost pixel found: give a mask, or name the --fill that lost pixels have',
            'a.png: no lost pixel found: drop a mask, paint it, or choose under “Look of lost pixels” the one that '
            'lost pixels have',
        ),
        (
            '/tmp/x/masks/m.png has 9 grey levels (0, 9, …), not two: say from where on they mean lost, such as '
            '--mask-threshold 42.5',
            'm.png has 9 grey levels (0, 9, …), not two: say from where on they mean lost, enter a level such as 42.5 '
            'under “Lost is what is brighter than”',
        ),
        (
            'a.png has 9 × 9 pixels, more than the 5 that are read without being told: if that is meant, say '
            '--max-pixels 81',
            'a.png has 9 × 9 pixels, more than the 5 that this page takes: cut it up, or start the page with a larger '
            '--max-pixels',
        ),
    ],
)
def test_sentence(sentence, told):
    assert in_page(sentence, [Path('/tmp/x/pictures'), Path('/tmp/x/masks')]) == told
