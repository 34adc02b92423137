from types import SimpleNamespace

import pytest
from mmagic.registry import HOOKS


@pytest.fixture
def logged(monkeypatch):
    """Runs steps at given times; returns those that gave a line."""

    def run(times, **kwargs):
        hook = HOOKS.build(dict(type='TimelyLoggerHook', **kwargs))
        hook.json_log_path = ''
        lines = []
        runner = SimpleNamespace(
            iter=0,
            experiment_name='',
            train_dataloader=range(1000),
            logger=SimpleNamespace(info=lambda text: None),
            visualizer=SimpleNamespace(add_scalars=lambda tag, step, file_path: lines.append(step - 1)),
            log_processor=SimpleNamespace(get_log_after_iter=lambda runner, index, mode: ({}, 'line')),
        )
        for runner.iter, now in enumerate(times):
            monkeypatch.setattr('time.monotonic', lambda now=now: now)
            hook.after_train_iter(runner, runner.iter)
        return lines

    return run


def test_fast_steps_are_logged_by_interval(logged):
    assert logged([0.1 * i for i in range(25)], interval=10) == [0, 9, 19]


def test_slow_steps_are_logged_by_time(logged):
    assert logged([30 * i for i in range(9)], interval=100, seconds=60) == [0, 2, 4, 6, 8]
