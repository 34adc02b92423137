import pytest
from mmagic.registry import DATASETS

from ssrgan_plugin.datasets.sample_photograph_dataset import TEST, TRAIN, find_photograph
from ssrgan_plugin.errors import InputError


def dataset(**kwargs):
    pipeline = [
        dict(type='LoadWholeImageFromFile', key='gt'),
        dict(type='RandomPixelCorruption'),
        dict(type='PackInputs'),
    ]
    return DATASETS.build(dict(type='SamplePhotographDataset', corruption=dict(ratio=0.5), pipeline=pipeline, **kwargs))


def test_photographs_load():
    train, test = dataset(repeat=3), dataset(test_mode=True)
    assert len(train) == 15 and len(test) == 3
    for item in (train[0], test[1]):  # the second test photograph is greyscale
        assert item['inputs'].shape[0] == 3 and min(item['inputs'].shape[1:]) >= 256


def test_takes_some_of_the_photographs():
    names = [item['key'] for item in dataset(repeat=3, max_images=2).load_data_list()]
    assert names == [TRAIN[0], TRAIN[2]] * 3
    assert len(dataset(test_mode=True, max_images=7)) == 3


def test_test_photographs_are_held_out():
    assert not set(TRAIN) & set(TEST)


def test_missing_photograph_is_named():
    with pytest.raises(InputError, match='skimage/data/unicorn.png is not installed: pip install'):
        find_photograph('skimage/data/unicorn.png')
    with pytest.raises(InputError, match='nopackage/x.png is not installed'):
        find_photograph('nopackage/x.png')
