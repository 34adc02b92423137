"""Arguments of the commands for pictures, and what each calls with them; imports nothing heavy.

A function here adds its arguments to a parser, and says by defaults what is called with them and how they are checked.
"""

from argparse import ArgumentParser, BooleanOptionalAction, Namespace

from .argument_types import fill, level, number, path, positive, seed, share

HERE = 'ssrgan_plugin.restoration'


def restore(parser: ArgumentParser) -> None:
    """Restores images, or folders of them.

    ssrgan restore damaged.png -o restored.png                        # finds the lost pixels
    ssrgan restore damaged.png -o restored.png --mask mask.png        # or is told which they are
    ssrgan restore damaged/ -o restored/ --mask-dir masks/ --compare  # a folder and its subfolders
    ssrgan restore "scans/*.tif" -o out/ --nodata 0 --skip-existing   # units of the file; goes on where it was
    cat damaged.png | ssrgan restore - -o - > restored.png            # standard input and output

    Reads PNG, JPEG, TIFF, WebP, GIF, AVIF, BMP and PNM; writes PNG, TIFF, JPEG, WebP and BMP, by the output's name.
    Known pixels stay the same to the bit, but in JPEG outputs. Nothing is overwritten unless asked for.
    """
    add_common(parser)
    parser.add_argument(
        'images',
        nargs='*',
        type=path,
        metavar='image',
        help='damaged image, folder, "pattern*.png", or - for the standard input',
    )
    parser.add_argument('-i', '--image', dest='image_option', type=path, action='append', default=[], help='the same')
    parser.add_argument(
        '-o',
        '--output',
        type=path,
        required=True,
        help='restored image; folder, for several; or - for the standard output',
    )
    parser.add_argument(
        '--mask',
        '--mask-dir',
        type=path,
        metavar='FILE_OR_DIR',
        help='not black = lost; one file may serve many images (default: NAME_mask.png beside the '
        'image, else found in it)',
    )
    parser.add_argument(
        '--mask-threshold',
        type=level,
        metavar='N',
        help='what is brighter in the mask is lost (default: the brighter of two levels; of a JPEG above mid-grey)',
    )
    parser.add_argument('--invert-mask', action='store_true', help='black = lost (default: not black)')
    parser.add_argument(
        '--mask-as-stored', action='store_true', help='the mask fits the pixels as stored, not as EXIF turns them'
    )
    parser.add_argument(
        '--mask-by-channel',
        action=BooleanOptionalAction,
        help='each channel of the mask marks that channel alone (default: if "ssrgan mask" wrote it so, or they differ '
        'and are not of one colour)',
    )
    add_looks(parser)
    parser.add_argument('--skip-existing', action='store_true', help='go on with a folder: leave what is done')
    parser.add_argument(
        '--compare', action='store_true', help='also write NAME_compare.png: damaged | restored (| original)'
    )
    parser.add_argument('--original', type=path, metavar='FILE_OR_DIR', help='for --compare: also show it, and errors')
    parser.add_argument(
        '--config', type=path, help='config of an SSRGAN that you trained (default: the shipped network)'
    )
    parser.add_argument('--checkpoint', type=path, help='its weights (default: the shipped ones)')
    parser.add_argument(
        '--self-ensemble',
        action='store_true',
        help='average over flips and turns of the image: smaller errors in eight times the time',
    )
    parser.set_defaults(function=f'{HERE}.folders:restore', check=check_restore)


def mask(parser: ArgumentParser) -> None:
    """Finds what is lost in images, and writes it as masks to look at and to correct.

    ssrgan mask damaged.png -o mask.png
    ssrgan restore damaged.png --mask mask.png -o restored.png
    """
    add_common(parser)
    parser.add_argument(
        'images', nargs='+', type=path, metavar='image', help='damaged image, folder, or "pattern*.png"'
    )
    parser.add_argument('-o', '--output', type=path, required=True, help='mask, white = lost; folder, for several')
    add_looks(parser)
    parser.set_defaults(function=f'{HERE}.marking:mark', check=check_looks)


def check_looks(parser: ArgumentParser, args: Namespace) -> None:
    if args.fill and args.nodata is not None:
        parser.error('--fill and --nodata both say how to find lost pixels: give one of them')


def check_restore(parser: ArgumentParser, args: Namespace) -> None:
    args.images += args.image_option
    del args.image_option
    if not args.images:
        parser.error('name a damaged image, or a folder')
    if args.mask and args.fill:
        parser.error('--mask says which pixels are lost, --fill how to find them: give one of them')
    check_looks(parser, args)
    if args.original and not args.compare:
        parser.error('--original is for --compare')
    if args.overwrite and args.skip_existing:
        parser.error('--overwrite and --skip-existing contradict each other: give one of them')
    names = dict(
        mask_threshold='threshold', invert_mask='invert', mask_as_stored='as_stored', mask_by_channel='by_channel'
    )
    args.mask_options = {option: getattr(args, name) for name, option in names.items()}
    for name in names:
        delattr(args, name)


