"""tools/compare.py on a handful of images."""

import json
from pathlib import Path

import cv2
import pytest
import torch
from mmagic.registry import MODELS
from mmengine.config import Config

from ssrgan_plugin.classical_inpainting import restore
from ssrgan_plugin.experiments import comparison
from ssrgan_plugin.experiments.costs import measured_apart
from ssrgan_plugin.experiments.training_cost import noise
from ssrgan_plugin.nmse import nmse

REPO = Path(__file__).parents[2]
TOOL = REPO / 'tools' / 'compare.py'


@pytest.fixture
def network(tiny_config, tmp_path):
    """A config and its checkpoint, of random weights."""
    config = tiny_config(name='small_flower_p50.py')
    model = MODELS.build(Config.fromfile(config).model)
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'small.pth')
    return config, tmp_path / 'small.pth', model


@pytest.fixture
def free(monkeypatch):
    """Costs are not measured, which takes longer than all else."""
    monkeypatch.setattr(comparison, 'cost', lambda *_: dict(gflop=None, megabytes=None))


def test_one_table_of_all_methods(network, door, tmp_path, flowers):
    config, checkpoint, model = network
    telea = REPO / 'configs/mixing/telea_flower_p50.py'
    command = [
        TOOL,
        '--config',
        config,
        telea,
        '--checkpoint',
        checkpoint,
        '-',
        '--ratios',
        '30',
        '80',
        '--images',
        '3',
        '--out',
        tmp_path / 'out',
    ]
    done = door(*command)
    assert done.returncode == 0, done.stderr[-3000:]
    rows = json.loads((tmp_path / 'out' / 'comparison.json').read_text())['rows']
    assert [(row['ratio'], row['method'], row['images']) for row in rows] == [
        (30, 'small', 3),
        (30, 'telea', 3),
        (80, 'small', 3),
        (80, 'telea', 3),
    ]
    for row in rows:
        assert len(row['each']) == 3 and row['failed'] == []
        low, high = row['interval']
        assert low <= row['NMSE'] <= high and row['NMSE'] == pytest.approx(sum(row['each']) / 3)
        assert row['seconds'] > 0 and row['PSNR'] > 0
    assert rows[0]['parameters'] == sum(weight.numel() for weight in model.generator.parameters())
    assert rows[0]['gflop'] > 0 and rows[1]['gflop'] is None
    assert rows[0]['megabytes'] > 0 and rows[1]['megabytes'] > 0
    assert len((tmp_path / 'out' / 'comparison.md').read_text().splitlines()) == 2 + 2 + 4
    assert cv2.imread(str(tmp_path / 'out' / 'comparison.png')).std() > 5

    # The same images and masks as the config's own test has.
    from mmagic.registry import DATASETS

    cfg = Config.fromfile(config)
    cfg.test_dataloader.dataset.corruption.ratio = 0.3
    packed = DATASETS.build(cfg.test_dataloader.dataset)[0]
    restored = restore(packed['inputs'].permute(1, 2, 0).numpy(), packed['data_samples'].mask[0].numpy() != 0, 'telea')
    assert rows[1]['each'][0] == pytest.approx(
        nmse(restored, packed['data_samples'].gt_img.permute(1, 2, 0).numpy()), rel=1e-4
    )

    written = (tmp_path / 'out' / 'level_30.json').stat().st_mtime_ns
    assert door(*command).returncode == 0
    assert (tmp_path / 'out' / 'level_30.json').stat().st_mtime_ns == written, 'a finished level is not run again'


