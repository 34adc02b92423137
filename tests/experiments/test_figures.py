"""tools/plot.py from a fixed results file."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from ssrgan_plugin.experiments import figures

TOOL = Path(__file__).parents[2] / 'tools' / 'plot.py'
RATIOS = (30, 50, 80)


@pytest.fixture
def results(tmp_path, rng):
    runs = {}
    for dataset, title in (('flower', 'Flower102'), ('pet', 'Oxford-IIIT Pet')):
        for ratio in RATIOS:
            name = f'ssrgan_{dataset}_p{ratio}'
            losses = dict(loss_pix=0.1, loss_gan=1e-3, loss_d_real=0.3, loss_d_fake=0.2)
            runs[name] = dict(
                dataset=title,
                ratio=ratio / 100,
                epochs=3,
                test=dict(NMSE=ratio / 1e4),
                classics=dict(telea=ratio / 2e3, biharmonic=ratio / 2e4),
                settings=dict(images=dict(train=None, val=None, test=None), crop=None),
                data=dict(train=10, test=10, subset=dataset == 'pet'),
                nmse={str(epoch): ratio / epoch / 1e3 for epoch in (1, 2, 3)},
                losses={str(step): losses for step in (10, 20, 30)},
            )
            pictures = tmp_path / name / 'test' / '20260101_000000' / 'vis_data' / 'vis_image'
            pictures.mkdir(parents=True)
            if dataset == 'flower':
                cv2.imwrite(str(pictures / 'image_00001_0.png'), rng.integers(0, 256, (16, 48, 3), dtype=np.uint8))
    (tmp_path / 'results.json').write_text(json.dumps(runs))
    return tmp_path


def test_draws_every_figure(results, door):
    done = door(TOOL, results)
    assert done.returncode == 0, done.stderr
    expected = {
        'nmse_by_level',
        *(f'{figure}_{dataset}' for figure in ('nmse_by_epoch', 'losses') for dataset in ('flower', 'pet')),
        'restored_flower',
    }
    written = {path.name for path in (results / 'figures').iterdir()}
    assert written == {f'{name}.{kind}' for name in expected for kind in ('png', 'svg')}
    for path in (results / 'figures').glob('*.png'):
        assert cv2.imread(str(path)).std() > 5, f'{path.name} is empty'


def test_lines_hold_the_results(results):
    runs = [run for run in json.loads((results / 'results.json').read_text()).values()]
    pets = runs[len(RATIOS) :]
    axes = figures.against_level({figures.label(pets[0]): pets}).axes[0]
    lines = {line.get_label(): line.get_xydata() for line in axes.lines}
    assert list(lines) == ['SSRGAN', 'Telea', 'biharmonic'] and axes.get_title() == 'Oxford-IIIT Pet (subset)'
    np.testing.assert_allclose(lines['SSRGAN'], [[30, 0.003], [50, 0.005], [80, 0.008]])
    np.testing.assert_allclose(lines['Telea'], [[30, 0.015], [50, 0.025], [80, 0.04]])
    assert [text.get_text() for text in axes.get_xticklabels()] == ['30', '50', '80'], 'levels that were run'
    assert axes.get_ylim()[1] > 0.04 * 1.05, 'the highest point is whole'
    axes = figures.against_epoch(pets).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [[1, 0.03], [2, 0.015], [3, 0.01]])
    assert axes.get_title() == 'Oxford-IIIT Pet (subset): 3 epochs of 10 images'
    looks = {(line.get_marker(), line.get_linestyle()) for line in axes.lines}
    assert len(looks) == len(RATIOS), 'told apart without colour'


@pytest.mark.parametrize('levels', [1, 3])
@pytest.mark.parametrize('spread', [1.01, 1.3, 100])
def test_labels_are_true_and_nothing_is_cut_off(results, levels, spread):
    """One panel of a sweep of few levels, or errors close together, too."""
    runs = list(json.loads((results / 'results.json').read_text()).values())[:levels]
    for run in runs:
        run['settings']['crop'] = 32
        run['nmse'] = {str(epoch): 0.17 * spread ** (epoch - 1) for epoch in (1, 2)}
        run['losses'] = {str(step): dict.fromkeys(figures.LOSSES, 0.9 * spread ** (step / 10)) for step in (0, 10)}
    folders = [results / f'ssrgan_flower_p{ratio}' for ratio in RATIOS[:levels]]
    drawn = [
        figures.against_level({'Oxford-IIIT Pet (subset)': runs}),
        figures.against_epoch(runs),
        figures.training_curves(runs),
        figures.restored_images(runs, folders, 1),
    ]
    for figure in drawn:
        figure.draw_without_rendering()
        texts = [*figure.legends, *figure.texts, *(axes.title for axes in figure.axes)]
        for box in (text.get_window_extent() for text in texts):
            assert box.x0 >= figure.bbox.x0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1
    for axes in (axes for figure in drawn[:3] for axes in figure.axes):
        ticks = [tick for tick in (*axes.yaxis.get_major_ticks(), *axes.yaxis.get_minor_ticks())]
        low, high = axes.get_ylim()
        told = [(tick.get_loc(), tick.label1.get_text()) for tick in ticks if low <= tick.get_loc() <= high]
        told = [(place, float(text)) for place, text in told if text]
        assert len(told) >= 2, 'a scale'
        np.testing.assert_allclose(*zip(*told), rtol=1e-4)
        assert len({text for _, text in told}) == len(told)


def test_no_results(door, tmp_path):
    done = door(TOOL, tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f'plot.py: {tmp_path / "results.json"} does not exist: name the --out folder of tools/sweep.py'
    ]
