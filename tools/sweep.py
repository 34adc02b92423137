"""Runs the paper's trainings and evaluations, one data set and level at a time, by the same tools as by hand.

    python tools/sweep.py --datasets flower pet caltech --ratios 30 40 50 60 70 80 --out work_dirs/sweep

Interrupted, the same command goes on: finished runs are kept, a broken one continues. Writes results.json and
results.md, with the classical methods' errors on the same images and masks.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Sequence

import numpy as np
import torch
from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope
from tqdm import tqdm
from tqdm.contrib.concurrent import process_map

from ssrgan_plugin.atomic_files import write_whole
from ssrgan_plugin.classical_inpainting import restore
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.experiments.training_cost import Amount, amount, price
from ssrgan_plugin.nmse import nmse
from ssrgan_plugin.preparation import DATASETS, METADATA

REPO = Path(__file__).parents[1]
RATIOS = (30, 40, 50, 60, 70, 80)
CLASSICS = ('telea', 'navier_stokes', 'biharmonic')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--datasets', nargs='+', choices=DATASETS, default=list(DATASETS), help='default: all')
    parser.add_argument('--ratios', nargs='+', type=int, choices=RATIOS, default=list(RATIOS), help='default: all')
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
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, default={}, metavar='KEY=VALUE', help='go to every run'
    )
    return parser.parse_args()


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f'{text} must be at least 1')
    return number


class Run:
    """One config's training, test and comparison; result.json in its folder comes last."""

    def __init__(self, dataset: str, ratio: int, args: argparse.Namespace):
        self.name = f'ssrgan_{dataset}_p{ratio}'
        self.dataset = DATASETS[dataset]
        self.title = self.dataset.title
        self.args = args
        self.work_dir = args.out / self.name
        self.source = REPO / 'configs' / f'{self.name}.py'
        self.config = args.out / f'{self.name}.py'
        self.cfg = Config.fromfile(self.source, import_custom_modules=False)
        self.cfg.merge_from_dict(args.cfg_options)
        self.epochs = args.epochs or self.cfg.train_cfg.max_epochs
        images = {split: getattr(args, f'{split}_images') for split in ('train', 'val', 'test')}
        # As JSON reads it back, so that it compares with what an earlier call wrote.
        self.settings = json.loads(
            json.dumps(dict(amp=args.amp, crop=args.crop, cfg_options=args.cfg_options, images=images))
        )

    def finished(self) -> bool:
        result = self.work_dir / 'result.json'
        if not result.exists():
            return False
        done = json.loads(result.read_text())
        return done['settings'] == self.settings and done['epochs'] == self.epochs

    def trained_epochs(self) -> int:
        last = self.work_dir / 'last_checkpoint'
        return int(last.read_text().rpartition('_')[2].partition('.')[0]) if last.exists() else 0

    def left(self) -> Amount:
        """Images still to train on and to evaluate: those listed, or before they are prepared the paper's."""
        counts = []
        for split, paper in dict(train=self.dataset.train, val=self.dataset.test, test=self.dataset.test).items():
            dataset = self.cfg[f'{split}_dataloader'].dataset
            listing = Path(dataset.data_root) / dataset.ann_file
            listed = len(listing.read_text().splitlines()) if listing.exists() else paper
            counts.append(min(listed, self.settings['images'][split] or dataset.get('max_images') or listed))
        epochs = max(0, self.epochs - self.trained_epochs())
        return amount(*counts, epochs, self.cfg.train_dataloader.batch_size)

    def side(self, split: str) -> int:
        """Pixels of the images' side, as the config resizes them or the budget crops them."""
        if split == 'train' and self.args.crop:
            return self.args.crop
        steps = self.cfg[f'{split}_dataloader'].dataset.pipeline
        return next((step.scale[0] for step in steps if step.type == 'Resize'), 128)

    def prepare(self) -> None:
        """Writes the run's config: the repository's, inherited, with the budget in it."""
        self.work_dir.mkdir(parents=True, exist_ok=True)
        begun = self.work_dir / 'settings.json'
        if begun.exists() and json.loads(begun.read_text()) != self.settings:
            raise InputError(f'{self.work_dir} was begun with other settings than these: name another --out')
        write_whole(begun, json.dumps(self.settings))
        if self.trained_epochs() > self.epochs:
            raise InputError(f'{self.work_dir} was trained for more than {self.epochs} epochs: name another --out')
        self.cfg.train_cfg.max_epochs = self.epochs
        if self.args.crop:
            pipeline = self.cfg.train_dataloader.dataset.pipeline
            after = [step.type for step in pipeline].index('RandomPixelCorruption')
            pipeline.insert(after, dict(type='Crop', keys=['gt'], crop_size=(self.args.crop, self.args.crop)))
        for split, count in self.settings['images'].items():
            if count:
                self.cfg.merge_from_dict({f'{split}_dataloader.dataset.max_images': count})
        self.cfg.dump(self.config)

    def call(self, command, log: str, progress: tqdm, before: int) -> None:
        with open(self.work_dir / log, 'ab') as file:
            # A session of its own, so that all its processes can be stopped with the sweep.
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
            try:
                while process.poll() is None:
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(timeout=5)
                    progress.update(before + max(self.history()['nmse'], default=0) - progress.n)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGTERM)
                    process.wait()
        if process.returncode:
            raise InputError(f'it stopped with status {process.returncode}: see {self.work_dir / log}')

    def execute(self, progress: tqdm) -> None:
        self.prepare()
        before = progress.n
        train = [sys.executable, REPO / 'tools/train.py', self.config]
        if self.args.gpus > 1:
            train = ['bash', REPO / 'tools/dist_train.sh', self.config, self.args.gpus]
        amp = ['--amp'] if self.args.amp else []
        self.call([*train, '--work-dir', self.work_dir, '--resume', *amp], 'train.log', progress, before)
        checkpoint = self.work_dir / f'epoch_{self.epochs}.pth'
        test = [sys.executable, REPO / 'tools/test.py', self.config, checkpoint, *amp]
        self.call(
            [*test, '--work-dir', self.work_dir / 'test', '--out', self.work_dir / 'test.json'],
            'test.log',
            progress,
            before,
        )
        result = dict(
            dataset=self.title,
            settings=self.settings,
            test=json.loads((self.work_dir / 'test.json').read_text()),
            classics=self.classics(),
            **self.history(),
            **self.describe(),
            **environment(),
        )
        write_whole(self.work_dir / 'result.json', json.dumps(result, indent=2))

    def history(self) -> dict:
        """NMSE after each epoch, and the losses at each logged iteration, over all parts of a resumed run."""
        nmses, losses = {}, {}
        for log in sorted(self.work_dir.glob('*/vis_data/scalars.json')):
            for line in log.read_text().splitlines():
                try:
                    scalars = json.loads(line)
                except ValueError:  # half written
                    continue
                if 'NMSE' in scalars:
                    nmses[scalars['step']] = scalars['NMSE']
                elif 'loss_pix' in scalars:
                    losses[scalars['iter']] = {key: value for key, value in scalars.items() if key.startswith('loss_')}
        return dict(nmse=nmses, losses=losses)

    def classics(self) -> dict:
        """Mean NMSE of the corrupted images and of the classical methods, on the test's images and masks."""
        from mmagic.registry import DATASETS as REGISTRY

        from ssrgan_plugin import registration  # noqa: F401

        init_default_scope('mmagic')
        dataset = REGISTRY.build(self.cfg.test_dataloader.dataset)
        errors = process_map(
            partial(classical_errors, dataset),
            range(len(dataset)),
            chunksize=8,
            leave=False,
            desc='classical methods',
            unit='image',
        )
        return dict(zip(('corrupted', *CLASSICS), np.mean(errors, axis=0)))

    def describe(self) -> dict:
        """What a reader needs to judge a figure by: seed, budget, data."""
        cfg = self.cfg
        metadata = Path(cfg.train_dataloader.dataset.data_root) / METADATA
        return dict(
            ratio=cfg.test_dataloader.dataset.corruption.ratio,
            seed=cfg.randomness.seed,
            batch=cfg.train_dataloader.batch_size,
            epochs=self.epochs,
            data=json.loads(metadata.read_text()) if metadata.exists() else None,
        )


