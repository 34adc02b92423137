from typing import List, Optional

from mmagic.registry import HOOKS
from mmengine.hooks import CheckpointHook as StockCheckpointHook

from ..errors import InputError

DIRECTIONS = dict(
    NMSE='less', MSE='less', MAE='less', NIQE='less', PSNR='greater', SSIM='greater', MS_SSIM='greater', SNR='greater'
)
# What may differ between two readings of the same images.
READING = ('max_images', 'corruption', 'pipeline', 'test_mode')


@HOOKS.register_module()
class CheckpointHook(StockCheckpointHook):
    """MMEngine's ``CheckpointHook``, under its own name, that knows which image metrics are better when smaller.

    The stock hook takes whatever ``rule`` it is given, or inherits, and keeps the worst epoch by it without a word.

    Args:
        args, kwargs: Those of :class:`mmengine.hooks.CheckpointHook`; ``rule`` may be left out for the metrics in
            ``DIRECTIONS``, whatever their prefix, and in decibels too.

    Raises:
        InputError: if ``rule`` contradicts the metric of ``save_best``, or is left out for one that is unknown, or
            validation does not measure the metric.
    """

    def _init_rule(self, rules: List[Optional[str]], key_indicators: List[str]) -> None:
        rules = rules * len(key_indicators) if len(rules) == 1 else rules
        super()._init_rule([self._direction(*pair) for pair in zip(key_indicators, rules)], key_indicators)

    def _direction(self, metric: str, rule: Optional[str]) -> Optional[str]:
        known = DIRECTIONS.get(metric.rsplit('/', 1)[-1].removesuffix('_dB').upper())
        if known and rule not in (known, None):
            raise InputError(
                f"save_best='{metric}' with rule='{rule}' would keep the worst checkpoint: set rule='{known}', or None"
            )
        guessable = (*self.greater_keys, *self.less_keys, 'auto')
        if not known and rule is None and not any(key.lower() in metric.lower() for key in guessable):
            raise InputError(
                f'whether a greater or a less {metric} is better is unknown: set default_hooks.checkpoint.rule to '
                "'greater' or 'less', or save_best to another metric"
            )
        return known or rule

    def before_train(self, runner) -> None:
        super().before_train(runner)
        validation, test = (_images(runner.cfg.get(f'{split}_dataloader')) for split in ('val', 'test'))
        if self.save_best is not None and validation is not None and validation == test:
            runner.logger.warning(
                'save_best will choose a checkpoint by test images, whose error is then too low to report: report the '
                "last epoch's, or train on train_without_val.txt and validate on val.txt (ann_file of the data sets)"
            )

    def after_val_epoch(self, runner, metrics: dict) -> None:
        missing = set(self.save_best or ()) - {'auto', *metrics}
        if metrics and missing:
            raise InputError(
                f'validation measures {", ".join(metrics)}, not {missing.pop()}: add it to val_evaluator.metrics, or '
                'set default_hooks.checkpoint.save_best to one of these'
            )
        super().after_val_epoch(runner, metrics)


def _images(dataloader: Optional[dict]) -> Optional[dict]:
    """What a data loader's config says of where its images are."""
    dataset = dataloader.get('dataset') if isinstance(dataloader, dict) else None
    return {key: value for key, value in dataset.items() if key not in READING} if isinstance(dataset, dict) else None
