"""A training checkpoint's generator alone, in half precision: what restoring needs, in a fraction of the size.

    python tools/export_generator.py work_dirs/ssrgan_mask_aware_all/iter_20000.pth generator.pth

The result goes where any checkpoint does: tools/test.py, tools/compare.py, Restorer(checkpoint=...).
"""

import argparse
import sys
from pathlib import Path

import torch

from ssrgan_plugin.atomic_files import whole
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.toolbox.trained_models import read_state_dict


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('checkpoint', type=Path)
    parser.add_argument('output', type=Path)
    args = parser.parse_args()
    try:
        state = read_state_dict(args.checkpoint)
    except InputError as error:
        sys.exit(f'export_generator.py: {error}')
    weights = {
        key: value.half() if value.is_floating_point() else value
        for key, value in state.items()
        if key.startswith('generator.')
    }
    if not weights:
        sys.exit(f'export_generator.py: {args.checkpoint} holds no generator: name a checkpoint of a training')
    with whole(args.output) as unfinished:
        torch.save(dict(state_dict=weights), unfinished)
    print(f'{args.output}: {args.output.stat().st_size / 1e6:.1f} MB')


if __name__ == '__main__':
    main()