@pytest.mark.usefixtures('free')
def test_amp_computes_networks_in_bfloat16(network, door, tmp_path):
    config, checkpoint, _ = network
    errors = []
    for number, options in enumerate(([], ['--amp'])):
        out = tmp_path / str(number)
        done = door(
            TOOL,
            '--config',
            config,
            '--checkpoint',
            checkpoint,
            '--ratios',
            '50',
            '--images',
            '2',
            '--out',
            out,
            *options,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        errors.append(json.loads((out / 'comparison.json').read_text())['rows'][0]['NMSE'])
    assert errors[0] != errors[1]
    assert errors[0] == pytest.approx(errors[1], rel=0.02)


@pytest.mark.usefixtures('free')
def test_failures_are_counted_and_named(network, door, tmp_path):
    config, checkpoint, model = network
    broken = {
        key: value * 1e30 if value.is_floating_point() else value for key, value in model.state_dict().items()
    }  # infinite in between
    torch.save(dict(state_dict=broken), checkpoint)
    done = door(
        TOOL,
        '--config',
        config,
        '--checkpoint',
        checkpoint,
        '--ratios',
        '50',
        '--images',
        '2',
        '--out',
        tmp_path / 'out',
    )
    assert done.returncode == 1
    (row,) = json.loads((tmp_path / 'out' / 'comparison.json').read_text())['rows']
    assert row['NMSE'] is None and len(row['failed']) == 2
    assert 'small at 50 %: ' in done.stderr
    assert 'image_00008.jpg: ValueError: the restored image is not finite' in done.stderr
    assert cv2.imread(str(tmp_path / 'out' / 'comparison.png')) is not None


@pytest.mark.usefixtures('free')
def test_changes_anywhere_are_seen_and_equal_names_told_apart(flowers, door, tmp_path):
    base = tmp_path / 'base.py'
    config = tmp_path / 'child.py'
    config.write_text("_base_ = './base.py'\n")
    command = [TOOL, '--config', config, config, '--ratios', '50', '--images', '2', '--out', tmp_path / 'out']
    errors = []
    for method in ('telea', 'nearest'):
        base.write_text(
            f"_base_ = '{REPO}/configs/mixing/{method}_flower_p50.py'\n"
            f"test_dataloader = dict(dataset=dict(data_root='{flowers}'))\n"
        )
        assert door(*command).returncode == 0
        rows = json.loads((tmp_path / 'out' / 'comparison.json').read_text())['rows']
        assert [row['method'] for row in rows] == ['child #1', 'child #2']
        assert rows[0]['NMSE'] == rows[1]['NMSE']
        errors.append(rows[0]['NMSE'])
    assert errors[0] != errors[1]


def test_what_is_in_the_way_of_the_results_is_named_at_once(network, door, tmp_path):
    config, checkpoint, _ = network
    (tmp_path / 'file').write_text('mine')
    done = door(TOOL, '--config', config, '--checkpoint', checkpoint, '--out', tmp_path / 'file')
    assert done.returncode == 1 and (tmp_path / 'file').read_text() == 'mine'
    assert done.stderr.splitlines()[-1].endswith('file is in the way: name another --out')


@pytest.mark.parametrize(
    'content, sentence',
    [
        ([1], 'holds a list'),
        (dict(state_dict=[1]), 'holds no state dict'),
        (dict(state_dict={'generator.x': torch.zeros(1)}), 'lacks generator.'),
        (None, 'does not exist'),
    ],
)
def test_other_checkpoints_are_named(network, door, tmp_path, content, sentence):
    config, checkpoint, _ = network
    if content is None:
        checkpoint.unlink()
    else:
        torch.save(content, checkpoint)
    done = door(TOOL, '--config', config, '--checkpoint', checkpoint, '--images', '1', '--out', tmp_path / 'out')
    assert done.returncode == 1 and 'Traceback' not in done.stderr, done.stderr[-3000:]
    assert 'small.pth' in done.stderr.splitlines()[-1] and sentence in done.stderr.splitlines()[-1]


def test_peak_memory_counts_the_weights(tiny_config, tmp_path):
    """32 MB of them, which a process that had freed as much before would not show."""
    megabytes = []
    for channels in (8, 960):
        config = tiny_config(f"model['generator']['mid_channels'] = {channels}", name=f'channels_{channels}.py')
        model = MODELS.build(Config.fromfile(config).model)
        torch.save(dict(state_dict=model.state_dict()), tmp_path / 'weights.pth')
        megabytes.append(measured_apart(str(config), str(tmp_path / 'weights.pth'), 50, False, noise(1, 16)))
    assert megabytes[1] - megabytes[0] > 32


@pytest.mark.parametrize(
    'text, sentence',
    [
        ('model = dict(', 'cannot be read as a config'),
        ("_base_ = './gone.py'", 'gone.py'),
        ('model = dict(a=1)\ntest_dataloader = None', 'has no test_dataloader'),
        ("model = dict(a=1)\ntest_dataloader = dict(dataset=dict(type='BasicImageDataset'))", 'CorruptedImageDataset'),
        ('lr = 1', 'has no model: name a whole config'),
    ],
)
def test_odd_configs_are_named(door, tmp_path, text, sentence):
    config = tmp_path / 'odd.py'
    config.write_text(text)
    done = door(TOOL, '--config', config, '--out', tmp_path / 'out')
    assert done.returncode != 0 and 'Traceback' not in done.stderr, done.stderr[-3000:]
    assert sentence in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    'arguments, sentence',
    [(['--checkpoint', 'a.pth', 'b.pth'], '1 configs but 2 checkpoints'), ([], 'has weights: name its --checkpoint')],
)
def test_bad_input(tiny_config, door, tmp_path, arguments, sentence):
    done = door(TOOL, '--config', tiny_config(), *arguments, '--out', tmp_path / 'out')
    assert done.returncode != 0
    assert sentence in done.stderr.splitlines()[-1] and 'Traceback' not in done.stderr
