from mmagic.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import IterBasedTrainLoop


@HOOKS.register_module()
class ValidateOnResumeHook(Hook):
    """Validates the epoch, or iteration, that a run resumes from, if it was due: it is saved before it is validated,
    and a run that is killed in between would never know whether it was its best."""

    priority = 'LOWEST'  # after CheckpointHook has read what was best so far

    def before_train(self, runner) -> None:
        loop = runner.train_loop
        by_iteration = isinstance(loop, IterBasedTrainLoop)
        done, last = (loop.iter, loop.max_iters) if by_iteration else (loop.epoch, loop.max_epochs)
        loop._decide_current_val_interval()
        due = done >= loop.val_begin and (done % loop.val_interval == 0 or done == last)
        if done and due and runner.val_loop:
            runner.val_loop.run()
