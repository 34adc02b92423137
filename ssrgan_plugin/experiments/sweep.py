"""The paper's trainings and evaluations, one after the other, and their table."""

import json
import signal
from pathlib import Path
from typing import List, Optional, Sequence

from tqdm import tqdm

from ..atomic_files import write_whole
from ..errors import InputError
from ..networks.cpu_bfloat16 import slow_bfloat16
from ..toolbox.trained_models import parse_options
from .training_cost import Amount, price
from .training_run import Budget, Run, environment


def sweep(
    datasets: Sequence[str],
    ratios: Sequence[int],
    out: Path,
    epochs: Optional[int] = None,
    train_images: Optional[int] = None,
    val_images: Optional[int] = None,
    test_images: Optional[int] = None,
    crop: Optional[int] = None,
    gpus: int = 1,
    amp: bool = False,
    estimate: bool = False,
    cfg_options: Sequence[str] = (),
) -> List[str]:
    """Trains and tests, one data set and level at a time; interrupted, the same call goes on.

    Args:
        datasets: Keys of :data:`~ssrgan_plugin.experiments.paper_datasets.DATASETS`.
        ratios: Levels of corruption, percent.
        out: Folder of all runs; results.json and results.md land there.
        epochs, train_images, val_images, test_images, crop: The budget. Default: the configs'.
        gpus: Processes of each training. Default: 1.
        amp: Train and test in mixed precision. Default: False.
        estimate: Only say what all of it costs. Default: False.
        cfg_options: Changes to every config, as ``KEY=VALUE``.

    Returns:
        What failed, in a sentence, if anything did.
    """
    images = dict(train=train_images, val=val_images, test=test_images)
    budget = Budget(epochs, images, crop, gpus, amp, parse_options(cfg_options))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stops the training too, as Ctrl-C does
    try:
        runs = [Run(dataset, ratio, out, budget) for dataset in datasets for ratio in ratios]
    except (KeyError, IndexError, TypeError, AssertionError) as error:
        raise InputError(f'--cfg-options do not fit the configs ({error}): check their keys') from error
    left = [run for run in runs if not run.finished()]
    finished = sum(min(run.trained_epochs(), run.epochs) if run in left else run.epochs for run in runs)
    if left:
        print(forecast(left, budget), flush=True)
        if amp and slow_bfloat16():
            print(f'but {slow_bfloat16()}', flush=True)
    if estimate:
        return []
    failed = {}
    # Unsmoothed: its rate is otherwise that of the last look, as if an epoch took no longer than the time between two.
    with tqdm(total=sum(run.epochs for run in runs), initial=finished, unit='epoch', smoothing=0) as progress:
        for run in left:
            progress.set_description(run.name)
            try:
                run.execute(progress)
            except Exception as error:  # whatever it is, the other runs go on
                failed[run.name] = str(error) if isinstance(error, InputError) else repr(error)
            collect(out)
    print(collect(out))
    if not failed:
        return []
    reasons = '; '.join(f'{name}: {reason}' for name, reason in failed.items())
    return [f'{len(failed)} of {len(runs)} runs failed: {reasons}']


def forecast(runs: Sequence[Run], budget: Budget) -> str:
    """What is left of the runs costs, in a sentence; their model is timed for that on this machine."""
    one = price(runs[0].cfg, runs[0].side('train'), runs[0].side('test'), budget.amp)
    images = sum((run.left() for run in runs), Amount(0, 0))
    cost = one.of(images)
    hours = cost.hours / budget.gpus
    machine = environment()['hardware'] if budget.gpus == 1 else f'{budget.gpus} processes, each as fast as one here'
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
