"""configs/metafile.yml in OpenMMLab's form says what configs/ holds, and what its README's tables say."""

import re
from pathlib import Path

import pytest
import yaml

from ssrgan_plugin.networks import MaskAwareSSRGANGenerator, SSRGANGenerator

REPO = Path(__file__).parents[1]
TEXT = (REPO / 'configs' / 'README.md').read_text()
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


def test_sizes_are_the_networks(metafile):
    sizes = {'SSRGAN': SSRGANGenerator, 'Mask-aware SSRGAN': MaskAwareSSRGANGenerator}
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
