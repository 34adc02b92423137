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
RUN = re.compile(
    r'\| (Flower102|Oxford-IIIT Pet \(subset\)|Caltech101) \| (\d+)% \| ([\d.]+) \|.* ([\d.]+) \| ([\d.]+) \| reduced'
)


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


def test_every_config_has_results_and_what_it_cost(metafile):
    for model in metafile['Models']:
        assert model['Results'] and all(result['Metrics'] for result in model['Results']), model['Name']
        if model['Name'].split('_')[0] not in CLASSICAL:
            told = model['Metadata'].keys()
            assert {'FLOPs', 'Parameters', 'Training Data', 'Training Resources'} <= told, model['Name']
            assert told & {'Epochs', 'Iterations'}, model['Name']


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


def test_figures_are_those_of_the_table(metafile):
    models = {model['Name']: model['Results'][0] for model in metafile['Models']}
    slugs = {'Flower102': 'flower', 'Oxford-IIIT Pet (subset)': 'pet', 'Caltech101': 'caltech'}
    rows = RUN.findall(TEXT)
    assert len(rows) == 18
    for title, ratio, *figures in rows:
        result = models[f'ssrgan_{slugs[title]}_p{ratio}']
        assert result['Dataset'].startswith(f'{title}, {ratio} % lost')
        if '64 test images' in result['Dataset']:  # the others have been trained to their end since
            assert result['Metrics'] == dict(zip(('NMSE', 'PSNR', 'SSIM'), map(float, figures)))
