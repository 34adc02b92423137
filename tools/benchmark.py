"""Where the time goes, side by side in one run.

python tools/benchmark.py data     # what the loader delivers, and what the training step consumes
python tools/benchmark.py eval     # the generator's share of an evaluation
"""

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

import torch
from mmengine.config import Config, DictAction
from mmengine.runner import Runner
from tqdm import tqdm

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.experiments.training_speed import measure, report
from ssrgan_plugin.toolbox import adaptations
from ssrgan_plugin.toolbox.trained_models import read_config

CONFIG = Path(__file__).parents[1] / 'configs/ssrgan_flower_p50.py'


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument('--config', type=Path, default=CONFIG, help='default: configs/ssrgan_flower_p50.py')
    common.add_argument('--work-dir', default='work_dirs/benchmark', help='default: work_dirs/benchmark')
    common.add_argument('--cfg-options', nargs='+', action=DictAction, default={}, metavar='KEY=VALUE')
    kinds = parser.add_subparsers(dest='kind', required=True)
    data = kinds.add_parser('data', parents=[common], help='loader against training step, images a second')
    data.add_argument('--batches', type=positive, default=30, help='batches to load (default: 30)')
    data.add_argument('--steps', type=positive, default=2, help='training steps to time (default: 2)')
    data.add_argument('--amp', action='store_true', help='train in mixed precision')
    evaluation = kinds.add_parser('eval', parents=[common], help='share of the time spent in the generator')
    evaluation.add_argument('--images', type=positive, default=100, help='test images to evaluate (default: 100)')
    train = kinds.add_parser('train', parents=[common], help='images a second, share of the matrix peak, operations')
    train.add_argument('--amp', action='store_true', help='train in bfloat16')
    train.add_argument('--steps', type=positive, default=5, help='steps of each measurement (default: 5)')
    train.add_argument('--rounds', type=positive, default=3, help='measurements, the median counts (default: 3)')
    train.add_argument('--against-plain', action='store_true', help='in turn with the networks computed layer by layer')
    return parser.parse_args()


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f'{text} must be at least 1')
    return number


def seconds() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def endless(loader):
    while True:
        yield from loader


def data(cfg: Config, args: argparse.Namespace) -> None:
    """Both in this process's machine state, the loader first and alone."""
    runner = Runner.from_cfg(cfg)
    loader = runner.build_dataloader(cfg.train_dataloader)
    size = cfg.train_dataloader.batch_size
    batches = endless(loader)
    batch = next(batches)  # the workers' start is not counted
    begin = seconds()
    for _ in tqdm(range(args.batches), 'loader alone', unit='batch'):
        next(batches)
    loaded = args.batches * size / (seconds() - begin)

    runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
    runner.model.train_step(batch, runner.optim_wrapper)  # warms up
    begin = seconds()
    for _ in tqdm(range(args.steps), 'training step alone', unit='step'):
        runner.model.train_step(batch, runner.optim_wrapper)
    trained = args.steps * size / (seconds() - begin)
    print(
        f'loader, {cfg.train_dataloader.num_workers} workers: {loaded:.0f} images/s\n'
        f'training step, batches of {size}: {trained:.1f} images/s\n'
        f'the loader delivers {loaded / trained:.1f} times what the step consumes'
    )


def evaluate(cfg: Config, args: argparse.Namespace) -> None:
    """Times the test loop's parts by wrapping them; what is left is waiting for data and the loop itself."""
    cfg.test_dataloader.dataset.max_images = args.images
    cfg.custom_hooks = [hook for hook in cfg.custom_hooks if hook.type != 'FewImagesVisualizationHook']
    runner = Runner.from_cfg(cfg)
    runner._test_loop = loop = runner.build_test_loop(runner._test_loop)
    spent = defaultdict(float)

    def timed(owner, method: str, part: str) -> None:
        call = getattr(owner, method)

        def wrapper(*arguments, **keywords):
            begin = seconds()
            result = call(*arguments, **keywords)
            spent[part] += seconds() - begin
            return result

        setattr(owner, method, wrapper)

    timed(runner.model.generator, 'forward', 'generator')
    for evaluator in loop.evaluators:
        for metric in evaluator.metrics:
            timed(metric, 'process', f'metric {metric.__class__.__name__}')
    images = sum(len(loader.dataset) for loader in loop.dataloaders)
    begin = seconds()
    runner.test()
    total = seconds() - begin
    spent['loading, conversions, rest'] = total - sum(spent.values())
    for part, share in sorted(spent.items(), key=lambda item: -item[1]):
        print(f'{part:28}{1000 * share / images:9.2f} ms an image{share / total:9.1%}')


def train(cfg: Config, args: argparse.Namespace) -> None:
    print(report(*measure(cfg, args.amp, args.steps, args.rounds, args.against_plain)))


def main():
    args = parse_args()
    adaptations.apply()
    try:
        cfg = read_config(args.config)
        cfg.merge_from_dict(args.cfg_options)
        if 'generator' not in cfg.model and 'encdec' not in cfg.model:
            raise InputError(f'the model of {args.config} has no network to time: name another --config')
        cfg.work_dir = args.work_dir
        cfg.log_level = 'WARNING'
        if getattr(args, 'amp', False):
            for wrapper in cfg.optim_wrapper.values():
                if isinstance(wrapper, dict):  # one a network, beside the constructor's name
                    wrapper.type = 'AmpOptimWrapper'
        dict(data=data, eval=evaluate, train=train)[args.kind](cfg, args)
    except (InputError, OSError) as error:
        sys.exit(f'benchmark.py: {error}')


if __name__ == '__main__':
    main()
