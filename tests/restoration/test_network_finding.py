"""What is done with a finder's answer; what the shipped one finds is in test_finder_weights.py."""

import warnings

import numpy as np
import pytest
from skimage.data import astronaut

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.restoration.image_info import ImageInfo
from ssrgan_plugin.restoration.mask_finding import find_lost
from ssrgan_plugin.restoration.network_finding import guess, refuse_doubtful
from ssrgan_plugin.restoration.values import array_source


class Oracle:
    """Says of each value what a picture of probabilities says, tile by tile."""

    tile, margin = 32, 4

    def __init__(self, probability):
        self.probability = probability
        self.shown = []

    def __call__(self, pixels):
        # A tile says where it comes from by its values.
        self.shown.append(pixels)
        index = np.rint((pixels[..., 0] + 1) * 127.5).astype(int)
        return np.repeat(self.probability.ravel()[index][..., None], pixels.shape[-1], -1)


def test_every_tile_comes_back_in_its_place():
    values = np.random.default_rng(0).integers(0, 256, (75, 101), np.uint8)
    picture = np.repeat(values[..., None], 3, -1)
    oracle = Oracle(np.arange(256) / 255)
    found = guess(array_source(picture, ImageInfo()), oracle)
    assert np.array_equal(found.lost.array(), values >= 64)
    assert found.share == pytest.approx((values >= 64).mean())
    assert found.sure == pytest.approx((values / 255 >= 0.9).sum() / (values >= 64).sum())
    assert all(max(shown.shape[:2]) <= 40 for shown in oracle.shown)


def test_few_must_be_sure():
    values = np.zeros((64, 64), np.uint8)
    values[3, 5], values[8, 9] = 1, 2
    picture = np.repeat(values[..., None], 3, -1)
    probability = np.zeros(256)
    probability[1:3] = 0.8, 0.95
    found = guess(array_source(picture, ImageInfo()), Oracle(probability))
    assert found.lost.count == 1 and found.lost.array()[8, 9]


def test_each_colour_by_itself():
    picture = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)

    class EachColour:
        tile, margin = 32, 4

        def __call__(self, pixels):
            return (pixels > 0.5).astype(np.float32)

    found = guess(array_source(picture, ImageInfo()), EachColour())
    assert np.array_equal(found.lost.array(), picture >= 192)


def test_where_lost_values_are_one_or_two_no_others_are_lost():
    """Even the less probable of those are, and even the more probable of others are not."""
    values = np.random.default_rng(0).choice([0, 0, 255, 255, 7, 9, 100, 101], (64, 64)).astype(np.uint8)
    picture = np.repeat(values[..., None], 3, -1)
    picture[:8, :8] = 0
    probability = np.zeros(256)
    probability[[0, 255, 7, 9]] = 0.99, 0.95, 0.5, 0.05

    class Doubtful(Oracle):
        def __call__(self, pixels):
            found = super().__call__(pixels)
            found[pixels[..., 0] == -1] = np.where(np.arange(int((pixels[..., 0] == -1).sum())) % 5, 0.99, 0.2)[:, None]
            return found

    found = guess(array_source(picture, ImageInfo()), Doubtful(probability))
    assert np.array_equal(found.lost.array(), (picture[..., 0] == 0) | (picture[..., 0] == 255))
    assert found.values == '0 and 255'


def test_transparency_is_not_looked_at():
    picture = np.zeros((40, 40, 4), np.uint8)
    picture[..., 3] = 255
    found = guess(array_source(picture, ImageInfo()), Oracle(np.arange(256) / 255))
    assert found.lost.count == 0


@pytest.mark.parametrize('dtype, values', [(np.uint16, (1000, 1400)), (np.float32, (-3, 5)), (np.int32, (-70000, 9))])
def test_values_of_other_types_fill_the_range(dtype, values):
    picture = np.random.default_rng(0).uniform(*values, (64, 64, 1)).astype(dtype)
    picture[5, 5] = values[1] + 20 * (values[1] - values[0])  # one far outside is just that
    oracle = Oracle(np.zeros(256))
    guess(array_source(picture, ImageInfo()), oracle)
    shown = np.concatenate([each.ravel() for each in oracle.shown])
    assert shown.max() == 1 and -0.95 < shown.min() < -0.7
    assert 0.7 < np.sort(shown)[-5] < 0.95


