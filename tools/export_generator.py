"""A training checkpoint's generator alone, in half precision: what restoring needs, in a fraction of the size.

    python tools/export_generator.py work_dirs/ssrgan_mask_aware_all/iter_20000.pth generator.safetensors

The result goes where any checkpoint does: tools/test.py, tools/compare.py, Restorer(checkpoint=...).
"""

import argparse
import sys
from pathlib import Path

from ssrgan_plugin.checkpoint_files import read_weights, write_weights
from ssrgan_plugin.errors import InputError


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('checkpoint', type=Path)
    parser.add_argument('output', type=Path)
    args = parser.parse_args()
    if args.output.suffix != '.safetensors':
        parser.error(f'{args.output}: its name must end in .safetensors, the format that it gets')
    try:
        state = read_weights(args.checkpoint)
    except InputError as error:
        sys.exit(f'export_generator.py: {error}')
    weights = {
        key: value.half() if value.is_floating_point() else value
        for key, value in state.items()
        if key.startswith('generator.')
    }
    if not weights:
        sys.exit(f'export_generator.py: {args.checkpoint} holds no generator: name a checkpoint of a training')
    write_weights(weights, args.output)
    print(f'{args.output}: {args.output.stat().st_size / 1e6:.1f} MB')


if __name__ == '__main__':
    main()
