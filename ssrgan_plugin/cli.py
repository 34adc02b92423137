"""The ``ssrgan`` command. Heavy imports wait until they are needed."""

import argparse
import os
import sys
import warnings
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Dict, List, Union

from . import __version__
from .errors import InputError


def parse_args() -> Dict[str, Any]:
    parser = argparse.ArgumentParser(prog='ssrgan', description='Restores images whose pixels were lost at random.')
    parser.add_argument('--version', action='version', version=f'ssrgan {__version__}')
    commands = parser.add_subparsers(dest='command', required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument('--overwrite', action='store_true', help='replace outputs that exist')
    common.add_argument('--max-pixels', type=positive, metavar='N', help='read larger images than by default')
    common.add_argument('--json', dest='as_json', action='store_true', help='print one JSON object a line')
    common.add_argument('--quiet', action='store_true', help='print nothing but refusals')
    add_restore(commands, common)
    add_corrupt(commands, common)
    evaluate = commands.add_parser('evaluate', parents=[common], help='NMSE, PSNR and SSIM of restored images')
    evaluate.add_argument('--originals', type=Path, required=True, metavar='FILE_OR_DIR')
    evaluate.add_argument('--restored', type=Path, required=True, metavar='FILE_OR_DIR')
    evaluate.add_argument('--csv', dest='csv_file', type=Path, metavar='FILE', help='write the table there, too')

    args = parser.parse_args()
    if args.command == 'restore':
        check_restore(args, commands.choices['restore'])
    return vars(args)


def add_restore(commands, common: argparse.ArgumentParser) -> None:
    restore = commands.add_parser('restore', parents=[common], help='restore images, or folders of them')
    restore.add_argument(
        'images',
        nargs='*',
        type=Path,
        metavar='image',
        help='damaged image, folder, "pattern*.png", or - for the standard input',
    )
    restore.add_argument('-i', '--image', dest='image_option', type=Path, action='append', default=[], help='the same')
    restore.add_argument(
        '-o',
        '--output',
        type=Path,
        required=True,
        help='restored image; folder, for several; or - for the standard output',
    )
    restore.add_argument(
        '--mask',
        '--mask-dir',
        type=Path,
        metavar='FILE_OR_DIR',
        help='not black = lost; one file may serve many images (default: NAME_mask.png beside the '
        'image, else found in it)',
    )
    restore.add_argument('--mask-threshold', type=float, metavar='N', help='what is brighter in the mask is lost')
    restore.add_argument('--invert-mask', action='store_true', help='black = lost')
    restore.add_argument(
        '--mask-as-stored', action='store_true', help='the mask fits the pixels as stored, not as EXIF turns them'
    )
    restore.add_argument(
        '--fill',
        type=fill,
        action='append',
        metavar='COLOUR',
        help='what lost pixels look like: black (default), white, salt_and_pepper, or a colour such as '
        '255,0,0 in the units of the file; may be given several times. Unless it is given, transparent '
        'pixels count as lost; NaN always do',
    )
    restore.add_argument(
        '--nodata', type=float, metavar='VALUE', help='the value of missing pixels, wherever it is found'
    )
    restore.add_argument('--skip-existing', action='store_true', help='go on with a folder: leave what is done')
    restore.add_argument(
        '--compare', action='store_true', help='also write NAME_compare.png: damaged | restored (| original)'
    )
    restore.add_argument('--original', type=Path, metavar='FILE_OR_DIR', help='for --compare')
    restore.add_argument('--config', help='config of an SSRGAN that you trained (default: the shipped network)')
    restore.add_argument('--checkpoint', help='its weights')
    restore.add_argument(
        '--self-ensemble',
        action='store_true',
        help='average over flips and turns of the image: smaller errors in eight times the time',
    )
    restore.add_argument('--device', help='such as cpu or cuda:1 (default: the GPU if there is one)')


def add_corrupt(commands, common: argparse.ArgumentParser) -> None:
    corrupt = commands.add_parser('corrupt', parents=[common], help='lose pixels of images at random')
    corrupt.add_argument('images', nargs='+', type=Path, metavar='image', help='image, folder, or "pattern*.png"')
    corrupt.add_argument('-o', '--output', type=Path, required=True, help='file; folder, for several')
    corrupt.add_argument('--ratio', type=float, required=True, help='share of the pixels, between 0 and 1')
    corrupt.add_argument(
        '--fill',
        type=fill,
        default='black',
        help='black (default), white, mean_grey, salt_and_pepper, uniform_noise, gaussian_noise, or a '
        'colour such as 255,0,0 in the units of the file',
    )
    corrupt.add_argument('--seed', type=seed, default=0)
    corrupt.add_argument('--save-mask', type=Path, metavar='FILE_OR_DIR', help='white = lost')


def check_restore(args: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    args.images += args.image_option
    del args.image_option
    if not args.images:
        parser.error('name a damaged image, or a folder')
    if args.mask and (args.fill or args.nodata is not None):
        parser.error('--mask says which pixels are lost, --fill and --nodata how to find them: give one of them')
    if args.fill and args.nodata is not None:
        parser.error('--fill and --nodata both say how to find lost pixels: give one of them')
    if args.original and not args.compare:
        parser.error('--original is for --compare')
    if args.overwrite and args.skip_existing:
        parser.error('--overwrite and --skip-existing contradict each other: give one of them')
    names = dict(mask_threshold='threshold', invert_mask='invert', mask_as_stored='as_stored')
    args.mask_options = {option: getattr(args, name) for name, option in names.items()}
    for name in names:
        delattr(args, name)


def fill(text: str) -> Union[str, List[float]]:
    """A colour such as "255,0,0" as numbers; a name as it is."""
    try:
        return [float(value) for value in text.split(',')]
    except ValueError:
        return text


def seed(text: str) -> int:
    if int(text) < 0:
        raise argparse.ArgumentTypeError(f'{text} must not be negative')
    return int(text)


def positive(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f'{text} must be 1 or more')
    return int(text)


# What each command calls, with its arguments.
COMMANDS = dict(
    restore='ssrgan_plugin.restoration.folders:restore',
    corrupt='ssrgan_plugin.restoration.corrupting:corrupt',
    evaluate='ssrgan_plugin.restoration.evaluation:evaluate',
)


def main() -> None:
    for stream in (sys.stdout, sys.stderr):  # names may be any bytes, and consoles know any few characters
        stream.reconfigure(errors='backslashreplace')
    arguments = parse_args()
    warnings.simplefilter('ignore')  # libraries' own; ours are in what is told
    try:
        failures = resolve_name(COMMANDS[arguments.pop('command')])(**arguments) or []
        for failure in failures:
            print(f'ssrgan: {failure}', file=sys.stderr)
        sys.stdout.flush()
        sys.exit(1 if failures else 0)
    except BrokenPipeError:
        end_quietly('the output is closed')
    except (InputError, OSError) as error:
        try:
            sys.stdout.flush()
        except OSError:
            end_quietly(f'the output cannot be written ({error.strerror if isinstance(error, OSError) else error})')
        sys.exit(f'ssrgan: {error}')
    except KeyboardInterrupt:
        sys.exit('ssrgan: interrupted; what is written is whole')


def end_quietly(reason: str) -> None:
    """Ends without Python's own complaint about a stream that takes nothing any more."""
    print(f'ssrgan: {reason}', file=sys.stderr)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)


if __name__ == '__main__':
    main()