def classical_errors(dataset, index: int) -> list:
    packed = dataset[index]
    image, original = (
        picture.permute(1, 2, 0).numpy() for picture in (packed['inputs'], packed['data_samples'].gt_img)
    )
    mask = packed['data_samples'].mask[0].numpy() != 0
    return [nmse(image, original), *(nmse(restore(image, mask, method), original) for method in CLASSICS)]


def environment() -> dict:
    from importlib.metadata import version

    hardware = torch.cuda.get_device_name() if torch.cuda.is_available() else f'{os.cpu_count()} CPU cores'
    return dict(
        date=str(date.today()),
        hardware=hardware,
        python=platform.python_version(),
        versions={name: version(name) for name in ('ssrgan-plugin', 'mmagic', 'mmengine', 'torch', 'numpy')},
    )


def table(results: dict) -> str:
    """Markdown: one row a run, with what it took."""
    head = (
        '| data set | corrupted | NMSE | NMSE, dB | PSNR | SSIM | Telea | Navier–Stokes | biharmonic | epochs '
        '| batch | training data | test images | hardware | date |'
    )
    rows = [head, '|' + '---|' * (head.count('|') - 1)]
    for run in results.values():
        test, classics, images = run['test'], run['classics'], run['settings']['images']
        data = run['data'] or dict(subset=False, train='all', test='all')
        which = {
            split: f'{images[split]} of {data[split]}'
            if images[split] and images[split] != data[split]
            else data[split]
            for split in ('train', 'test')
        }
        crops = f', crops of {run["settings"]["crop"]}×{run["settings"]["crop"]}' if run['settings']['crop'] else ''
        subset = ' of a SUBSET' if data['subset'] else '' if run['data'] else ', not prepared here'
        rows.append(
            f'| {run["dataset"]} | {run["ratio"]:.0%} | {test["NMSE"]:.5f} | {test["NMSE_dB"]:.2f} | '
            f'{test["PSNR"]:.2f} | {test["SSIM"]:.4f} | {classics["telea"]:.5f} | '
            f'{classics["navier_stokes"]:.5f} | {classics["biharmonic"]:.5f} | {run["epochs"]} | '
            f'{run["batch"]} | {which["train"]}{subset}{crops} | {which["test"]}{subset} | '
            f'{run["hardware"]} | {run["date"]} |'
        )
    return '\n'.join(rows) + '\n'


