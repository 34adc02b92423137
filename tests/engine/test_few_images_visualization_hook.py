from types import SimpleNamespace

import pytest
from mmagic.registry import HOOKS


@pytest.fixture
def runner():
    drawn = []
    visualizer = SimpleNamespace(add_datasample=lambda sample, step: drawn.append(sample))
    return SimpleNamespace(epoch=10, max_epochs=12, iter=7, visualizer=visualizer, drawn=drawn)


def test_draws_the_first_few(runner):
    hook = HOOKS.build(dict(type='FewImagesVisualizationHook', num_images=4, epoch_interval=10))
    for _ in range(2):  # it starts anew at each validation
        runner.drawn.clear()
        hook.before_val_epoch(runner)
        for batch in range(5):
            hook.after_val_iter(runner, batch, None, [10 * batch + i for i in range(3)])
        assert runner.drawn == [0, 1, 2, 10]
    for runner.epoch, drawn in ((11, []), (12, [0, 1, 2])):
        runner.drawn.clear()
        hook.before_val_epoch(runner)
        hook.after_val_iter(runner, 0, None, [0, 1, 2])
        assert runner.drawn == drawn


def test_draws_at_every_test(runner):
    hook = HOOKS.build(dict(type='FewImagesVisualizationHook', num_images=2))
    runner.epoch = 3
    hook.before_test_epoch(runner)
    hook.after_test_iter(runner, 0, None, [0, 1, 2])
    assert runner.drawn == [0, 1]
