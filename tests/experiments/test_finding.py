import re

import cv2
import pytest
from skimage import data

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.experiments.finding import LEVELS, finding


@pytest.fixture
def photographs(tmp_path):
    folder = tmp_path / 'photographs'
    folder.mkdir()
    for name in ('astronaut', 'coffee'):
        cv2.imwrite(str(folder / f'{name}.png'), cv2.cvtColor(getattr(data, name)(), cv2.COLOR_RGB2BGR))
    return folder


def test_what_is_found_without_a_mask(photographs, capsys, monkeypatch):
    monkeypatch.setitem(LEVELS, 'salt_and_pepper', (0.3,))
    monkeypatch.setitem(LEVELS, 'uniform_noise', (0.1,))
    finding([photographs], every=1, crop=96, undamaged=9)
    rows = [line.strip('| ').split(' | ') for line in capsys.readouterr().out.splitlines() if line.startswith('| ')]
    found = {row[0]: [float(value) for value in row[1:]] for row in rows if re.search(r'\d', row[0])}
    assert list(found) == [
        f'{share}% of {unit}, {fill}'
        for share, fill in ((30, 'salt_and_pepper'), (10, 'uniform_noise'))
        for unit in ('pixels', 'values')
    ]
    for name, (true, without, filtered, refused) in found.items():
        assert refused == 0 and true > filtered
        assert 'values, uniform' in name or without > filtered
        assert 'pixels, salt' not in name or abs(true - without) < 1
    kinds = {row[0]: row[1:] for row in rows[rows.index(next(row for row in rows if row[0] == 'not damaged')) + 1 :]}
    assert list(kinds)[0] == 'as it is' and kinds['all'][0] == '9' and float(kinds['as it is'][1]) < 10


def test_too_few_or_too_small_photographs(photographs):
    with pytest.raises(InputError, match='2 photographs are too few for --every 3'):
        finding([photographs], every=3)
    with pytest.raises(InputError, match=r'coffee.png is smaller than 500×500: .* --crop 400'):
        finding([photographs], every=2, crop=500)
