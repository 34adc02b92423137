"""The ``ssrgan`` command. Heavy imports wait until they are needed."""

import argparse
import sys
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Dict

from .errors import InputError


def parse_args() -> Dict[str, Any]:
    parser = argparse.ArgumentParser(prog='ssrgan', description='Restores images whose pixels were lost at random.')
    commands = parser.add_subparsers(dest='command', required=True)

    restore = commands.add_parser('restore', help='restore one image, or a folder of them')
    restore.add_argument('image', nargs='?', type=Path, help='damaged image, or folder')
    restore.add_argument('-i', '--image', dest='image_option', type=Path, help='the same')
    restore.add_argument('-o', '--output', type=Path, required=True, help='restored image, or folder')
    restore.add_argument(
        '--mask',
        '--mask-dir',
        type=Path,
        metavar='FILE_OR_DIR',
        help='not black = lost; one file may serve a whole folder (default: found in the image)',
    )
    restore.add_argument(
        '--fill',
        help='what lost pixels look like: black (default), white, or a colour from 0 to '
        '255 such as 255,0,0; unless it is given, transparent pixels count as lost; NaN always do',
    )
    restore.add_argument(
        '--compare', action='store_true', help='also write NAME_compare.png: damaged | restored (| original)'
    )
    restore.add_argument('--original', type=Path, metavar='FILE_OR_DIR', help='for --compare')
    restore.add_argument('--overwrite', action='store_true', help='replace outputs that exist')
    restore.add_argument('--config', help='config of an SSRGAN that you trained (default: the shipped network)')
    restore.add_argument('--checkpoint', help='its weights')
    restore.add_argument(
        '--self-ensemble',
        action='store_true',
        help='average over flips and turns of the image: smaller errors in eight times the time',
    )
    restore.add_argument('--device', help='such as cpu or cuda:1 (default: the GPU if there is one)')

    corrupt = commands.add_parser('corrupt', help='lose pixels of an image at random')
    corrupt.add_argument('image', type=Path)
    corrupt.add_argument('-o', '--output', type=Path, required=True)
    corrupt.add_argument('--ratio', type=float, required=True, help='share of the pixels, between 0 and 1')
    corrupt.add_argument('--fill', default='black', help='black (default), white, or a colour such as 255,0,0')
    corrupt.add_argument('--seed', type=seed, default=0)
    corrupt.add_argument('--save-mask', type=Path, metavar='FILE', help='white = lost')
    corrupt.add_argument('--overwrite', action='store_true', help='replace outputs that exist')

    evaluate = commands.add_parser('evaluate', help='NMSE, PSNR and SSIM of restored images')
    evaluate.add_argument('--originals', type=Path, required=True, metavar='DIR')
    evaluate.add_argument('--restored', type=Path, required=True, metavar='DIR')

    args = parser.parse_args()
    if args.command == 'restore':
        if (args.image is None) == (args.image_option is None):
            restore.error('name one damaged image, or a folder')
        args.image = args.image or args.image_option
        del args.image_option
        if args.mask and args.fill:
            restore.error('--mask says which pixels are lost, --fill how to find them: give one of them')
        if args.original and not args.compare:
            restore.error('--original is for --compare')
    return vars(args)


def seed(text: str) -> int:
    if int(text) < 0:
        raise argparse.ArgumentTypeError(f'{text} must not be negative')
    return int(text)


# What each command calls, with its arguments.
COMMANDS = dict(
    restore='ssrgan_plugin.restoration.folders:restore',
    corrupt='ssrgan_plugin.restoration.folders:corrupt',
    evaluate='ssrgan_plugin.restoration.evaluation:evaluate',
)


def main() -> None:
    arguments = parse_args()
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = 2**29  # hundreds of megapixels are meant, not billions
    try:
        failures = resolve_name(COMMANDS[arguments.pop('command')])(**arguments) or []
        for failure in failures:
            print(f'ssrgan: {failure}', file=sys.stderr)
        sys.exit(1 if failures else 0)
    except (InputError, OSError) as error:
        sys.exit(f'ssrgan: {error}')
    except KeyboardInterrupt:
        sys.exit('ssrgan: interrupted; what is written is whole')


if __name__ == '__main__':
    main()