def main():
    args = parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stops the training too, as Ctrl-C does
    try:
        runs = [Run(dataset, ratio, args) for dataset in args.datasets for ratio in args.ratios]
    except (KeyError, IndexError, TypeError, AssertionError) as error:
        sys.exit(f'sweep.py: --cfg-options do not fit the configs ({error}): check their keys')
    left = [run for run in runs if not run.finished()]
    finished = sum(run.epochs for run in runs) - sum(run.epochs for run in left)
    if left:
        try:
            print(forecast(left, args), flush=True)
        except InputError as error:
            sys.exit(f'sweep.py: {error}')
    if args.estimate:
        return
    failed = {}
    with tqdm(total=finished + sum(run.epochs for run in left), initial=finished, unit='epoch') as progress:
        for run in left:
            progress.set_description(run.name)
            finished += run.epochs
            try:
                run.execute(progress)
            except KeyboardInterrupt:
                sys.exit('sweep.py: interrupted; the same command goes on from here')
            except Exception as error:  # whatever it is, the other runs go on
                failed[run.name] = str(error) if isinstance(error, InputError) else repr(error)
            progress.update(finished - progress.n)
            collect(args.out)
    print(collect(args.out))
    if failed:
        sys.exit(
            f'sweep.py: {len(failed)} of {len(runs)} runs failed: '
            + '; '.join(f'{name}: {reason}' for name, reason in failed.items())
        )


def forecast(runs: Sequence[Run], args: argparse.Namespace) -> str:
    """What is left of the runs costs, in a sentence; their model is timed for that on this machine."""
    one = price(runs[0].cfg, runs[0].side('train'), runs[0].side('test'), args.amp)
    images = sum((run.left() for run in runs), Amount(0, 0))
    cost = one.of(images)
    hours = cost.hours / args.gpus
    machine = environment()['hardware'] if args.gpus == 1 else f'{args.gpus} processes, each as fast as one here'
    return (
        f'{len(runs)} runs: {cost.flop:.2g} FLOP, about {hours:,.{1 if hours < 10 else 0}f} hours on {machine} (trains '
        f'{images.trained:,} images of {one.train_flop / 1e9:.1f} GFLOP at {1 / one.train_seconds:.3g} a second, '
        f'evaluates {images.evaluated:,} of {one.test_flop / 1e9:.1f} GFLOP at {1 / one.test_seconds:.3g} a second)'
    )


def collect(out: Path) -> str:
    """Writes what every finished run below ``out`` gave, of this call or another; returns the table."""
    results = {path.parent.name: json.loads(path.read_text()) for path in sorted(out.glob('*/result.json'))}
    write_whole(out / 'results.json', json.dumps(results, indent=2))
    write_whole(out / 'results.md', table(results))
    return table(results)


if __name__ == '__main__':
    main()
