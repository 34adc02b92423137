"""configs/metafile.yml in OpenMMLab's form says what configs/ holds, and what its README's tables say."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from ssrgan_plugin.networks import CorruptionFinder, MaskAwareSSRGANGenerator, SSRGANGenerator

REPO = Path(__file__).parents[1]
TEXT = (REPO / 'configs' / 'README.md').read_text()
TABLE = TEXT.split('\n\n')[1]
CLASSICAL = ('telea', 'navier', 'biharmonic', 'linear', 'nearest')


@pytest.fixture(scope='module')
def metafile():
    index = yaml.safe_load((REPO / 'model-index.yml').read_text())
    assert index == {'Import': ['configs/metafile.yml']}
    return yaml.safe_load((REPO / 'configs' / 'metafile.yml').read_text())


def test_every_config_once(metafile):
    ours = {path for path in (REPO / 'configs').rglob('*.py') if '_base_' not in path.parts}
    named = [REPO / model['Config'] for model in metafile['Models']]
    assert {*named} == ours and len(named) == len(ours)
    assert [model['Name'] for model in metafile['Models']] == [path.stem for path in named]
    assert {model['In Collection'] for model in metafile['Models']} == {
        part['Name'] for part in metafile['Collections']
    }


def test_files_exist(metafile):
    for part in (*metafile['Models'], *metafile['Collections']):
        for key in ('Weights', 'README'):
            assert key not in part or (REPO / part[key]).is_file()


def test_results_come_with_what_they_cost(metafile):
    for model in metafile['Models']:
        assert 'Results' in model or 'Weights' not in model, model['Name']
        assert all(result['Metrics'] for result in model.get('Results', [])), model['Name']
        if model['Name'].split('_')[0] not in CLASSICAL:
            told = model['Metadata'].keys()
            assert {'FLOPs', 'Parameters'} <= told, model['Name']
            assert 'Results' not in model or {'Training Data', 'Training Resources'} <= told, model['Name']
            assert 'Results' not in model or told & {'Epochs', 'Iterations'}, model['Name']


def test_all_that_is_shipped_is_named(metafile):
    """Weights in the metafile, and with their logs in README's table."""
    shipped = REPO / 'ssrgan_plugin' / 'weights'
    weights = {path.name for path in shipped.glob('*.safetensors')}
    assert {Path(model['Weights']).name for model in metafile['Models'] if 'Weights' in model} == weights
    for name in (*weights, *(path.name for path in shipped.glob('*.log'))):
        assert f'(../ssrgan_plugin/weights/{name})' in TABLE, name


def test_every_config_has_a_row(metafile):
    rows = [re.sub('{.*?}', '*', name) for name in re.findall(r'^\| `(.+?\.py)`', TABLE, re.M)]
    for config in (model['Config'].removeprefix('configs/') for model in metafile['Models']):
        assert any(fnmatch(config, row) for row in rows), config


def test_figures_of_the_finder_are_those_of_its_card(metafile):
    (finder,) = (model for model in metafile['Models'] if model['Name'] == 'corruption_finder')
    card = (REPO / 'ssrgan_plugin' / 'weights' / 'README.md').read_text().split('# Model card: ')[-1]
    score, *pictures = (result['Metrics'] for result in finder['Results'])
    assert f'{score["F-score"]:.2f} after the last' in card
    (row,) = re.findall(r'^\| salt and pepper, pixels \| (.+) \|$', card, re.M)
    cells = row.split(' | ')
    assert len(cells) == len(pictures)
    for told, cell in zip(pictures, cells):
        true, found, _ = map(float, cell.split(', '))
        assert told == {'PSNR': found, 'PSNR with the true mask': true}
    assert f'| {row} |' in TEXT, 'in README, too'


def test_sizes_are_the_networks(metafile):
    sizes = {
        'SSRGAN': SSRGANGenerator,
        'Mask-aware SSRGAN': MaskAwareSSRGANGenerator,
        'Corruption finder': CorruptionFinder,
    }
    for model in metafile['Models']:
        if model['In Collection'] in sizes:
            network = sizes[model['In Collection']]()
            assert model['Metadata']['Parameters'] == sum(weight.numel() for weight in network.parameters())


def test_figures_of_finished_runs_are_those_of_their_tables(metafile):
    """README's NMSE are the card's, rounded; the metafile's the card's."""
    models = {model['Name']: model for model in metafile['Models']}
    card = (REPO / 'ssrgan_plugin' / 'weights' / 'README.md').read_text()
    finished = re.findall(r'^\| (\d\d) % \| (0\.\d{4}) \| (0\.\d{4}) \|', TEXT, re.M)
    shipped = [name for name in models if 'Weights' in models[name] and name.startswith('ssrgan_flower_p')]
    assert [f'ssrgan_flower_p{level}' for level, *_ in finished] == shipped
    for level, raw, composite in finished:
        told = models[f'ssrgan_flower_p{level}']['Results'][0]
        assert told['Dataset'] == f'Flower102, {level} % lost, 200 test images'
        table = card.split(f'| {level} % | NMSE |')[1].split('\n\n')[0]
        (one,) = re.findall(r'^\| SSRGAN \| ([\d.]+) \| [\d.]+–[\d.]+ \| ([\d.]+) \| ([\d.]+) \|', table, re.M)
        assert told['Metrics'] == dict(zip(('NMSE', 'PSNR', 'SSIM'), map(float, one)))
        assert float(raw) == pytest.approx(float(one[0]), abs=5.1e-5)
        (kept,) = re.findall(r'^\| SSRGAN, composite \| ([\d.]+) \|', table, re.M)
        assert float(composite) == pytest.approx(float(kept), abs=5.1e-5)
