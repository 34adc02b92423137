"""Puts the paper's data sets where the configs look for them.

python tools/prepare_data.py flower pet caltech                     # downloads the official archives
python tools/prepare_data.py flower --archive 102flowers.tgz setid.mat --size 128
"""

import argparse
import sys
from pathlib import Path

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.preparation import DATASETS, prepare


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('datasets', nargs='+', choices=DATASETS, metavar='{' + ','.join(DATASETS) + '}')
    parser.add_argument('--root', type=Path, default=Path('data'), help='folder of all data sets (default: data)')
    parser.add_argument(
        '--archive',
        type=Path,
        nargs='+',
        default=[],
        metavar='FILE',
        help='local archives or folders in the official layout, instead of a download',
    )
    parser.add_argument('--size', type=int, metavar='N', help='store copies resized to N×N instead of the originals')
    parser.add_argument('--allow-subset', action='store_true', help="accept other numbers of images than the paper's")
    args = parser.parse_args()
    if args.archive and len(args.datasets) > 1:
        parser.error('--archive goes with one data set at a time')
    if args.size is not None and args.size < 1:
        parser.error(f'--size {args.size} must be at least 1')

    try:
        rows = [prepare(name, args.root, args.archive, args.size, args.allow_subset) for name in args.datasets]
    except (InputError, RuntimeError, OSError) as error:
        sys.exit(f'prepare_data.py: {error}')
    except KeyboardInterrupt:
        sys.exit('prepare_data.py: interrupted; the same command goes on from here')

    print(f'{"":16}{"training":>10}{"test":>8}{"paper":>14}  size')
    for name, row in zip(args.datasets, rows):
        paper = f'{DATASETS[name].train} / {DATASETS[name].test}'
        size = f'{row["size"]}×{row["size"]}' if row['size'] else 'original'
        print(
            f'{row["title"]:16}{row["train"]:>10}{row["test"]:>8}{paper:>14}  {size}'
            f'{", SUBSET" if row["subset"] else ""}'
        )


if __name__ == '__main__':
    main()
