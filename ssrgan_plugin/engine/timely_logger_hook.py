import time

from mmagic.registry import HOOKS
from mmengine.hooks import LoggerHook


@HOOKS.register_module()
class TimelyLoggerHook(LoggerHook):
    """MMEngine's ``LoggerHook``, which also logs a run's first step, and one whenever so long nothing was logged:
    where a step takes half a minute, the stock hook is silent for an interval of them.

    Args:
        seconds: After so many. Default: 60.
        kwargs: As in :class:`mmengine.hooks.LoggerHook`.
    """

    def __init__(self, seconds: float = 60, **kwargs):
        super().__init__(**kwargs)
        self.seconds = seconds
        self.last = float('-inf')

    def after_train_iter(self, runner, batch_idx: int, *args, **kwargs) -> None:
        interval = self.interval
        if time.monotonic() - self.last >= self.seconds:
            self.interval = 1
        if self.every_n_inner_iters(batch_idx, self.interval):
            self.last = time.monotonic()
        try:
            super().after_train_iter(runner, batch_idx, *args, **kwargs)
        finally:
            self.interval = interval
