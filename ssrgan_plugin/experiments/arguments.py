"""The experiments' arguments on the command line, and what each command calls with them; imports nothing heavy."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from pathlib import Path

from ..restoration.argument_types import positive
from ..shipped_files import shipped
from .paper_datasets import DATASETS

LEVELS = (30, 40, 50, 60, 70, 80)
HERE = 'ssrgan_plugin.experiments'


def key_value(text: str) -> str:
    if '=' not in text:
        raise ArgumentTypeError(f'{text} must be KEY=VALUE')
    return text


def prepare_data(parser: ArgumentParser) -> None:
    """Puts the paper's data sets where the configs look for them.

    ssrgan prepare-data flower pet caltech                     # downloads the official archives
    ssrgan prepare-data flower --archive 102flowers.tgz setid.mat --size 128
    """
    parser.add_argument(
        'datasets', nargs='+', choices=DATASETS, metavar='{' + ','.join(DATASETS) + '}', help='one or several'
    )
    parser.add_argument('--root', type=Path, default=Path('data'), help='folder of all data sets (default: data)')
    parser.add_argument(
        '--archive',
        type=Path,
        nargs='+',
        default=[],
        metavar='FILE',
        help='local archives or folders in the official layout, instead of a download',
    )
    parser.add_argument(
        '--size', type=positive, metavar='N', help='store copies resized to N×N instead of the originals'
    )
    parser.add_argument('--allow-subset', action='store_true', help="accept other numbers of images than the paper's")
    parser.set_defaults(
        function=f'{HERE}.data_preparation:prepare_all',
        check=check_prepare_data,
        interrupted='the same command goes on from here',
    )


def check_prepare_data(parser: ArgumentParser, args: Namespace) -> None:
    if args.archive and len(args.datasets) > 1:
        parser.error('--archive goes with one data set at a time')


def compare(parser: ArgumentParser) -> None:
    """One fair table: every method on the same images and masks, and what each costs.

    ssrgan compare --config configs/ssrgan_flower_p50.py configs/mixing/biharmonic_flower_p50.py \\
        --checkpoint work_dirs/ssrgan_flower_p50/epoch_100.pth - --ratios 30 50 80 --images 200

    Images and masks are those of the first config's test set. "{ratio}" in a config's or checkpoint's path stands for
    the level, for methods with one set of weights a level. Writes comparison.md, .json and .png; interrupted, the same
    command goes on with the level where it was.
    """
    parser.add_argument('--config', nargs='+', required=True, metavar='CONFIG', help='one for each method')
    parser.add_argument(
        '--checkpoint',
        nargs='+',
        default=[],
        metavar='CHECKPOINT',
        help='one for each config, "-" where the model has no weights (default: none has)',
    )
    parser.add_argument(
        '--ratios',
        nargs='+',
        type=int,
        default=list(LEVELS),
        metavar='PERCENT',
        help='levels of corruption (default: 30 40 50 60 70 80)',
    )
    parser.add_argument(
        '--images',
        type=positive,
        default=200,
        metavar='N',
        help='test images, evenly spread over the test set (default: 200)',
    )
    parser.add_argument('--out', type=Path, default=Path('work_dirs/comparison'), help='default: work_dirs/comparison')
    parser.add_argument('--amp', action='store_true', help='run the networks in bfloat16 (autocast)')
    parser.set_defaults(
        function=f'{HERE}.comparison:compare',
        check=check_compare,
        interrupted='the same command goes on with this level',
    )


def check_compare(parser: ArgumentParser, args: Namespace) -> None:
    args.ratios = list(dict.fromkeys(args.ratios))
    args.checkpoint = args.checkpoint or ['-'] * len(args.config)
    if len(args.checkpoint) != len(args.config):
        parser.error(
            f'{len(args.config)} configs but {len(args.checkpoint)} checkpoints: name one for each config, '
            '"-" where the model has no weights'
        )
    if any(not 0 < ratio < 100 for ratio in args.ratios):
        parser.error(f'--ratios {args.ratios} must be percentages between 0 and 100')
    try:
        [path.format(ratio=0) for path in (*args.config, *args.checkpoint)]
    except (KeyError, IndexError, ValueError):
        parser.error('paths may hold {ratio} and no other braces')


def sweep(parser: ArgumentParser) -> None:
    """Runs the paper's trainings and evaluations, one data set and level at a time, by the same tools as by hand.

    ssrgan sweep --datasets flower pet caltech --ratios 30 40 50 60 70 80 --out work_dirs/sweep

    Interrupted, the same command goes on: finished runs are kept, a broken one continues. Writes results.json and
    results.md, with the classical methods' errors on the same images and masks.
    """
    parser.add_argument('--datasets', nargs='+', choices=DATASETS, default=list(DATASETS), help='default: all')
    parser.add_argument('--ratios', nargs='+', type=int, choices=LEVELS, default=list(LEVELS), help='default: all')
    parser.add_argument('--epochs', type=positive, help="default: the configs' 100")
    parser.add_argument('--gpus', type=positive, default=1, help='processes of each training (default: 1)')
    parser.add_argument('--out', type=Path, default=Path('work_dirs/sweep'), help='default: work_dirs/sweep')
    parser.add_argument('--amp', action='store_true', help='train and test in mixed precision')
    parser.add_argument('--train-images', type=positive, metavar='N', help='take N, evenly spread (default: all)')
    parser.add_argument('--test-images', type=positive, metavar='N', help='likewise, for the final test (default: all)')
    parser.add_argument(
        '--val-images', type=positive, metavar='N', help='likewise, for the test after each epoch (default: 256)'
    )
    parser.add_argument('--crop', type=positive, metavar='N', help='train on random crops of N×N, for cheaper steps')
    parser.add_argument('--estimate', action='store_true', help='only say what all of it costs: FLOP, and hours here')
    add_cfg_options(parser, 'go to every run')
    parser.set_defaults(function=f'{HERE}.sweep:sweep', interrupted='the same command goes on from here')


def plot(parser: ArgumentParser) -> None:
    """Draws the paper's figures from a sweep: NMSE against level and epoch, restored images, losses.

    ssrgan plot work_dirs/sweep

    Writes PNG and SVG into DIR/figures.
    """
    parser.add_argument('folder', type=Path, metavar='DIR', help='the --out of the sweep')
    parser.add_argument('--images', type=positive, default=2, help='images in the rows of restored ones (default: 2)')
    parser.set_defaults(function=f'{HERE}.figures:plot')


def benchmark(parser: ArgumentParser) -> None:
    """Where the time goes, side by side in one run.

    ssrgan benchmark data     # what the loader delivers, and what the training step consumes
    ssrgan benchmark eval     # the generator's share of an evaluation
    ssrgan benchmark train    # the step, bare and in the Runner, against the matrix peak
    ssrgan benchmark damage photographs/val/cid22    # Restorer's errors in holes, lost channels and mosaics
    ssrgan benchmark finding photographs/val/cid22   # how well pictures are restored without a mask
    ssrgan benchmark runtimes    # OpenVINO against PyTorch
    """
    common = ArgumentParser(add_help=False)
    common.add_argument('--config', type=Path, help='default: configs/ssrgan_flower_p50.py')
    common.add_argument('--work-dir', default='work_dirs/benchmark', help='default: work_dirs/benchmark')
    add_cfg_options(common, 'change the config')
    kinds = parser.add_subparsers(dest='kind', required=True)

    def add(name: str, parent: ArgumentParser, what: str, example: str) -> ArgumentParser:
        told = f'{what[0].upper()}{what[1:]}.\n\nssrgan benchmark {name} {example}'
        form = RawDescriptionHelpFormatter
        return kinds.add_parser(name, parents=[parent], help=what, description=told, formatter_class=form)

    data = add('data', common, 'loader against training step, images a second', '--batches 10 --amp')
    data.add_argument('--batches', type=positive, default=30, help='batches to load (default: 30)')
    data.add_argument('--steps', type=positive, default=2, help='training steps to time (default: 2)')
    data.add_argument('--amp', action='store_true', help='train in mixed precision')
    evaluation = add('eval', common, 'share of the time spent in the generator', '--images 20')
    evaluation.add_argument('--images', type=positive, default=100, help='test images to evaluate (default: 100)')
    told = 'images a second, share of the matrix peak, operations'
    train = add('train', common, told, '--amp --against-plain --cfg-options train_dataloader.batch_size=8')
    train.add_argument('--amp', action='store_true', help='train in bfloat16')
    train.add_argument('--steps', type=positive, default=5, help='steps of each measurement (default: 5)')
    train.add_argument('--rounds', type=positive, default=3, help='measurements, the median counts (default: 3)')
    train.add_argument('--against-plain', action='store_true', help='in turn with the networks computed layer by layer')
    parser.set_defaults(function=f'{HERE}.benchmark:benchmark', check=check_benchmark)
    centres = ArgumentParser(add_help=False)
    centres.add_argument('images', nargs='+', type=Path, metavar='image', help='photograph, or folder')
    centres.add_argument('--every', type=positive, default=2, metavar='N', help='the N-th, the 2N-th, … (default: 2)')
    centres.add_argument('--crop', type=positive, default=256, help='side of the centre that is taken (default: 256)')
    told = "Restorer's errors by kind of damage, beside OpenCV's, on photographs in RGB of 8 bits"
    damage = add('damage', centres, told, 'photographs/ --every 1 --kinds hole32 mosaic')
    damage.add_argument('--max-images', type=positive, default=12, help='default: 12')
    damage.add_argument('--checkpoint', type=Path, help='default: the shipped weights')
    damage.add_argument(
        '--kinds',
        nargs='+',
        metavar='KIND',
        help='such as hole32, border60, corner60, pixels50, channels50, mosaic (default: 16)',
    )
    damage.set_defaults(function=f'{HERE}.damage_errors:damage_errors', check=without_kind)
    told = 'PSNR of photographs in RGB of 8 bits restored without a mask, by kind of damage'
    finding = add('finding', centres, told, 'photographs/ --every 1 --max-images 4 --undamaged 20')
    finding.add_argument('--max-images', type=positive, default=20, help='default: 20')
    finding.add_argument('--undamaged', type=positive, default=200, help='intact pictures (default: 200)')
    finding.set_defaults(function=f'{HERE}.finding:finding', check=without_kind)
    told = 'what a restored picture takes in OpenVINO and in PyTorch on the CPU, and how far they come apart'
    runtimes = add('runtimes', ArgumentParser(add_help=False), told, '--sizes 512 --rounds 10')
    runtimes.add_argument(
        '--sizes', nargs='+', type=positive, default=[128, 512, 1024], help="picture's sides (default: 128 512 1024)"
    )
    runtimes.add_argument('--rounds', type=positive, default=5, help='of each, the least time counts (default: 5)')
    runtimes.set_defaults(function=f'{HERE}.runtimes:runtimes', check=without_kind)


def check_benchmark(parser: ArgumentParser, args: Namespace) -> None:
    args.config = args.config or shipped('configs') / 'ssrgan_flower_p50.py'


def without_kind(parser: ArgumentParser, args: Namespace) -> None:
    del args.kind  # it has named the function


def quickstart_report(parser: ArgumentParser) -> None:
    """Compares a trained model with the shipped weights and with OpenCV's Telea on its test photographs.

    ssrgan quickstart-report configs/ssrgan_sample_p50.py work_dirs/ssrgan_sample_p50

    Prints a table of NMSE and writes comparison.png into the work dir.
    """
    parser.add_argument('config', help='what was trained, with a few test images')
    parser.add_argument('work_dir', type=Path, help='where its checkpoints are')
    parser.set_defaults(function=f'{HERE}.quickstart:report')


def add_cfg_options(parser: ArgumentParser, what: str) -> None:
    parser.add_argument('--cfg-options', nargs='+', type=key_value, default=[], metavar='KEY=VALUE', help=what)


COMMANDS = {
    'compare': compare,
    'prepare-data': prepare_data,
    'sweep': sweep,
    'plot': plot,
    'benchmark': benchmark,
    'quickstart-report': quickstart_report,
}
