from pathlib import Path

import pytest
from mmagic.registry import DATASETS
from PIL import Image

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.transforms import RandomPixelCorruption

PIPELINE = [dict(type='LoadWholeImageFromFile', key='gt'), dict(type='RandomPixelCorruption'), dict(type='PackInputs')]


def dataset(root, ann_file='train.txt', corruption=None, pipeline=PIPELINE, **kwargs):
    return DATASETS.build(
        dict(
            type='CorruptedImageDataset',
            data_root=str(root),
            ann_file=ann_file,
            data_prefix=dict(gt='jpg'),
            pipeline=pipeline,
            corruption=corruption or dict(ratio=0.25, seed=0),
            **kwargs,
        )
    )


def test_corruption_reaches_the_pipeline(flowers):
    items = dataset(flowers)
    assert len(items) == 8
    sample = items[0]['data_samples']
    assert sample.mask.sum() == 128 * 128 / 4
    assert (items[0]['inputs'] == sample.gt_img * (1 - sample.mask)).all()


def test_mask_hangs_on_the_name_not_the_position(flowers, tmp_path):
    (tmp_path / 'jpg').symlink_to(flowers / 'jpg')
    (tmp_path / 'train.txt').write_text('image_00003.jpg\nimage_00001.jpg\n')
    other, items = dataset(tmp_path), dataset(flowers)
    for here, there in ((0, 3), (1, 1)):
        assert (other[here]['data_samples'].mask == items[there]['data_samples'].mask).all()


def test_names_with_spaces(flowers, tmp_path):
    (tmp_path / 'jpg' / 'a class').mkdir(parents=True)
    Image.open(flowers / 'jpg' / 'image_00000.jpg').save(tmp_path / 'jpg' / 'a class' / 'my image.jpg')
    (tmp_path / 'train.txt').write_text('a class/my image.jpg\n\n')
    assert dataset(tmp_path)[0]['data_samples'].gt_path.endswith('a class/my image.jpg')


def test_folder_without_annotations_is_sorted(flowers):
    names = [item['key'] for item in dataset(flowers, ann_file='').load_data_list()]
    assert len(names) == 12 and names == sorted(names)


@pytest.mark.parametrize('make', [lambda path: None, lambda path: path.mkdir()])
def test_missing_data_is_named(tmp_path, make):
    root = tmp_path / 'flowers'
    make(root)
    with pytest.raises(InputError, match='train.txt does not exist: prepare the data set'):
        dataset(root)


def test_empty_list_is_named(flowers, tmp_path):
    (tmp_path / 'train.txt').write_text('\n')
    with pytest.raises(InputError, match='lists no image'):
        dataset(tmp_path)


def test_step_may_name_its_scope(flowers):
    pipeline = [PIPELINE[0], dict(type='mmagic.RandomPixelCorruption', ratio=0.9), PIPELINE[2]]
    assert dataset(flowers, pipeline=pipeline)[0]['data_samples'].mask.sum() == 128 * 128 / 4


def test_pipeline_without_corruption_is_refused(flowers):
    with pytest.raises(InputError, match='has no dict'):
        dataset(flowers, pipeline=[PIPELINE[0], PIPELINE[2]])


def test_list_that_is_no_text_is_named(flowers, tmp_path):
    (tmp_path / 'train.txt').write_bytes(bytes(range(128, 256)))
    with pytest.raises(InputError, match='train.txt is no text file'):
        dataset(tmp_path)


def test_list_of_a_windows_editor(flowers, tmp_path):
    (tmp_path / 'jpg').symlink_to(flowers / 'jpg')
    (tmp_path / 'train.txt').write_bytes(b'\xef\xbb\xbfimage_00003.jpg\r\nimage_00001.jpg\r\n')
    names = [Path(item['gt_path']).name for item in dataset(tmp_path).load_data_list()]
    assert names == ['image_00003.jpg', 'image_00001.jpg']


def test_step_may_be_a_class(flowers):
    pipeline = [PIPELINE[0], dict(type=RandomPixelCorruption, ratio=0.9), PIPELINE[2]]
    assert dataset(flowers, pipeline=pipeline)[0]['data_samples'].mask.sum() == 128 * 128 / 4


def test_takes_some_images_evenly_spread(flowers):
    names = [item['key'] for item in dataset(flowers, max_images=3).load_data_list()]
    assert names == [f'image_0000{index}' for index in (0, 2, 5)]
    assert len(dataset(flowers, max_images=9)) == 8


@pytest.mark.parametrize('number', [0, -1, 2.5, '3'])
def test_number_of_images_that_takes_none_is_refused(flowers, number):
    with pytest.raises(InputError, match=f'max_images={number!r} takes no image: give a whole number from 1'):
        dataset(flowers, max_images=number)


@pytest.mark.parametrize('seed', [-1, 'abc', 1.5])
def test_impossible_seed_is_refused_before_it_is_used(flowers, seed):
    with pytest.raises(InputError, match=f'corruption seed {seed!r} must be a whole number from 0'):
        dataset(flowers, corruption=dict(ratio=0.5, seed=seed))
