from collections import Counter

import numpy as np
import pytest
import torch
from mmagic.datasets.transforms import PackInputs
from mmagic.registry import TRANSFORMS
from mmengine.dataset import worker_init_fn
from torch.utils.data import DataLoader, Dataset

from ssrgan_plugin.corruption import random_mask, seeded_rng
from ssrgan_plugin.engine import seed_worker
from ssrgan_plugin.errors import InputError


def corruption(**kwargs):
    return TRANSFORMS.build(dict(type='RandomPixelCorruption', **kwargs))


def results(key='a', size=(20, 30, 3)):
    return dict(gt=np.full(size, 100, np.uint8), key=key, gt_path=f'/data/{key}.jpg', gt_channel_order='rgb')


@pytest.mark.parametrize('size', [(20, 30, 3), (20, 30, 1), (20, 30)])
def test_writes_image_and_mask(size):
    out = corruption(ratio=0.3)(results(size=size))
    assert out['img'].shape == size and out['img'].dtype == np.uint8
    assert out['mask'].shape == (20, 30, 1) and out['mask'].sum() == 180
    assert (out['gt'] == 100).all()
    holes = out['mask'].reshape(20, 30) == 1
    assert (out['img'][holes] == 0).all() and (out['img'][~holes] == 100).all()
    assert out['img_channel_order'] == 'rgb'


def test_other_key_and_fill():
    out = corruption(ratio=0.5, key='photo', fill='white')(dict(photo=np.zeros((4, 4, 3)), key='a'))
    assert out['img'].dtype == np.float64 and out['img'].max() == 255


def test_packs_for_inpaintors():
    packed = PackInputs()(corruption(ratio=0.5)(results()))
    assert packed['inputs'].shape == (3, 20, 30)
    assert packed['data_samples'].mask.shape == (1, 20, 30)


def test_range_of_ratios():
    transform = corruption(ratio=(0.2, 0.6))
    shares = [transform(results(size=(50, 50, 3)))['mask'].mean() for _ in range(300)]
    assert 0.2 <= min(shares) < 0.22 and 0.58 < max(shares) <= 0.6
    assert abs(np.mean(shares) - 0.4) < 0.03


def test_seed_and_name_alone_decide():
    first = corruption(ratio=0.5, seed=3)(results('a'))['mask']
    np.random.seed(7)
    elsewhere = dict(results('a'), gt_path='/mnt/other/a.png', sample_idx=99)
    assert (corruption(ratio=0.5, seed=3)(elsewhere)['mask'] == first).all()
    assert (first == random_mask(20, 30, 0.5, seeded_rng(3, 'a'))).all()
    assert (corruption(ratio=0.5, seed=3)(results('b'))['mask'] != first).any()
    assert (corruption(ratio=0.5, seed=4)(results('a'))['mask'] != first).any()


def test_seeded_range_is_fixed_too():
    masks = [corruption(ratio=(0.2, 0.8), seed=0)(results('a'))['mask'] for _ in range(2)]
    assert (masks[0] == masks[1]).all()


@pytest.mark.parametrize('ratio', [0, 1, 50, (0.5, 1.2)])
def test_bad_ratio_is_named(ratio):
    with pytest.raises(InputError, match=r'corruption ratio .* is outside \(0, 1\)'):
        corruption(ratio=ratio)


class Masks(Dataset):
    """Only the corruption: what a worker's random state makes of 16 equal images."""

    def __init__(self):
        self.transform = corruption(ratio=0.5)

    def __len__(self):
        return 16

    def __getitem__(self, index):
        return self.transform(results(size=(16, 16, 3)))['mask'].tobytes()


def mmengine_init(worker_id):
    worker_init_fn(worker_id, num_workers=2, rank=0, seed=0)


