import numpy as np
from mmagic.registry import TRANSFORMS
from skimage.data import astronaut


def damaged(name='a.png', **kwargs):
    picture = np.ascontiguousarray(astronaut()[:48, 150:214])
    return TRANSFORMS.build(dict(type='RandomDamage', **kwargs))(dict(gt=picture, gt_path=f'somewhere/{name}'))


def test_writes_image_and_mask():
    for _ in range(20):
        results = damaged()
        assert ((results['img'] != results['gt']) == (results['mask'] == 1)).all()


def test_with_a_seed_always_alike():
    first, again, other = damaged(seed=3), damaged(seed=3), damaged('b.png', seed=3)
    assert (first['img'] == again['img']).all() and (first['img'] != other['img']).any()


def test_pictures_as_they_are():
    results = damaged(hard=False, undamaged=1)
    assert (results['gt'] == astronaut()[:48, 150:214]).all() and not results['mask'].any()
