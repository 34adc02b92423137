"""How fast a config trains, and what its steps spend their time on."""

from collections import Counter
from copy import deepcopy
from statistics import median
from typing import Dict, List, Tuple

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner, set_random_seed
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from .costs import clock
from .plain_networks import plain

# What a profiled operation, or the first known one around it, counts as.
KINDS = {
    'optimizer': ('Optimizer.step', 'Optimizer.zero_grad'),
    'activation': ('prelu', '_PReLU', 'relu', 'tanh'),
    'convolution, backward': ('convolution_backward',),
    'convolution': ('convolution', 'conv2d', 'conv_transpose'),
    'normalisation': ('batch_norm',),
    'shuffle': ('pixel_shuffle', 'pixel_unshuffle'),
    'loss': ('mse_loss',),
    'copies': ('copy_', 'contiguous', 'clone', 'reshape', 'cat'),
}
NAMES = {torch.float32: 'float32', torch.bfloat16: 'bfloat16'}


def matrix_peak(dtype: torch.dtype, seconds: float = 1.0) -> float:
    """GFLOP/s of a large square matrix product, the most that a step could reach on this machine."""
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    side = 8192 if device == 'cuda' else 2048
    left, right = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    left @ right  # warms up
    begin, products = clock(), 0
    while clock() - begin < seconds:
        left @ right
        products += 1
    return 2 * side**3 * products / (clock() - begin) / 1e9


class BareStep:
    """A model's training step by its networks, losses and optimizers alone, in a plain loop: no toolbox around.

    Args:
        model: MMagic's ``SRGAN`` or ours, with or without a discriminator.
        batch: Of the training loader.
        amp: Compute in bfloat16 where autocast does.
    """

    def __init__(self, model: nn.Module, batch: dict, amp: bool):
        data = model.data_preprocessor(batch, True)
        self.original = model.extract_gt_data(data['data_samples'])
        self.damaged = data['inputs']
        if hasattr(model, 'shown'):
            self.damaged = model.shown(self.damaged, data['data_samples'])
        self.generator, self.discriminator = model.generator, model.discriminator
        self.pixel_loss, self.gan_loss = model.pixel_loss, model.gan_loss
        networks = [network for network in (self.generator, self.discriminator) if network is not None]
        self.optimizers = [torch.optim.Adam(network.parameters(), lr=2e-4) for network in networks]
        self.amp = amp

    def autocast(self) -> torch.autocast:
        return torch.autocast(self.damaged.device.type, torch.bfloat16, enabled=self.amp)

    def __call__(self) -> Tensor:
        """Returns the generator's loss."""
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        if self.discriminator is not None:
            self.discriminator.requires_grad_(False)
        with self.autocast():
            restored = self.generator(self.damaged)
            loss = self.pixel_loss(restored, self.original)
            if self.discriminator is not None:
                loss = loss + self.gan_loss(self.discriminator(restored), True)
        loss.backward()
        self.optimizers[0].step()
        if self.discriminator is not None:
            self.discriminator.requires_grad_(True)
            for image, real in ((self.original, True), (restored.detach(), False)):
                with self.autocast():
                    judged = self.gan_loss(self.discriminator(image), real, is_disc=True)
                judged.backward()
            self.optimizers[1].step()
        return loss.detach()


class _StepTimes(Hook):
    """When each of the Runner's steps has ended."""

    def __init__(self):
        self.ends: List[float] = []

    def after_train_iter(self, runner, *args, **kwargs) -> None:
        self.ends.append(clock())


def runner_speed(cfg: Config, steps: int, as_drawn: bool) -> float:
    """Steps a second of the whole Runner: loader, hooks, logging; its first two steps are not counted."""
    cfg = deepcopy(cfg)
    cfg.train_cfg = dict(type='IterBasedTrainLoop', max_iters=steps + 2, val_interval=steps + 3)
    cfg.param_scheduler = cfg.val_dataloader = cfg.val_cfg = cfg.val_evaluator = None
    cfg.default_hooks.checkpoint = None  # a training kept here would be in the next one's way
    runner = Runner.from_cfg(cfg)
    if as_drawn:
        draw_plainly(runner.model)
    times = _StepTimes()
    runner.register_hook(times, 'LOWEST')
    runner.train()
    return steps / (times.ends[-1] - times.ends[1])


