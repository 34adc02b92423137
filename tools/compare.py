"""One fair table: every method on the same images and masks, and what each costs.

    python tools/compare.py --config configs/ssrgan_flower_p50.py configs/mixing/biharmonic_flower_p50.py \\
        --checkpoint work_dirs/ssrgan_flower_p50/epoch_100.pth - --ratios 30 50 80 --images 200

Images and masks are those of the first config's test set. "{ratio}" in a config's or checkpoint's path stands for the
level, for methods with one set of weights a level. Writes comparison.md, .json and .png; interrupted, the same command
goes on with the level where it was.
"""

import argparse
import json
import multiprocessing
import os
import re
import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryFile
from typing import Dict, List, NamedTuple, Optional

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import torch
from mmengine.dataset import BaseDataset, pseudo_collate
from mmengine.registry import init_default_scope
from scipy.stats import bootstrap
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from ssrgan_plugin import classical_inpainting
from ssrgan_plugin.atomic_files import whole, write_whole
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.toolbox.trained_models import load_model, read_config

METRICS = ('NMSE', 'PSNR', 'SSIM')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--config', nargs='+', required=True, metavar='CONFIG')
    parser.add_argument(
        '--checkpoint',
        nargs='+',
        default=[],
        metavar='CHECKPOINT',
        help='one for each config, "-" where the model has no weights (default: none has)',
    )
    parser.add_argument('--ratios', nargs='+', type=int, default=[30, 40, 50, 60, 70, 80], metavar='PERCENT')
    parser.add_argument(
        '--images',
        type=int,
        default=200,
        metavar='N',
        help='test images, evenly spread over the test set (default: 200)',
    )
    parser.add_argument('--out', type=Path, default=Path('work_dirs/comparison'), help='default: work_dirs/comparison')
    parser.add_argument('--amp', action='store_true', help='run the networks in bfloat16 (autocast)')
    args = parser.parse_args()
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
    if args.images < 1:
        parser.error(f'--images {args.images} must be at least 1')
    return args


def names(args: argparse.Namespace) -> List[str]:
    """Short ones, unless two would be the same."""
    short = [re.sub(r'_(flower|pet|caltech|sample)_p[^_]*$', '', Path(config).stem) for config in args.config]
    longer = [
        f'{name} {Path(checkpoint).with_suffix("")}'.removesuffix(' -')
        for name, checkpoint in zip(short, args.checkpoint)
    ]
    names = [one if short.count(one) == 1 else other for one, other in zip(short, longer)]
    return [name if names.count(name) == 1 else f'{name} #{number}' for number, name in enumerate(names, 1)]


class Method(NamedTuple):
    name: str
    model: torch.nn.Module
    parameters: int
    amp: bool

    def restore(self, batch: dict):
        with torch.autocast('cuda' if torch.cuda.is_available() else 'cpu', torch.bfloat16, enabled=self.amp):
            return self.model.test_step(batch)[0]


def build(name: str, config: str, checkpoint: str, ratio: int, amp: bool) -> Method:
    """A model ready to restore, on the GPU if there is one."""
    weights = None if checkpoint == '-' else checkpoint.format(ratio=ratio)
    model = load_model(config.format(ratio=ratio), weights).model
    generator = getattr(model, 'generator', model)
    parameters = sum(parameter.numel() for parameter in generator.parameters())
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    return Method(name, model.to(device), parameters, amp)


def clock() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def peak_memory(config: str, checkpoint: str, ratio: int, amp: bool, batch: dict) -> Optional[float]:
    """MB that building the model and restoring one image add, on the GPU if there is one, else to the process (Linux).

    For a process of its own: memory once freed would be used again, and not be seen.
    """
    prepare()
    if not torch.cuda.is_available():
        if sys.platform != 'linux':
            return None
        # Libraries load at their first call; they are not the method's.
        torch.nn.Conv2d(3, 3, 3)(torch.zeros(1, 3, 8, 8))
        for method in classical_inpainting.METHODS:
            classical_inpainting.restore(np.zeros((8, 8, 3), np.uint8), np.eye(8) > 0, method)
        Path('/proc/self/clear_refs').write_text('5')  # the peak begins anew
        before = memory_status('VmRSS')
    try:
        with torch.no_grad():
            build('', config, checkpoint, ratio, amp).restore(batch)
    except Exception:  # the comparison itself counts and names failures
        return None
    return (
        torch.cuda.max_memory_allocated() / 1e6
        if torch.cuda.is_available()
        else (memory_status('VmHWM') - before) / 1e3
    )


def memory_status(key: str) -> int:
    """kB."""
    lines = Path('/proc/self/status').read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key))


