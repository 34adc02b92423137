"""The paper's figures from a sweep: NMSE against level (figure 5) and epoch (6), restored images (3, 4), losses."""

import json
from pathlib import Path
from typing import Optional

import cv2
import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, MaxNLocator

from ..atomic_files import whole
from ..captions import uncaptioned
from ..errors import InputError
from ..nmse import nmse

# Luminance, marker and dash differ from line to line, so that they can be told apart in greyscale.
MARKERS, DASHES = 'osD^vP', ('-', '--', '-.', ':', (0, (5, 1)), (0, (3, 1, 1, 1)))
METHODS = dict(telea='Telea', navier_stokes='Navier–Stokes', biharmonic='biharmonic')
LOSSES = dict(
    loss_pix='generator: pixels',
    loss_gan='generator: adversarial',
    loss_d_real='discriminator: originals',
    loss_d_fake='discriminator: restored',
)


class Plain(Formatter):
    """Of logarithmic axes: 0.002, not 2×10⁻³; where they span much, those ticks alone that leave room."""

    def __call__(self, value: float, pos: Optional[int] = None) -> str:
        least, most = sorted(self.axis.get_view_interval())
        return f'{value:.6g}' if most < 4 * least or f'{value:.2e}'[:4] in ('1.00', '2.00', '5.00') else ''


def logarithmic(axes: Axes) -> None:
    axes.set_yscale('log')
    axes.yaxis.set_major_formatter(Plain())
    axes.yaxis.set_minor_formatter(Plain())


def label(run: dict) -> str:
    return run['dataset'] + (' (subset)' if run['data'] and run['data']['subset'] else '')


def budget(runs: list) -> str:
    """What the runs were given, for a title; more than one line where they differ."""
    lines = []
    for run in runs:
        images, data = run['settings']['images'], run['data'] or {}
        count = images['train'] or data.get('train', 'all')
        crops = f', crops of {run["settings"]["crop"]}×{run["settings"]["crop"]}' if run['settings']['crop'] else ''
        lines.append(f'{run["epochs"]} epochs of {count} images{crops}')
    return '\n'.join(dict.fromkeys(lines))


def style(index: int, count: int) -> dict:
    return dict(
        color=matplotlib.colormaps['viridis'](0.85 * index / max(count - 1, 1)),
        marker=MARKERS[index % len(MARKERS)],
        linestyle=DASHES[index % len(DASHES)],
    )


def against_level(datasets: dict) -> Figure:
    """Figure 5, one panel a data set: the network, and the classical methods on the same images and masks."""
    figure = Figure(figsize=(1.5 + 3.5 * len(datasets), 4.5), layout='constrained')
    panels = figure.subplots(1, len(datasets), sharey=True, squeeze=False)[0]
    for axes, (title, runs) in zip(panels, datasets.items()):
        runs = sorted(runs, key=lambda run: run['ratio'])
        levels = [100 * run['ratio'] for run in runs]
        lines = {'SSRGAN': [run['test']['NMSE'] for run in runs]}
        for method in runs[0]['classics']:
            lines[METHODS.get(method, method)] = [run['classics'][method] for run in runs]
        for index, (name, errors) in enumerate(lines.items()):
            axes.plot(levels, errors, label=name, **style(index, len(lines)))
        axes.set_xticks(levels, [f'{level:g}' for level in levels])
        axes.set(title=title, xlabel='corrupted pixels (%)')
        axes.margins(0.1)
        logarithmic(axes)
        axes.grid(alpha=0.3, which='both')
    panels[0].set_ylabel('NMSE of test images')
    figure.legend(*panels[0].get_legend_handles_labels(), loc='outside lower center', ncols=2 * len(datasets))
    figure.suptitle(budget([run for runs in datasets.values() for run in runs]), fontsize='medium')
    return figure


