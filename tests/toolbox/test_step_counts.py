"""Turns that networks take, where a run goes on."""

from pathlib import Path

import pytest
from mmagic.registry import MODELS
from mmengine.config import Config

from ssrgan_plugin.toolbox.step_counts import generator_waits, go_on_counting

REPO = Path(__file__).parents[2]


def test_inpaintors_count_on():
    cfg = Config.fromfile(REPO / 'configs/mixing/global_local_flower_p50.py')
    cfg.model.train_cfg.update(start_iter=0, iter_tc=4, iter_td=6, disc_step=4)
    model = MODELS.build(cfg.model)
    counts = []
    for iteration in range(12):
        go_on_counting(model, iteration)
        counts.append((model.cur_iter, model.disc_step_count))
    # As its train_step counts: discriminators from the fifth on.
    assert counts == [(i, max(i - 5, 0) % 4) for i in range(12)]


@pytest.mark.parametrize('name, settings, count', [('ssrgan_inpaintor', dict(disc_step=3), 2), ('pconv', None, 0)])
def test_inpaintors_of_one_stage_count_on(name, settings, count):
    """PConv has no discriminator, and no train_cfg."""
    cfg = Config.fromfile(REPO / f'configs/mixing/{name}_flower_p50.py')
    model = MODELS.build({**cfg.model, 'train_cfg': settings})
    go_on_counting(model, 5)
    assert model.disc_step_count == count


@pytest.mark.parametrize('steps, begin, first', [(1, 0, 0), (3, 0, 0), (1, 5, 5), (3, 5, 6)])
def test_generator_waits_for_its_first_turn(steps, begin, first):
    cfg = Config.fromfile(REPO / 'configs/ssrgan_flower_p50.py')
    model = MODELS.build({**cfg.model, 'train_cfg': dict(disc_steps=steps, disc_init_steps=begin)})
    for iterations in range(10):
        go_on_counting(model, iterations)
        if model.if_run_g():
            break
    assert iterations == first
    assert [generator_waits(model, done) for done in range(10)] == [done <= first for done in range(10)]
