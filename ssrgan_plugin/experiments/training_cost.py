"""What an experiment costs before it is started: operations, counted, and hours, from a step on this machine."""

from typing import NamedTuple

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch.utils.flop_counter import FlopCounterMode

from ..child_processes import fresh_process
from ..errors import InputError
from .training_speed import BareStep, clock


class Amount(NamedTuple):
    """Images that an experiment trains on, every epoch's counted, and images that it evaluates."""

    trained: int
    evaluated: int

    def __add__(self, other: 'Amount') -> 'Amount':
        return Amount(self.trained + other.trained, self.evaluated + other.evaluated)


def amount(train: int, validation: int, test: int, epochs: int, batch: int) -> Amount:
    """Of one run: whole batches of ``train`` images and a validation in every epoch, and one test."""
    return Amount(epochs * (train // batch) * batch, epochs * validation + test)


class Price(NamedTuple):
    """What one image costs: FLOP (a multiplication and an addition count two) and seconds."""

    train_flop: float
    train_seconds: float
    test_flop: float
    test_seconds: float

    def of(self, images: Amount) -> 'Cost':
        return Cost(
            images.trained * self.train_flop + images.evaluated * self.test_flop,
            (images.trained * self.train_seconds + images.evaluated * self.test_seconds) / 3600,
        )


class Cost(NamedTuple):
    flop: float
    hours: float


def price(*args) -> Price:
    """:func:`measure_price` in a process of its own, which leaves a training all of the GPU's memory.

    Raises:
        InputError: if the model cannot be built or trained.
    """
    with fresh_process(['ssrgan_plugin.registration', __name__]) as process:
        try:
            return process.submit(measure_price, *args).result()
        except InputError:
            raise
        except Exception as error:  # whatever the options have made of the model
            raise InputError(f'the model cannot be trained ({error}): check its options') from error


def measure_price(cfg: Config, train_side: int, test_side: int, amp: bool) -> Price:
    """Counts and times one step and one evaluated batch of noise; needs no data.

    Args:
        cfg: A config with an ``SRGAN``-like model.
        train_side, test_side: Of the square images, pixels.
        amp: Compute in bfloat16.
    """
    from .. import registration  # noqa: F401, I001
    from mmagic.registry import MODELS

    init_default_scope('mmagic')
    gpu = torch.cuda.is_available()
    model = MODELS.build(cfg.model).to('cuda' if gpu else 'cpu')
    # A CPU is as fast with few images, and a whole batch would take it minutes.
    sizes = (cfg.train_dataloader.batch_size, 16) if gpu else (8, 4)
    step = BareStep(model.train(), noise(sizes[0], train_side), amp)
    batch = noise(sizes[1], test_side)

    @torch.inference_mode()
    def test() -> None:
        with step.autocast():
            model.eval().test_step(batch)

    prices = []
    for call, size in zip((step, test), sizes):
        with FlopCounterMode(display=False) as counter:
            call()  # warms up too
        repeats = 10 if gpu else 1
        begin = clock()
        for _ in range(repeats):
            call()
        prices += [counter.get_total_flops() / size, (clock() - begin) / repeats / size]
    return Price(*prices)


def noise(images: int, side: int) -> dict:
    """A batch as a loader gives it, of ``images`` (3, side, side)."""
    from mmagic.structures import DataSample

    pixels = torch.randint(0, 256, (images, 3, side, side), dtype=torch.uint8)
    samples = [DataSample(gt_img=image, mask=(image[:1] > 127).float()) for image in pixels]
    return dict(inputs=list(pixels), data_samples=samples)