def cost(method: Method, config: str, checkpoint: str, ratio: int, batch: dict) -> dict:
    """What one image costs; the call also warms the method up."""
    os.environ['MALLOC_MMAP_THRESHOLD_'] = '65536'  # so that glibc gives every array back at once
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context('spawn')) as process:
        megabytes = process.submit(peak_memory, config, checkpoint, ratio, method.amp, batch).result()
    try:
        with FlopCounterMode(display=False) as counter:
            method.restore(batch)
    except Exception:  # the comparison itself counts and names failures
        return dict(gflop=None, megabytes=megabytes)
    return dict(gflop=counter.get_total_flops() / 1e9 if method.parameters else None, megabytes=megabytes)


def test_images(args: argparse.Namespace, ratio: int) -> BaseDataset:
    """Those that every method restores."""
    from mmagic.registry import DATASETS

    config = args.config[0].format(ratio=ratio)
    cfg = read_config(config).test_dataloader.dataset
    if str(cfg.get('type')).split('.')[-1] != 'CorruptedImageDataset':
        raise InputError(
            f'the test data of {config} are of type {cfg.get("type")}: name a config first whose '
            'test_dataloader has a CorruptedImageDataset'
        )
    return DATASETS.build(dict(cfg, max_images=args.images, corruption=dict(cfg.corruption, ratio=ratio / 100)))


@torch.no_grad()
def compare(args: argparse.Namespace, ratio: int, dataset: BaseDataset, progress: tqdm) -> dict:
    """Every method at one level, image by image in turn, so that all meet the same state of the machine."""
    from mmagic.registry import METRICS as REGISTRY

    methods = [
        build(name, config, checkpoint, ratio, args.amp)
        for name, config, checkpoint in zip(names(args), args.config, args.checkpoint)
    ]
    metrics = {name: REGISTRY.build(dict(type=name)) for name in METRICS}
    first = pseudo_collate([dataset[0]])
    costs = [
        cost(method, config, checkpoint, ratio, first)
        for method, config, checkpoint in zip(methods, args.config, args.checkpoint)
    ]
    runs = [defaultdict(list) for _ in methods]
    pictures = {}
    for index in range(len(dataset)):
        packed = dataset[index]
        name = packed['data_samples'].metainfo['gt_path']
        if index == 0:
            references = dict(corrupted=packed['inputs'], original=packed['data_samples'].gt_img)
        for method, run in zip(methods, runs):
            progress.update()
            batch = pseudo_collate([packed])
            try:
                begin = clock()
                restored = method.restore(batch)
                elapsed = clock() - begin
                picture = restored.output.pred_img.cpu()
                if not torch.isfinite(picture).all():
                    raise ValueError('the restored image is not finite')
            except Exception as error:
                run['failed'].append(f'{name}: {type(error).__name__}: {error}')
                continue
            if index == 0:
                pictures[method.name] = picture
            run['seconds'].append(elapsed)
            for key, metric in metrics.items():
                metric.process([packed], [restored.to_dict()])
                run[key].append(metric.results.pop()[metric.metric])
    rows = [
        dict(
            method=method.name,
            parameters=method.parameters,
            ratio=ratio,
            images=len(dataset),
            failed=run.pop('failed', []),
            **spent,
            **summary(run),
        )
        for method, run, spent in zip(methods, runs, costs)
    ]
    return dict(rows=rows, pictures=as_lists(pictures), references=as_lists(references))


def as_lists(pictures: Dict[str, torch.Tensor]) -> dict:
    """(H, W, 3) of 0 to 255, as JSON takes them."""
    return {
        key: np.rint(picture.numpy().transpose(1, 2, 0).clip(0, 255)).astype(np.uint8).tolist()
        for key, picture in pictures.items()
    }


def summary(run: dict) -> dict:
    """Means over the images that have a value, and NMSE's bootstrap interval."""
    values = {key: np.array([value for value in run[key] if value is not None]) for key in (*METRICS, 'seconds')}
    means = {key: float(value.mean()) if len(value) else None for key, value in values.items()}
    interval = None
    if len(values['NMSE']) > 1:
        interval = list(
            bootstrap(
                (values['NMSE'],), np.mean, n_resamples=2000, method='percentile', random_state=0
            ).confidence_interval
        )
    return dict(**means, interval=interval, each=values['NMSE'].tolist())


