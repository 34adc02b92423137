from mmagic.registry import HOOKS
from mmengine.hooks import Hook


@HOOKS.register_module()
class ValidateOnResumeHook(Hook):
    """Validates the epoch that a run resumes from, if it was due: an epoch is saved before it is validated, and a run
    that is killed in between would never know whether that epoch was its best."""

    priority = 'LOWEST'  # after CheckpointHook has read what was best so far

    def before_train(self, runner) -> None:
        interval = runner.train_loop.val_interval
        if runner.epoch and runner.val_loop and (runner.epoch % interval == 0 or runner.epoch == runner.max_epochs):
            runner.val_loop.run()
