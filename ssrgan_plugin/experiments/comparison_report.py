"""A comparison as a table and a picture."""

from pathlib import Path
from typing import List, Optional

import numpy as np
from matplotlib.figure import Figure

from ..atomic_files import whole
from ..nmse import nmse


def table(rows: List[dict]) -> str:
    head = (
        '| corrupted | method | NMSE | 95 % interval | PSNR | SSIM | parameters | GFLOP | ms an image '
        '| peak memory, MB | images | failed |'
    )
    lines = [head, '|' + '---|' * (head.count('|') - 1)]

    def show(value: Optional[float], form: str) -> str:
        return '–' if value is None else format(value, form)

    for row in rows:
        interval = '–'.join(f'{bound:.5f}' for bound in row['interval']) if row['interval'] else '–'
        lines.append(
            f'| {row["ratio"]} % | {row["method"].replace("|", "/")} | {show(row["NMSE"], ".5f")} | {interval} | '
            f'{show(row["PSNR"], ".2f")} | {show(row["SSIM"], ".4f")} | {row["parameters"]:,} | '
            f'{show(row["gflop"], ".1f")} | {show(row["seconds"] and 1000 * row["seconds"], ".0f")} | '
            f'{show(row["megabytes"], ".0f")} | {row["images"]} | {len(row["failed"])} |'
        )
    return '\n'.join(lines) + '\n'


def draw(levels: dict, target: Path) -> None:
    """The first image, with NMSE: one row a method, one column a level."""
    methods = list(dict.fromkeys(row['method'] for level in levels.values() for row in level['rows']))
    rows = [('references', 'corrupted'), *(('pictures', method) for method in methods), ('references', 'original')]
    labels = 0.1 * max(len(name) for _, name in rows)
    figure = Figure(layout='constrained', figsize=(1.6 * len(levels) + labels + 0.2, 1.8 * len(rows) + 0.3))
    grid = figure.subplots(len(rows), len(levels), squeeze=False)
    for column, (ratio, level) in enumerate(levels.items()):
        grid[0, column].set_title(f'{ratio} %')
        for axes, (kind, name) in zip(grid[:, column], rows):
            axes.set(xticks=[], yticks=[])
            if name in level[kind]:
                picture = np.array(level[kind][name], np.uint8)
                axes.imshow(picture[..., ::-1])
                if name != 'original':
                    error = nmse(picture, np.array(level['references']['original'], np.uint8))
                    axes.set_xlabel(f'NMSE {error:.4f}', fontsize='small', labelpad=2)
            else:
                axes.text(0.5, 0.5, 'failed', ha='center', va='center', transform=axes.transAxes)
            if not column:
                axes.set_ylabel(name, rotation=0, ha='right', va='center')
    with whole(target) as unfinished:
        figure.savefig(unfinished, format='png', dpi=120, bbox_inches='tight')  # labels stick out