def table(rows: List[dict]) -> str:
    head = (
        '| corrupted | method | NMSE | 95 % interval | PSNR | SSIM | parameters | GFLOP | ms an image '
        '| peak memory, MB | images | failed |'
    )
    lines = [head, '|' + '---|' * (head.count('|') - 1)]

    def show(value: Optional[float], form: str) -> str:
        return '–' if value is None else format(value, form)

    for row in rows:
        interval = '–'.join(f'{bound:.5f}' for bound in row['interval']) if row['interval'] else '–'
        lines.append(
            f'| {row["ratio"]} % | {row["method"].replace("|", "/")} | {show(row["NMSE"], ".5f")} | {interval} | '
            f'{show(row["PSNR"], ".2f")} | {show(row["SSIM"], ".4f")} | {row["parameters"]:,} | '
            f'{show(row["gflop"], ".1f")} | {show(row["seconds"] and 1000 * row["seconds"], ".0f")} | '
            f'{show(row["megabytes"], ".0f")} | {row["images"]} | {len(row["failed"])} |'
        )
    return '\n'.join(lines) + '\n'


def draw(levels: dict, target: Path) -> None:
    """The first image: one row a method, one column a level."""
    methods = list(dict.fromkeys(row['method'] for level in levels.values() for row in level['rows']))
    rows = [('references', 'corrupted'), *(('pictures', method) for method in methods), ('references', 'original')]
    labels = 0.1 * max(len(name) for _, name in rows)
    figure, grid = plt.subplots(
        len(rows),
        len(levels),
        squeeze=False,
        layout='constrained',
        figsize=(1.6 * len(levels) + labels + 0.2, 1.6 * len(rows) + 0.3),
    )
    for column, (ratio, level) in enumerate(levels.items()):
        grid[0, column].set_title(f'{ratio} %')
        for axes, (kind, name) in zip(grid[:, column], rows):
            axes.set(xticks=[], yticks=[])
            if name in level[kind]:
                axes.imshow(np.array(level[kind][name], np.uint8)[..., ::-1])
            else:
                axes.text(0.5, 0.5, 'failed', ha='center', va='center', transform=axes.transAxes)
            if not column:
                axes.set_ylabel(name, rotation=0, ha='right', va='center')
    with whole(target) as unfinished:
        figure.savefig(unfinished, format='png', dpi=120, bbox_inches='tight')  # labels stick out


def describe(args: argparse.Namespace, ratio: int, dataset: BaseDataset) -> dict:
    """What a level's result depends on: the configs with all that they inherit, the images, the weights' files."""
    checkpoints = [Path(path.format(ratio=ratio)) for path in args.checkpoint]
    return dict(
        methods=names(args),
        amp=args.amp,
        configs=[read_config(path.format(ratio=ratio)).pretty_text for path in args.config],
        written=[path.stat().st_mtime if path.exists() else None for path in checkpoints],
        images=[dataset.get_data_info(index)['gt_path'] for index in range(len(dataset))],
    )


def finished(kept: Path, settings: dict) -> Optional[dict]:
    """The level as an earlier call left it, if it was the same."""
    try:
        level = json.loads(kept.read_text())
        return level if level['settings'] == settings else None
    except (FileNotFoundError, ValueError, KeyError):
        return None


def prepare() -> None:
    """Makes the toolbox's components and ours known."""
    from ssrgan_plugin import registration  # noqa: F401

    init_default_scope('mmagic')


def main():
    args = parse_args()
    matplotlib.use('Agg')
    prepare()
    levels = {}
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=args.out).close()  # better refused now than after the work
        data = {ratio: test_images(args, ratio) for ratio in args.ratios}
        with tqdm(total=len(args.config) * sum(map(len, data.values())), unit='image') as progress:
            for ratio, dataset in data.items():
                progress.set_description(f'{ratio} %')
                settings = describe(args, ratio, dataset)
                kept = args.out / f'level_{ratio}.json'
                level = finished(kept, settings)
                if level:
                    progress.update(len(args.config) * len(dataset))
                else:
                    level = dict(settings=settings, **compare(args, ratio, dataset, progress))
                    if not any(row['failed'] for row in level['rows']):
                        write_whole(kept, json.dumps(level))
                levels[ratio] = level
        rows = [row for level in levels.values() for row in level['rows']]
        called = dict(
            config=args.config, checkpoint=args.checkpoint, images=args.images, amp=args.amp, data=dataset.data_root
        )
        write_whole(args.out / 'comparison.json', json.dumps(dict(settings=called, rows=rows), indent=2))
        write_whole(args.out / 'comparison.md', f'Test images of {dataset.data_root}:\n\n{table(rows)}')
        draw(levels, args.out / 'comparison.png')
    except FileExistsError as error:
        sys.exit(f'compare.py: {error.filename} is in the way: name another --out')
    except (InputError, OSError) as error:
        sys.exit(f'compare.py: {error}')
    except KeyboardInterrupt:
        sys.exit('compare.py: interrupted; the same command goes on with this level')
    print(table(rows))
    failures = [f'{row["method"]} at {row["ratio"]} %: {failure}' for row in rows for failure in row['failed']]
    if failures:
        sys.exit('compare.py: failed on images:\n' + '\n'.join(failures))


if __name__ == '__main__':
    main()
