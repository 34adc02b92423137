"""Runs the paper's trainings and evaluations, one data set and level at a time, by the same tools as by hand.

    python tools/sweep.py --datasets flower pet caltech --ratios 30 40 50 60 70 80 --out work_dirs/sweep

Interrupted, the same command goes on: finished runs are kept, a broken one continues. Writes results.json and
results.md.
"""
import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

import torch
from tqdm import tqdm

from ssrgan_plugin.preparation import DATASETS, METADATA, write_whole

REPO = Path(__file__).parents[1]
RATIOS = (30, 40, 50, 60, 70, 80)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--datasets', nargs='+', choices=DATASETS, default=list(DATASETS), help='default: all')
    parser.add_argument('--ratios', nargs='+', type=int, choices=RATIOS, default=list(RATIOS), help='default: all')
    parser.add_argument('--epochs', type=int, help='default: the configs\' 100')
    parser.add_argument('--gpus', type=int, default=1, help='processes of each training (default: 1)')
    parser.add_argument('--out', type=Path, default=Path('work_dirs/sweep'), help='default: work_dirs/sweep')
    parser.add_argument('--amp', action='store_true', help='train in mixed precision')
    parser.add_argument('--cfg-options', nargs='+', default=[], metavar='KEY=VALUE', help='go to every run')
    return parser.parse_args()


def call(command, log: Path) -> None:
    with open(log, 'ab') as file:
        subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL, stdout=file, stderr=file)


def run(dataset: str, name: str, args: argparse.Namespace) -> None:
    """Trains and tests one config, or goes on with it; result.json in its folder comes last."""
    config, work_dir = REPO / 'configs' / f'{name}.py', args.out / name
    result = work_dir / 'result.json'
    options = [*args.cfg_options, *([f'train_cfg.max_epochs={args.epochs}'] if args.epochs else [])]
    options = ['--cfg-options', *options] if options else []
    if result.exists() and json.loads(result.read_text())['options'] == options:
        return
    work_dir.mkdir(parents=True, exist_ok=True)
    train = [sys.executable, REPO / 'tools/train.py', config]
    if args.gpus > 1:
        train = ['bash', REPO / 'tools/dist_train.sh', config, args.gpus]
    amp = ['--amp'] if args.amp else []
    call([*train, '--work-dir', work_dir, '--resume', *amp, *options], work_dir / 'train.log')
    checkpoint = (work_dir / 'last_checkpoint').read_text().strip()
    call([sys.executable, REPO / 'tools/test.py', config, checkpoint, '--work-dir', work_dir / 'test', '--out',
          work_dir / 'test.json', *options], work_dir / 'test.log')  # yapf: disable
    done = dict(
        dataset=DATASETS[dataset].title,
        options=options,
        test=json.loads((work_dir / 'test.json').read_text()),
        **history(work_dir),
        **describe(config, args),
        **environment())
    write_whole(result, json.dumps(done, indent=2))


def history(work_dir: Path) -> dict:
    """NMSE after each epoch, and the losses at each logged iteration, over all parts of a resumed run."""
    nmse, losses = {}, {}
    for log in sorted(work_dir.glob('*/vis_data/scalars.json')):
        for line in log.read_text().splitlines():
            scalars = json.loads(line)
            if 'NMSE' in scalars:
                nmse[scalars['step']] = scalars['NMSE']
            elif 'loss_pix' in scalars:
                losses[scalars['iter']] = {key: value for key, value in scalars.items() if key.startswith('loss_')}
    return dict(nmse=nmse, losses=losses)


def describe(config: Path, args: argparse.Namespace) -> dict:
    """What a reader needs to judge a figure by: seed, budget, data."""
    from mmengine.config import Config, DictAction
    cfg = Config.fromfile(config, import_custom_modules=False)
    parser = argparse.ArgumentParser()
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, default={})
    cfg.merge_from_dict(parser.parse_args(['--cfg-options', *args.cfg_options] if args.cfg_options else []).cfg_options)
    metadata = Path(cfg.train_dataloader.dataset.data_root) / METADATA
    reduced = [option for option in args.cfg_options if 'indices' in option]
    return dict(
        ratio=cfg.test_dataloader.dataset.corruption.ratio,
        seed=cfg.randomness.seed,
        batch=cfg.train_dataloader.batch_size,
        epochs=args.epochs or cfg.train_cfg.max_epochs,
        amp=args.amp,
        data=json.loads(metadata.read_text()) if metadata.exists() else None,
        reduced=reduced)


def environment() -> dict:
    from importlib.metadata import version
    hardware = torch.cuda.get_device_name() if torch.cuda.is_available() else f'{os.cpu_count()} CPU cores'
    return dict(
        date=str(date.today()),
        hardware=hardware,
        python=platform.python_version(),
        versions={name: version(name) for name in ('ssrgan-plugin', 'mmagic', 'mmengine', 'torch', 'numpy')})


def table(results: dict) -> str:
    """Markdown: one row a run, with what it took."""
    head = '| data set | corrupted | NMSE | NMSE, dB | PSNR | SSIM | epochs | images a step | data | hardware | date |'
    rows = [head, '|' + '---|' * head.count(' | ') + '---|']
    for run in results.values():
        data = run['data']
        which = 'not prepared here' if data is None else 'SUBSET' if data['subset'] else 'full'
        if run['reduced']:
            which += ', ' + ', '.join(run['reduced'])
        test = run['test']
        rows.append(f'| {run["dataset"]} | {run["ratio"]:.0%} | {test["NMSE"]:.5f} | {test["NMSE_dB"]:.2f} | '
                    f'{test["PSNR"]:.2f} | {test["SSIM"]:.4f} | {run["epochs"]} | {run["batch"]} | {which} | '
                    f'{run["hardware"]} | {run["date"]} |')
    return '\n'.join(rows) + '\n'


def main():
    args = parse_args()
    names = [(dataset, f'ssrgan_{dataset}_p{ratio}') for dataset in args.datasets for ratio in args.ratios]
    failed = []
    progress = tqdm(names, unit='run')
    for dataset, name in progress:
        progress.set_description(name)
        try:
            run(dataset, name, args)
        except subprocess.CalledProcessError:
            failed.append(name)
        except KeyboardInterrupt:
            sys.exit('sweep.py: interrupted; the same command goes on from here')
        results = {path.parent.name: json.loads(path.read_text()) for path in sorted(args.out.glob('*/result.json'))}
        write_whole(args.out / 'results.json', json.dumps(results, indent=2))
        write_whole(args.out / 'results.md', table(results))
    print((args.out / 'results.md').read_text())
    if failed:
        sys.exit(f'sweep.py: {len(failed)} of {len(names)} runs failed: ' + '; '.join(
            f'{name} (see {args.out / name})' for name in failed))


if __name__ == '__main__':
    main()
