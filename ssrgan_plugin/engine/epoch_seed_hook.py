from mmagic.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import set_random_seed


@HOOKS.register_module()
class EpochSeedHook(Hook):
    """Seeds every epoch from the run's seed, its own number and the process, so that a run that was killed and
    resumed goes on exactly as one that was not.

    For this to hold, data-loading workers must not outlive an epoch (``persistent_workers=False``).
    """

    def before_train_epoch(self, runner) -> None:
        # Far enough apart that no process's seed meets another epoch's.
        set_random_seed(runner.seed + 100_003 * (runner.epoch + 1), diff_rank_seed=True)