def draw_plainly(model: nn.Module) -> None:
    model.generator = plain(model.generator)
    if model.discriminator is not None:
        model.discriminator = plain(model.discriminator)


def operations(step: BareStep) -> Dict[str, float]:
    """Share of each kind of operation in one step's time, largest first."""
    activities = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if torch.cuda.is_available() else [])]
    with profile(activities=activities, acc_events=True) as profiler:
        step()
    spent = Counter()
    for event in profiler.events():
        duration = event.self_device_time_total if torch.cuda.is_available() else event.self_cpu_time_total
        spent[kind_of(event)] += duration
    total = sum(spent.values())
    return {kind: duration / total for kind, duration in spent.most_common() if duration}


def kind_of(event) -> str:
    while event is not None:
        for kind, names in KINDS.items():
            if any(name in event.name for name in names):
                return kind
        event = event.cpu_parent
    return 'other'


def measure(
    cfg: Config, amp: bool, steps: int, rounds: int, against_plain: bool
) -> Tuple[Dict[str, float], List[dict]]:
    """Measures one config's training.

    Args:
        cfg: A config with an ``SRGAN``-like model and training data.
        amp: Compute the bare step in bfloat16; the Runner's follows ``cfg.optim_wrapper``.
        steps: Steps of each measurement.
        rounds: Measurements of each variant, in turn, so that all meet the same states of the machine; the median
            counts.
        against_plain: Measure the networks as the paper draws them too.

    Returns:
        The matrix peaks in GFLOP/s by type, and a row a variant: ``variant``, ``bare`` and ``runner`` (images/s),
        ``gflop`` (an image), ``share`` (of the type's peak), ``operations`` (kind: share), ``losses`` (of each bare
        step).
    """
    peaks = {NAMES[dtype]: matrix_peak(dtype) for dtype in NAMES}
    size = cfg.train_dataloader.batch_size
    runner = Runner.from_cfg(cfg)
    batch = next(iter(runner.build_dataloader(cfg.train_dataloader)))
    bare, rows = {}, {}
    for name in ('fast', 'plain') if against_plain else ('fast',):
        model = deepcopy(runner.model)
        if name == 'plain':
            draw_plainly(model)
        step = bare[name] = BareStep(model.train(), batch, amp)
        with FlopCounterMode(display=False) as counter:
            step()
        rows[name] = dict(variant=name, gflop=counter.get_total_flops() / size / 1e9, losses=[], bare=[], runner=[])
    for index in tqdm(range(rounds), 'rounds', unit='round'):
        for name, row in rows.items():
            set_random_seed(index)  # the same label noise for each
            begin = clock()
            losses = [bare[name]() for _ in range(steps)]
            row['bare'].append(steps * size / (clock() - begin))
            row['losses'] += [loss.item() for loss in losses]
            row['runner'].append(size * runner_speed(cfg, steps, name == 'plain'))
    peak = peaks['bfloat16' if amp else 'float32']
    for name, row in rows.items():
        row.update(bare=median(row['bare']), runner=median(row['runner']), operations=operations(bare[name]))
        row['share'] = row['bare'] * row['gflop'] / peak
    return peaks, list(rows.values())


def report(peaks: Dict[str, float], rows: List[dict], unit: str = 'images') -> str:
    """As text for people."""
    lines = ['matrix peak: ' + ', '.join(f'{name} {peak:,.0f} GFLOP/s' for name, peak in peaks.items())]
    for row in rows:
        lines += [
            f'{row["variant"]}: bare step {row["bare"]:.2f} {unit}/s, Runner {row["runner"]:.2f} {unit}/s; '
            f'{row["gflop"]:.1f} GFLOP each, {row["share"]:.0%} of the matrix peak',
            '  ' + ', '.join(f'{kind} {share:.0%}' for kind, share in row['operations'].items()),
        ]
    if len(rows) > 1:
        fast, plain_row = rows
        apart = max(abs(a - b) / abs(b) for a, b in zip(fast['losses'], plain_row['losses']))
        lines.append(
            f'fast / plain: {fast["bare"] / plain_row["bare"]:.2f} bare, {fast["runner"] / plain_row["runner"]:.2f} in '
            f'the Runner; losses of {len(fast["losses"])} steps differ by at most {apart:.1%}'
        )
    return '\n'.join(lines)
