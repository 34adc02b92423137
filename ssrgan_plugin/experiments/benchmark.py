"""Where the time goes, side by side in one run: the loader and the training step; an evaluation's parts."""

from collections import defaultdict
from pathlib import Path
from typing import Sequence

from mmengine.config import Config
from mmengine.runner import Runner
from tqdm import tqdm

from ..errors import InputError
from ..toolbox import adaptations
from ..toolbox.trained_models import parse_options, read_config
from .costs import clock
from .training_speed import measure, report


def endless(loader):
    while True:
        yield from loader


def data(cfg: Config, batches: int, steps: int) -> None:
    """Both in this process's machine state, the loader first and alone."""
    runner = Runner.from_cfg(cfg)
    loader = runner.build_dataloader(cfg.train_dataloader)
    size = cfg.train_dataloader.batch_size
    stream = endless(loader)
    batch = next(stream)  # the workers' start is not counted
    begin = clock()
    for _ in tqdm(range(batches), 'loader alone', unit='batch'):
        next(stream)
    loaded = batches * size / (clock() - begin)

    runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
    runner.model.train_step(batch, runner.optim_wrapper)  # warms up
    begin = clock()
    for _ in tqdm(range(steps), 'training step alone', unit='step'):
        runner.model.train_step(batch, runner.optim_wrapper)
    trained = steps * size / (clock() - begin)
    print(
        f'loader, {cfg.train_dataloader.num_workers} workers: {loaded:.0f} images/s\n'
        f'training step, batches of {size}: {trained:.2f} images/s\n'
        f'the loader delivers {loaded / trained:.1f} times what the step consumes'
    )


def evaluate(cfg: Config, images: int) -> None:
    """Times the test loop's parts by wrapping them; what is left is waiting for data and the loop itself."""
    cfg.test_dataloader.dataset.max_images = images
    cfg.custom_hooks = [hook for hook in cfg.custom_hooks if hook.type != 'FewImagesVisualizationHook']
    runner = Runner.from_cfg(cfg)
    runner._test_loop = loop = runner.build_test_loop(runner._test_loop)
    spent = defaultdict(float)

    def timed(owner, method: str, part: str) -> None:
        call = getattr(owner, method)

        def wrapper(*arguments, **keywords):
            begin = clock()
            result = call(*arguments, **keywords)
            spent[part] += clock() - begin
            return result

        setattr(owner, method, wrapper)

    timed(runner.model.generator, 'forward', 'generator')
    for evaluator in loop.evaluators:
        for metric in evaluator.metrics:
            timed(metric, 'process', f'metric {metric.__class__.__name__}')
    count = sum(len(loader.dataset) for loader in loop.dataloaders)
    begin = clock()
    runner.test()
    total = clock() - begin
    spent['loading, conversions, rest'] = total - sum(spent.values())
    for part, share in sorted(spent.items(), key=lambda item: -item[1]):
        print(f'{part:28}{1000 * share / count:9.2f} ms an image{share / total:9.1%}')


def train(cfg: Config, amp: bool, steps: int, rounds: int, against_plain: bool) -> None:
    print(report(*measure(cfg, amp, steps, rounds, against_plain)))


def benchmark(
    kind: str, config: Path, work_dir: str, cfg_options: Sequence[str] = (), amp: bool = False, **options
) -> None:
    """Prints where a config's time goes.

    Args:
        kind: Which of :data:`KINDS`.
        config: Its file.
        work_dir: For what MMEngine writes.
        cfg_options: Changes to the config, as ``KEY=VALUE``.
        amp: Train in mixed precision. Default: False.
        options: That kind's own.

    Raises:
        InputError: if the config has no network.
    """
    adaptations.apply()
    cfg = read_config(config)
    cfg.merge_from_dict(parse_options(cfg_options))
    if 'generator' not in cfg.model and 'encdec' not in cfg.model:
        raise InputError(f'the model of {config} has no network to time: name another --config')
    cfg.work_dir = work_dir
    cfg.log_level = 'WARNING'
    if amp:
        whole = cfg.optim_wrapper  # one for all, or one a network beside the constructor's name
        for wrapper in [whole] if 'optimizer' in whole else whole.values():
            if isinstance(wrapper, dict):
                wrapper.type = 'AmpOptimWrapper'
    if kind == 'train':
        options['amp'] = amp
    KINDS[kind](cfg, **options)


KINDS = dict(data=data, eval=evaluate, train=train)
