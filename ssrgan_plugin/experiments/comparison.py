"""One fair table: every method on the same images and masks, and what each costs."""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryFile
from typing import Dict, List, NamedTuple, Optional, Sequence

import numpy as np
import torch
from mmengine.dataset import BaseDataset, pseudo_collate
from scipy.stats import bootstrap
from tqdm import tqdm

from ..atomic_files import write_whole
from ..errors import InputError
from ..networks.cpu_bfloat16 import slow_bfloat16
from ..toolbox.trained_models import read_config
from .comparison_report import draw, table
from .costs import clock, cost
from .methods import build, register

METRICS = ('NMSE', 'PSNR', 'SSIM')


class Settings(NamedTuple):
    """What is compared; "{ratio}" in a path stands for the level, "-" for no checkpoint."""

    config: Sequence[str]
    checkpoint: Sequence[str]
    images: int
    amp: bool


def names(asked: Settings) -> List[str]:
    """Short ones, unless two would be the same."""
    short = [re.sub(r'_(flower|pet|caltech|sample)_p[^_]*$', '', Path(config).stem) for config in asked.config]
    longer = [
        f'{name} {Path(checkpoint).with_suffix("")}'.removesuffix(' -')
        for name, checkpoint in zip(short, asked.checkpoint)
    ]
    names = [one if short.count(one) == 1 else other for one, other in zip(short, longer)]
    return [name if names.count(name) == 1 else f'{name} #{number}' for number, name in enumerate(names, 1)]


def test_images(asked: Settings, ratio: int) -> BaseDataset:
    """Those that every method restores."""
    from mmagic.registry import DATASETS

    config = asked.config[0].format(ratio=ratio)
    cfg = read_config(config).test_dataloader.dataset
    if str(cfg.get('type')).split('.')[-1] != 'CorruptedImageDataset':
        raise InputError(
            f'the test data of {config} are of type {cfg.get("type")}: name a config first whose '
            'test_dataloader has a CorruptedImageDataset'
        )
    return DATASETS.build(dict(cfg, max_images=asked.images, corruption=dict(cfg.corruption, ratio=ratio / 100)))


@torch.no_grad()
def compare_level(asked: Settings, ratio: int, dataset: BaseDataset, progress: tqdm) -> dict:
    """Every method at one level, image by image in turn, so that all meet the same state of the machine."""
    from mmagic.registry import METRICS as REGISTRY

    methods = [
        build(name, config, checkpoint, ratio, asked.amp)
        for name, config, checkpoint in zip(names(asked), asked.config, asked.checkpoint)
    ]
    metrics = {name: REGISTRY.build(dict(type=name)) for name in METRICS}
    first = pseudo_collate([dataset[0]])
    costs = [
        cost(method, config, checkpoint, ratio, first)
        for method, config, checkpoint in zip(methods, asked.config, asked.checkpoint)
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


def describe(asked: Settings, ratio: int, dataset: BaseDataset) -> dict:
    """What a level's result depends on: the configs with all that they inherit, the images, the weights' files."""
    checkpoints = [Path(path.format(ratio=ratio)) for path in asked.checkpoint]
    return dict(
        methods=names(asked),
        amp=asked.amp,
        configs=[read_config(path.format(ratio=ratio)).pretty_text for path in asked.config],
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


def compare(
    config: Sequence[str], checkpoint: Sequence[str], ratios: Sequence[int], images: int, out: Path, amp: bool
) -> List[str]:
    """Writes comparison.md, .json and .png; interrupted, the same call goes on with the level where it was.

    Args:
        config: One of each method; the first one's test data are what all restore. "{ratio}" in its path stands for
            the level, for methods with one set of weights a level.
        checkpoint: One for each config, likewise, "-" where the model has no weights.
        ratios: Levels of corruption, percent.
        images: So many test images, evenly spread.
        out: Folder of the results.
        amp: Run the networks in bfloat16.

    Returns:
        A sentence for each image on which a method failed.
    """
    asked, levels = Settings(config, checkpoint, images, amp), {}
    register()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise InputError(f'{error.filename} is in the way: name another --out') from error
    TemporaryFile(dir=out).close()  # better refused now than after the work
    if amp and slow_bfloat16():
        print(f'compare: {slow_bfloat16()}', file=sys.stderr)
    data = {ratio: test_images(asked, ratio) for ratio in ratios}
    with tqdm(total=len(config) * sum(map(len, data.values())), unit='image') as progress:
        for ratio, dataset in data.items():
            progress.set_description(f'{ratio} %')
            settings = describe(asked, ratio, dataset)
            kept = out / f'level_{ratio}.json'
            level = finished(kept, settings)
            if level:
                progress.update(len(config) * len(dataset))
            else:
                level = dict(settings=settings, **compare_level(asked, ratio, dataset, progress))
                if not any(row['failed'] for row in level['rows']):
                    write_whole(kept, json.dumps(level))
            levels[ratio] = level
    rows = [row for level in levels.values() for row in level['rows']]
    called = dict(config=config, checkpoint=checkpoint, images=images, amp=amp, data=dataset.data_root)
    write_whole(out / 'comparison.json', json.dumps(dict(settings=called, rows=rows), indent=2))
    write_whole(out / 'comparison.md', f'Test images of {dataset.data_root}:\n\n{table(rows)}')
    draw(levels, out / 'comparison.png')
    print(table(rows))
    return [f'{row["method"]} at {row["ratio"]} %: {failure}' for row in rows for failure in row['failed']]