def test_implausible_finds_are_refused():
    picture = np.repeat(np.random.default_rng(0).integers(0, 256, (64, 64, 1), np.uint8), 3, -1)
    source = array_source(picture, ImageInfo())
    everywhere, doubtful = np.full(256, 0.99), np.linspace(0, 1, 256)
    everywhere[0] = 0
    with pytest.raises(InputError, match=r'99\.\d% of the values look lost, more than 90% .*--max-share.*: cure'):
        refuse_doubtful(guess(source, Oracle(everywhere)), 0.9, 'cure')
    with pytest.raises(InputError, match='of the values look lost, but .* are in doubt: cure'):
        refuse_doubtful(guess(source, Oracle(doubtful)), 0.9, 'cure')
    brighter = array_source(picture // 2 + 100, ImageInfo())
    with pytest.raises(InputError, match='max-share'):
        find_lost(brighter, finder=lambda: Oracle(everywhere), max_share=0.5)


class Extremes:
    """Takes 0 and 255 for lost."""

    tile, margin = 64, 4

    def __call__(self, pixels):
        return (np.abs(pixels) >= 1).astype(np.float32)


def photograph():
    return np.clip(astronaut()[:128, 150:278], 5, 250)


def test_black_pixels_alone_are_whole_pixels():
    lost = np.random.default_rng(0).random((128, 128)) < 0.3
    picture = np.where(lost[..., None], 0, photograph())
    found = find_lost(array_source(picture, ImageInfo()), finder=lambda: Extremes())
    assert np.array_equal(found.lost.array(), lost)


def test_salt_and_pepper_channel_by_channel():
    """Where one pixel in sixty is black in all of them, which alone would be taken for all."""
    rng = np.random.default_rng(0)
    lost = rng.random((128, 128, 3)) < 0.5
    picture = np.where(lost, 255 * rng.integers(0, 2, lost.shape), photograph()).astype(np.uint8)
    found = find_lost(array_source(picture, ImageInfo()), finder=lambda: Extremes())
    assert np.array_equal(found.lost.array(), lost)
    assert found.notes == ['found by its looks (values 0 and 255), 100% of it for sure']


def test_nothing_found_is_nothing_lost():
    found = find_lost(array_source(photograph(), ImageInfo()), finder=lambda: Extremes())
    assert found.lost.count == 0
    assert 'nothing that looks lost was found' in found.notes[0] and 'give a mask' in found.notes[0]


def test_a_named_fill_asks_no_network():
    def none():
        raise AssertionError('asked')

    picture = photograph()
    picture[::3, ::5] = 7, 8, 9
    found = find_lost(array_source(picture, ImageInfo()), fill=[7, 8, 9], finder=none)
    assert found.lost.count >= 43 * 26


@pytest.mark.parametrize('share', [0.01, 0.4])
def test_values_far_from_all_others_are_named_with_their_own_cure(share):
    """As -9999 beside elevations: the network's answer is worth little there, sure or in doubt."""
    heights = np.random.default_rng(0).normal(1000, 200, (64, 64, 1)).astype(np.float32)
    heights[np.random.default_rng(1).random((64, 64)) < share] = -9999
    source = array_source(heights, ImageInfo())
    cure = 'pixels are -9999, far from all others: if they are missing, say --nodata=-9999'
    assert cure in find_lost(source, finder=lambda: Oracle(np.zeros(999))).notes
    with pytest.raises(InputError, match=f'are in doubt: {cure}; else give a mask'):
        find_lost(source, finder=lambda: Oracle(np.linspace(0, 1, 256)))


@pytest.mark.parametrize('value', [-9999, float(np.finfo(np.float32).min)])
def test_what_the_file_says_is_missing_is_shown_as_black_and_stays(value):
    """The sea of an elevation model sets no range, is nothing lost, and asks for no cure."""
    heights = np.random.default_rng(0).uniform(100, 101, (64, 64, 1)).astype(np.float32)
    sea = np.zeros(heights.shape, bool)
    sea[:40, :40] = True
    heights[sea] = value
    source = array_source(heights, ImageInfo(nodata=str(value)))

    class Brighter:
        tile, margin = 32, 4

        def __init__(self):
            self.shown = []

        def __call__(self, pixels):
            self.shown.append(pixels)
            return np.where(pixels == -1, 0.99, 0.01)

    finder = Brighter()
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        found = guess(source, finder)
        told = find_lost(source, finder=lambda: finder)
    assert found.lost.count == 0 and found.doubtful == 0 and found.strange == []
    shown = np.concatenate([each.ravel() for each in finder.shown])
    ashore = shown[shown > -1]
    assert -0.9 < ashore.min() < -0.8 and 0.8 < ashore.max() < 0.9
    assert told.lost.count == 0 and np.array_equal(told.unseen.array(), sea[..., 0])
    assert told.notes[0].startswith('nothing that looks lost was found')
    assert told.notes[1:] == ['1,600 others are missing too, and stay as they are']


def test_bands_have_missing_values_each_by_itself():
    bands = np.random.default_rng(0).integers(1000, 1400, (40, 40, 2)).astype(np.int16)
    bands[:20, :, 1] = -9999
    source = array_source(bands, ImageInfo('bands', False, nodata='-9999'))
    found = guess(source, Oracle(np.full(256, 0.99)))
    assert np.array_equal(found.lost.array(), bands > 0)
