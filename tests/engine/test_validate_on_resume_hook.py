"""What was due when a run was killed is made up for."""

from types import SimpleNamespace

import pytest
from mmagic.registry import HOOKS
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop


def validations(loop_type, unit, done, last, val_begin=1, val_interval=5, intervals=(), validates=True):
    """How often a run that goes on from there validates before it trains."""
    loop = object.__new__(loop_type)
    loop.val_begin, loop.val_interval = val_begin, val_interval
    loop.dynamic_milestones = [0, *(begin for begin, _ in intervals)]
    loop.dynamic_intervals = [val_interval, *(interval for _, interval in intervals)]
    loop._epoch, loop._iter, loop._max_epochs, loop._max_iters = 0, 7 * done, 1, 7 * last
    for name, value in ((f'_{unit}', done), (f'_max_{unit}s', last)):
        setattr(loop, name, value)
    runs = []
    val_loop = SimpleNamespace(run=lambda: runs.append(done)) if validates else None
    HOOKS.build(dict(type='ValidateOnResumeHook')).before_train(SimpleNamespace(train_loop=loop, val_loop=val_loop))
    return len(runs)


@pytest.mark.parametrize('loop_type, unit', [(EpochBasedTrainLoop, 'epoch'), (IterBasedTrainLoop, 'iter')])
def test_validates_what_was_due(loop_type, unit):
    def count(*args, **kwargs):
        return validations(loop_type, unit, *args, **kwargs)

    assert [count(done, 12) for done in (0, 4, 5, 6, 10, 12)] == [0, 0, 1, 0, 1, 1]
    assert [count(done, 12, val_begin=6) for done in (5, 10)] == [0, 1]
    assert [count(done, 12, intervals=[(8, 2)]) for done in (5, 6, 8, 10)] == [1, 0, 1, 1]
    assert count(5, 12, validates=False) == 0
