import pytest
from mmagic.registry import DATA_SAMPLERS

from ssrgan_plugin.errors import InputError


def batches(monkeypatch, processes, batch_size=64, images=640, **kwargs):
    monkeypatch.setattr('ssrgan_plugin.engine.global_batch_sampler.get_world_size', lambda: processes)
    return list(
        DATA_SAMPLERS.build(
            dict(type='GlobalBatchSampler', **kwargs),
            default_args=dict(sampler=range(images // processes), batch_size=batch_size),
        )
    )


@pytest.mark.parametrize('processes', [1, 2, 4, 64])
def test_processes_share_the_batch(monkeypatch, processes):
    ours = batches(monkeypatch, processes)
    assert len(ours) == 10 and {len(batch) for batch in ours} == {64 // processes}


@pytest.mark.parametrize('drop_last, sizes', [(False, [64, 36]), (True, [64])])
def test_last_batch(monkeypatch, drop_last, sizes):
    assert [len(batch) for batch in batches(monkeypatch, 1, images=100, drop_last=drop_last)] == sizes


def test_processes_that_do_not_divide_the_batch(monkeypatch):
    with pytest.raises(InputError, match='3 processes do not divide the 64 images of a step'):
        batches(monkeypatch, 3)


def test_too_few_images_for_a_batch(monkeypatch):
    with pytest.raises(InputError, match='10 images fill no batch of 64'):
        batches(monkeypatch, 1, images=10, drop_last=True)