@pytest.mark.parametrize('init', [None, mmengine_init, seed_worker], ids=['none', 'mmengine', 'ours'])
@pytest.mark.parametrize('workers, persistent', [(0, False), (2, False), (2, True)])
def test_no_repeats_across_workers_and_epochs(workers, persistent, init):
    loader = DataLoader(
        Masks(), batch_size=4, num_workers=workers, persistent_workers=persistent, worker_init_fn=init, collate_fn=list
    )
    seen = Counter(mask for _ in range(3) for batch in loader for mask in batch)
    assert len(seen) == 48 and max(seen.values()) == 1


def test_processes_do_not_repeat_each_other(monkeypatch):
    """All ranks of a run have one seed."""
    masks = []
    for rank in (0, 1):
        monkeypatch.setattr('ssrgan_plugin.transforms.random_pixel_corruption.get_rank', lambda rank=rank: rank)
        np.random.seed(0)
        torch.manual_seed(0)
        masks += [mask for batch in DataLoader(Masks(), num_workers=2, collate_fn=list) for mask in batch]
    assert len(set(masks)) == 32


def test_run_seed_reproduces():
    def masks():
        np.random.seed(5)
        torch.manual_seed(5)
        return [
            mask
            for batch in DataLoader(Masks(), num_workers=2, worker_init_fn=mmengine_init, collate_fn=list)
            for mask in batch
        ]

    assert masks() == masks()


@pytest.mark.parametrize('size, local, expected', [((16, 20, 3), None, (8, 10)), ((16, 20, 3), (4, 6), (4, 6)),
                                                   ((1, 1, 3), None, (1, 1))])  # fmt: skip
def test_window_for_a_local_discriminator(size, local, expected):
    ratio = 0.5 if size != (1, 1, 3) else 0.9
    for _ in range(20):
        top, left, *window = corruption(ratio=ratio, local_size=local)(results(size=size))['mask_bbox']
        assert tuple(window) == expected
        assert 0 <= top <= size[0] - window[0] and 0 <= left <= size[1] - window[1]


def test_window_leaves_the_mask_alone():
    """Masks of earlier results stay what they were, whatever window is drawn beside them."""
    masks = [corruption(ratio=0.5, seed=0, local_size=local)(results('a'))['mask'] for local in (None, (2, 2))]
    assert (masks[0] == masks[1]).all()


class TestByChannel:
    def test_exact_count_in_each_channel(self):
        out = corruption(ratio=0.3, by_channel=True, fill=[10, 20, 30])(results())
        assert out['mask'].shape == (20, 30, 3)
        assert (out['mask'].sum((0, 1)) == 180).all()
        assert (out['mask'][..., 0] != out['mask'][..., 1]).any()
        assert (out['img'] == np.where(out['mask'], [10, 20, 30], 100)).all()

    def test_a_share_of_the_images(self):
        transform = corruption(ratio=0.5, by_channel=0.25)
        masks = [transform(results())['mask'] for _ in range(400)]
        assert {mask.shape for mask in masks} == {(20, 30, 3)}
        apart = np.mean([(mask[..., 0] != mask[..., 1]).any() for mask in masks])
        assert abs(apart - 0.25) < 0.08

    def test_grey_images_have_one_channel(self):
        assert corruption(ratio=0.5, by_channel=True)(results(size=(20, 30)))['mask'].shape == (20, 30, 1)

    def test_salt_and_pepper_differs_from_channel_to_channel(self):
        out = corruption(ratio=0.5, by_channel=True, fill='salt_and_pepper')(results())
        lost = out['img'][out['mask'] == 1]
        assert set(np.unique(lost)) == {0, 255} and (out['img'][out['mask'] == 0] == 100).all()

    def test_packs(self):
        packed = PackInputs()(corruption(ratio=0.5, by_channel=True)(results()))
        assert packed['data_samples'].mask.shape == (3, 20, 30)

    def test_share_out_of_range(self):
        with pytest.raises(InputError, match='by_channel'):
            corruption(ratio=0.5, by_channel=1.5)
