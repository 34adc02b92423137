"""Draws nmse_by_level.png beside this file, for README.md: python .github/nmse_by_level.py

The paper's figure 5 of the runs that configs/README.md has in its table, and of the methods beside them.
"""

import re
from pathlib import Path

from matplotlib.figure import Figure

from ssrgan_plugin.experiments.figures import logarithmic, style

TABLE = Path(__file__).parents[1] / 'configs' / 'README.md'


def main() -> None:
    text = TABLE.read_text()
    (head,) = re.findall(r'^\| lost \| (SSRGAN .+) \|$', text, re.M)
    rows = [(int(level), cells.split(' | ')) for level, cells in re.findall(r'^\| (\d+) % \| (0\..+) \|$', text, re.M)]
    levels = [level for level, _ in rows]
    figure = Figure(figsize=(7, 3.6), layout='constrained')
    axes = figure.subplots()
    names = head.split(' | ')
    for index, name in enumerate(names):
        axes.plot(levels, [float(cells[index]) for _, cells in rows], label=name, **style(index, len(names)))
    axes.set_xticks(levels, [str(level) for level in levels])
    axes.set(xlabel='pixels lost (%)', ylabel='NMSE of 200 test images', title='Flower102, 128×128')
    logarithmic(axes)
    axes.grid(alpha=0.3, which='both')
    figure.legend(loc='outside right center')
    figure.savefig(Path(__file__).with_suffix('.png'), dpi=130)


if __name__ == '__main__':
    main()
