import numpy as np
import pytest
from skimage.data import astronaut

from ssrgan_plugin.random_damage import HARD, hard_picture, random_damage

PICTURE = np.ascontiguousarray(astronaut()[:96, 150:246])


@pytest.mark.parametrize('channels', [1, 2, 3, 5])
def test_the_mask_is_what_changed(channels):
    picture = np.tile(PICTURE, 2)[..., :channels]
    for seed in range(60):
        damaged, mask = random_damage(picture, np.random.default_rng(seed))
        assert damaged.shape == mask.shape == picture.shape and damaged.dtype == mask.dtype == np.uint8
        assert ((damaged != picture) == (mask == 1)).all()


def test_shares():
    """Undamaged as often as asked; else by the pixel and by the channel, from hardly any to nearly all."""
    masks = [random_damage(PICTURE, np.random.default_rng(seed))[1] for seed in range(400)]
    undamaged = np.mean([not mask.any() for mask in masks])
    assert 0.14 < undamaged < 0.27  # sometimes a speck of the picture's own colour
    levels = np.array([mask.mean() for mask in masks if mask.any()])
    assert (levels < 0.005).mean() > 0.08 and (levels > 0.5).mean() > 0.15
    apart = [(mask.any(-1) != mask.all(-1)).mean() > mask.mean() for mask in masks if 0.05 < mask.mean() < 0.6]
    assert 0.25 < np.mean(apart) < 0.6


def test_nothing_is_damaged():
    damaged, mask = random_damage(PICTURE, np.random.default_rng(0), undamaged=1)
    assert not mask.any() and (damaged == PICTURE).all()


@pytest.mark.parametrize('change', HARD)
def test_hard_pictures_are_pictures(change):
    different = False
    for seed in range(5):
        changed = change(PICTURE, np.random.default_rng(seed))
        assert changed.shape == PICTURE.shape and changed.dtype == np.uint8
        different |= (changed != PICTURE).any()
    assert different
    assert (astronaut()[:96, 150:246] == PICTURE).all()  # which nobody has written to


def test_a_third_stays_a_photograph():
    same = [(hard_picture(PICTURE, np.random.default_rng(seed)) == PICTURE).all() for seed in range(200)]
    assert 0.25 < np.mean(same) < 0.45
