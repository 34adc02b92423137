"""MMagic's tools/test.py; a model without weights needs no checkpoint, and --amp tests in mixed precision."""

import argparse
import os
import sys
from typing import Optional

from ssrgan_plugin.toolbox.mmagic_scripts import run

WRITABLE = ('.json', '.yaml', '.yml', '.pkl', '.pickle')  # by MMEngine


def lone_config() -> Optional[str]:
    """The config, if it is the only positional argument; what could not be written after a long test is refused."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument('positional', nargs='*')
    parser.add_argument('-h', '--help', action='store_true')
    parser.add_argument('--cfg-options', nargs='+')
    for option in ('--out', '--work-dir', '--launcher', '--local_rank', '--local-rank'):
        parser.add_argument(option)
    args, _ = parser.parse_known_args()
    if args.out and (not args.out.endswith(WRITABLE) or os.path.isdir(args.out)):
        sys.exit(f'test.py: --out {args.out} is no name for results: let it end in .json')
    return args.positional[0] if len(args.positional) == 1 and not args.help else None


if __name__ == '__main__':
    if '--amp' in sys.argv:  # tools/train.py has this option; here MMagic knows the loop's alone
        sys.argv.remove('--amp')
        sys.argv += ['--cfg-options', 'test_cfg.fp16=True']
    config = lone_config()
    if config is not None:
        sys.argv.insert(sys.argv.index(config) + 1, '-')
    run('test.py')