def against_epoch(runs: list) -> Figure:
    """Figure 6."""
    figure = Figure(figsize=(6, 4), layout='constrained')
    axes = figure.subplots()
    for index, run in enumerate(runs):
        epochs = [int(epoch) for epoch in run['nmse']]
        axes.plot(
            epochs,
            list(run['nmse'].values()),
            label=f'{run["ratio"]:.0%} corrupted',
            markevery=max(len(epochs) // 10, 1),
            **style(index, len(runs)),
        )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    images = runs[0]['settings']['images']['val'] or ''
    axes.set(xlabel='epoch', ylabel=f'NMSE of {images} test images'.replace('  ', ' '))
    axes.margins(y=0.1)
    logarithmic(axes)
    axes.set_title(f'{label(runs[0])}: {budget(runs)}', fontsize='medium')
    figure.legend(loc='outside lower center', ncols=3, fontsize='small')
    return figure


def training_curves(runs: list) -> Figure:
    figure = Figure(figsize=(9, 6), layout='constrained')
    grid = figure.subplots(2, 2, sharex=True)
    for (key, title), axes in zip(LOSSES.items(), grid.flat):
        for index, run in enumerate(runs):
            steps = [int(step) for step in run['losses']]
            axes.plot(
                steps,
                [losses[key] for losses in run['losses'].values()],
                label=f'{run["ratio"]:.0%} corrupted',
                markevery=max(len(steps) // 10, 1),
                **style(index, len(runs)),
            )
        axes.set(title=title, ylabel='loss (weighted)')
        logarithmic(axes)
    for axes in grid[1]:
        axes.set_xlabel('iteration')
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc='outside lower center', ncols=6, fontsize='small')
    figure.suptitle(f'{label(runs[0])}: {budget(runs)}')
    return figure


def restored_images(runs: list, folders: list, count: int) -> Optional[Figure]:
    """Figures 3 and 4: corrupted, restored and original, with NMSE, one column a level; None where none was kept."""
    strips = [
        {path.name: path for path in sorted(folder.glob('test/*/vis_data/vis_image/*.png'))} for folder in folders
    ]
    names = sorted(set.intersection(*map(set, strips)))[:count]
    if not names:
        return None
    rows = ('corrupted', 'restored', 'original')
    figure = Figure(figsize=(max(1.7 * len(runs) + 0.3, 5), 5.1 * len(names) + 0.4), layout='constrained')
    grid = figure.subplots(3 * len(names), len(runs), squeeze=False)
    for column, (run, strip) in enumerate(zip(runs, strips)):
        grid[0, column].set_title(f'{run["ratio"]:.0%}')
        for place, name in enumerate(names):
            pictures = uncaptioned(cv2.imread(str(strip[name]))[..., ::-1], len(rows))
            for part, (row, picture) in enumerate(zip(rows, pictures)):
                axes = grid[3 * place + part, column]
                axes.imshow(picture)
                axes.set(xticks=[], yticks=[], ylabel='' if column else row)
                if row != 'original':
                    axes.set_xlabel(f'NMSE {nmse(picture, pictures[-1]):.4f}', fontsize='small', labelpad=2)
    figure.suptitle(f'{label(runs[0])}: {budget(runs)}')
    return figure


def save(figure: Figure, stem: Path) -> None:
    for kind in ('png', 'svg'):
        with whole(stem.with_suffix(f'.{kind}')) as unfinished:
            figure.savefig(unfinished, format=kind, dpi=150)
    print(f'{stem}.png, .svg')


def plot(folder: Path, images: int = 2) -> None:
    """Draws the paper's figures into ``folder/figures``, as PNG and SVG.

    Args:
        folder: Where a sweep has left its results.
        images: So many rows of restored ones. Default: 2.

    Raises:
        InputError: if there are no results.
    """
    results = folder / 'results.json'
    if not results.exists():
        raise InputError(f'{results} does not exist: name the --out folder of tools/sweep.py')
    figures = folder / 'figures'
    figures.mkdir(exist_ok=True)
    datasets = {}
    try:
        runs = json.loads(results.read_text())
    except ValueError as error:
        raise InputError(f'{results} is damaged: the same call of tools/sweep.py writes it again') from error
    for name, run in runs.items():
        datasets.setdefault(label(run), {})[name] = run
    if not datasets:
        raise InputError(f'{results} holds no finished run: see what tools/sweep.py reported')
    save(against_level({title: list(runs.values()) for title, runs in datasets.items()}), figures / 'nmse_by_level')
    for names in datasets.values():
        runs = list(names.values())
        slug = next(iter(names)).split('_')[1]
        save(against_epoch(runs), figures / f'nmse_by_epoch_{slug}')
        save(training_curves(runs), figures / f'losses_{slug}')
        pictures = restored_images(runs, [folder / name for name in names], images)
        if pictures:
            save(pictures, figures / f'restored_{slug}')