def corrupt(parser: ArgumentParser) -> None:
    """Loses pixels of images at random.

    ssrgan corrupt photo.jpg -o damaged.png --ratio 0.5 --save-mask mask.png
    ssrgan corrupt photos/ -o damaged/ --ratio 0.8 --fill salt_and_pepper --seed 7

    An image's name and the seed say which pixels; a higher ratio loses all that a lower one does. Formats are those of
    "ssrgan restore"; a JPEG would smear the lost pixels, so write PNG, TIFF or WebP; in folders it becomes PNG.
    """
    add_common(parser)
    parser.add_argument('images', nargs='+', type=path, metavar='image', help='image, folder, or "pattern*.png"')
    parser.add_argument('-o', '--output', type=path, required=True, help='file; folder, for several')
    parser.add_argument('--ratio', type=float, required=True, help='share of the pixels, between 0 and 1')
    parser.add_argument(
        '--fill',
        type=fill,
        default='black',
        help='black (default), white, mean_grey, salt_and_pepper, uniform_noise, gaussian_noise, or a '
        'colour such as 255,0,0 in the units of the file',
    )
    parser.add_argument(
        '--by-channel', action='store_true', help='lose values of each channel by themselves, not whole pixels'
    )
    parser.add_argument('--seed', type=seed, default=0, metavar='N', help='another loses other pixels (default: 0)')
    parser.add_argument('--save-mask', type=path, metavar='FILE_OR_DIR', help='white = lost')
    parser.set_defaults(function=f'{HERE}.corrupting:corrupt')


def evaluate(parser: ArgumentParser) -> None:
    """NMSE, PSNR and SSIM of restored images.

    ssrgan evaluate --originals photo.png --restored restored.png
    ssrgan evaluate --originals photos/ --restored restored/ --csv errors.csv

    Folders are matched by name, whatever the format. Ends with status 1 if an image cannot be compared or is NaN.
    """
    add_common(parser)
    parser.add_argument('--originals', type=path, required=True, metavar='FILE_OR_DIR', help='undamaged images')
    parser.add_argument('--restored', type=path, required=True, metavar='FILE_OR_DIR', help='what to compare with them')
    parser.add_argument('--csv', dest='csv_file', type=path, metavar='FILE', help='write the table there, too')
    parser.set_defaults(function=f'{HERE}.evaluation:evaluate')


def export(parser: ArgumentParser) -> None:
    """A trained network alone: its weights in half precision, or a graph that needs no PyTorch.

    ssrgan export work_dirs/ssrgan_mask_aware_all/iter_20000.pth generator.safetensors
    ssrgan export generator.safetensors generator.onnx
    ssrgan export --config configs/ssrgan_flower_p50.py work_dirs/ssrgan_flower_p50/epoch_100.pth paper.onnx

    Safetensors go where any checkpoint does: tools/test.py, tools/compare.py, ssrgan restore --checkpoint. ONNX is for
    ssrgan restore --checkpoint where no PyTorch is, and for other programs: it takes "image", (1, 3, height, width) of
    any size, from -1 to 1; "mask", 1 = lost, of as many channels as it says; and, where the network looks nearby alone,
    "far", of the image's shape: what to begin with elsewhere, or NaN.
    """
    parser.add_argument('checkpoint', type=path, help='of a training, .pth or .safetensors')
    parser.add_argument('output', type=path, help='.safetensors or .onnx')
    parser.add_argument('--config', type=path, help='of the training; for ONNX of other than mask-aware generators')
    add_overwrite(parser)
    parser.set_defaults(function=f'{HERE}.export:export', check=check_export)


def check_export(parser: ArgumentParser, args: Namespace) -> None:
    if args.output.suffix not in ('.safetensors', '.onnx'):
        parser.error(f'{args.output}: its name must end in .safetensors or .onnx, the format that it gets')


def add_looks(parser: ArgumentParser) -> None:
    """How lost pixels are found."""
    parser.add_argument(
        '--fill',
        type=fill,
        action='append',
        metavar='COLOUR',
        help='what lost pixels look like: black, white, salt_and_pepper, or a colour such as 255,0,0 in units of the '
        'file, or --fill=-1,0,0 with a minus; may be given several times (default: what is missing, transparent, black '
        'or white, else what a network finds). NaN are always lost',
    )
    parser.add_argument(
        '--nodata',
        type=number,
        metavar='VALUE',
        help='the value of missing pixels, wherever it is found; beside a --mask, of others that stay as they are; '
        'with minus and exponent say --nodata=-1e4',
    )
    parser.add_argument(
        '--max-share',
        type=share,
        default=0.9,
        metavar='SHARE',
        help='do not believe that more than this share of the values is lost, where they are found by their looks '
        '(default: 0.9)',
    )
    parser.add_argument('--device', help='such as cpu or cuda:1 (default: the GPU if there is one, and PyTorch)')
    parser.add_argument(
        '--backend',
        choices=['openvino', 'torch'],
        help='what computes: the same to a grey level (default: openvino, but PyTorch on a GPU and for --config)',
    )


def add_overwrite(parser: ArgumentParser) -> None:
    parser.add_argument('--overwrite', action='store_true', help='replace outputs that exist (default: refuse)')


def add_common(parser: ArgumentParser) -> None:
    add_overwrite(parser)
    parser.add_argument(
        '--max-pixels',
        type=positive,
        metavar='N',
        help='read images up to so many (default: 2^30; an eighth of it for those decoded as a whole)',
    )
    parser.add_argument('--json', dest='as_json', action='store_true', help='print one JSON object a line')
    parser.add_argument('--quiet', action='store_true', help='print nothing but refusals')


COMMANDS = {'restore': restore, 'mask': mask, 'corrupt': corrupt, 'evaluate': evaluate, 'export': export}
