"""Channels lost by themselves: what is known of a pixel stays, and informs the restoration of the rest."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from ssrgan_plugin.corruption import random_mask
from ssrgan_plugin.datasets.sample_photograph_dataset import find_photograph
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.networks import MaskAwareSSRGANGenerator, SSRGANGenerator
from ssrgan_plugin.restoration import image_files
from ssrgan_plugin.restoration.image_info import ImageInfo
from ssrgan_plugin.restoration.lost_pixels import LostPixels
from ssrgan_plugin.restoration.marked import by_mask
from ssrgan_plugin.restoration.mask_finding import find_lost
from ssrgan_plugin.restoration.restorer import Restorer
from ssrgan_plugin.restoration.torch_backend import TorchBackend
from ssrgan_plugin.restoration.values import array_source

PHOTO = np.array(Image.open(find_photograph('skimage/data/astronaut.png')))[60:188, 150:290]
LOST = random_mask(*PHOTO.shape[:2], 0.5, np.random.default_rng(0), 3) != 0


@pytest.fixture(scope='module')
def restorer():
    return Restorer(device='cpu')


def with_network(network):
    """A restorer that computes by it, random weights and all."""
    torch.manual_seed(0)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.02)
    restorer = object.__new__(Restorer)
    restorer.progress, restorer.backend = False, TorchBackend(network, device='cpu')
    restorer.backend.bfloat16 = False
    return restorer


def error(restored, original, lost):
    return float(((restored.astype(float) - original)[lost] ** 2).mean())


@pytest.mark.parametrize('channels', [1, 3, 5])
def test_mask_in_bits(channels):
    mask = np.random.default_rng(0).random((50, 37, channels)) < 0.3
    mask = mask[..., 0] if channels == 1 else mask
    lost = LostPixels.of_strips(50, 37, (mask[y : y + 16] for y in range(0, 50, 16)))
    assert np.array_equal(lost.array(), mask) and np.array_equal(lost.rows(7, 30), mask[7:30])
    assert (lost.channels, lost.count, lost.size) == (channels, mask.sum(), mask.size)
    assert [one.count for one in lost.each()] == np.atleast_3d(mask).sum((0, 1)).tolist()
    assert np.array_equal(LostPixels.side_by_side(lost.each()).array(), mask)
    whole = LostPixels.of(np.eye(50, 37) > 0)
    either = np.atleast_3d(mask) | np.atleast_3d(whole.array())
    assert np.array_equal((lost | whole).array(), either.reshape(mask.shape))
    assert not (lost - lost).count and (LostPixels.of(mask[:1]) | LostPixels.of(mask[:1])).height == 1
    same = LostPixels.of(np.repeat(np.atleast_3d(whole.array()), channels, 2))
    assert same.simplest().channels == 1 and np.array_equal(same.simplest().array(), whole.array())


def test_known_channels_inform_the_lost_ones(restorer):
    restored = restorer(np.where(LOST, 0, PHOTO).astype(np.uint8), LOST)
    assert np.array_equal(restored[~LOST], PHOTO[~LOST]), 'to the bit'
    by_pixel = restorer(PHOTO, LOST.any(-1))
    assert error(restored, PHOTO, LOST) < 0.4 * error(by_pixel, PHOTO, LOST)


@pytest.mark.parametrize('alpha', [False, True])
def test_a_mask_that_is_the_same_in_all_channels_is_one_mask(restorer, alpha):
    image = np.dstack([PHOTO, np.where(LOST[..., 0], 0, 255).astype(np.uint8)]) if alpha else PHOTO
    expected = restorer(image, LOST[..., 0])
    assert np.array_equal(restorer(image, LOST[..., :1]), expected)
    assert np.array_equal(restorer(image, np.repeat(LOST[..., :1], 3, 2)), expected)
    lost = by_mask(array_source(image, ImageInfo()), LostPixels.of(np.repeat(LOST[..., :1], 3, 2))).lost
    assert lost.channels == 1


@pytest.mark.parametrize('self_ensemble', [False, True])
@pytest.mark.parametrize('by_channel', ['union', 'apart', 'together'])
def test_tiled_is_untiled(self_ensemble, by_channel):
    restorer = with_network(MaskAwareSSRGANGenerator(mid_channels=16, num_blocks=2))
    restorer.backend.averages, restorer.backend.by_channel = self_ensemble, by_channel
    image = np.tile(PHOTO, (2, 2, 1)).astype(np.float32) / 255
    lost = np.random.default_rng(0).random(image.shape) < 0.7
    lost[:100] = lost[:100, :, :1]
    margin = restorer.backend.margin
    restorer.backend.tile, restorer.backend.margin = 1000, 0
    whole = restorer(image, lost)
    restorer.backend.tile, restorer.backend.margin = 64, margin
    np.testing.assert_allclose(restorer(image, lost), whole, atol=2e-6)


def test_a_network_that_knows_whole_pixels_gets_those():
    restorer = with_network(SSRGANGenerator(mid_channels=16))
    restored = restorer(PHOTO, LOST)
    expected = restorer(PHOTO, LOST.any(-1))
    assert np.array_equal(restored, np.where(LOST, expected, PHOTO)) and (expected != PHOTO).any()


def test_what_a_network_is_shown():
    network = MaskAwareSSRGANGenerator(mid_channels=16, num_blocks=2)
    restorer = with_network(network)
    image = PHOTO.astype(np.float32) / 255
    apart = restorer(image, LOST)
    assert network.by_channel == restorer.backend.by_channel == 'apart'
    for i in range(3):
        assert np.array_equal(apart[..., i], restorer(image[..., i], LOST[..., i]))
    restorer.backend.by_channel = 'together'
    restorer.backend.any_range = False
    together = restorer(image, LOST)
    x = torch.from_numpy(np.concatenate([image * 2 - 1, LOST], -1).transpose(2, 0, 1))[None].float()
    with torch.inference_mode():
        expected = ((network(x)[0] + 1) / 2).clamp(0, 1).permute(1, 2, 0).numpy()
    np.testing.assert_allclose(together, expected.clip(image[~LOST].min(), image[~LOST].max()), atol=1e-6)


def test_bands_are_lost_each_by_itself(restorer):
    image = np.dstack([PHOTO, PHOTO[..., :2]]).astype(np.uint16) * 16
    lost = np.random.default_rng(0).random(image.shape) < 0.4
    lost[..., 4] = False
    restored = restorer(image, lost)
    assert np.array_equal(restored[..., 4], image[..., 4])
    for i in range(4):
        assert np.array_equal(restored[..., i], restorer(image[..., i], lost[..., i]))


def test_transparency_is_lost_where_its_own_mask_says(restorer):
    image = np.dstack([PHOTO, 100 + PHOTO[..., 1] // 2])
    lost = np.dstack([LOST, np.random.default_rng(1).random(LOST.shape[:2]) < 0.3])
    restored = restorer(image, lost)
    assert np.array_equal(restored[~lost], image[~lost])
    assert np.array_equal(restored[..., :3], restorer(PHOTO, LOST))
    assert np.array_equal(restored[..., 3], restorer(image[..., 3], lost[..., 3]))
    assert np.array_equal(restorer(image, LOST)[..., 3], image[..., 3]), 'a mask of the colours says nothing of it'
    grey = image[..., 2:]
    assert np.array_equal(restorer(grey, lost[..., 2:])[..., 1], restored[..., 3])


def test_masked_arrays_and_no_numbers_say_it_too(restorer):
    image = PHOTO.astype(np.float32)
    expected = restorer(image, LOST)
    assert np.array_equal(restorer(np.ma.array(image, mask=LOST)), expected)
    assert np.array_equal(restorer(np.where(LOST, np.float32(np.nan), image)), expected)
    assert np.array_equal(restorer(np.where(LOST, np.float32(-9999), image), nodata=-9999), expected)
    lost = LOST[..., :1] & ~LOST[..., 1:2]  # whole pixels; others have one value that is missing, and stays
    sea = np.where(LOST & ~LOST[..., [1, 1, 1]], np.float32(np.nan), image)
    sea[lost[..., 0]] = image[lost[..., 0]]
    with pytest.warns(UserWarning, match='other values are missing too, and stay as they are'):
        restored = restorer(sea, lost)
    assert np.array_equal(restored[~lost[..., 0]], sea[~lost[..., 0]], equal_nan=True)
    assert np.isfinite(restored[lost[..., 0]]).all()
    with pytest.raises(InputError, match='band 2 is lost everywhere'):
        restorer(np.ma.array(image, mask=LOST | [False, True, False]))


def test_what_a_colour_may_have_in_one_channel_is_missing_in_all(restorer):
    """--nodata 0 does not make holes in pure red; in bands that are no colours it does, in each by itself."""
    image = np.where(LOST, 0, PHOTO.clip(1)).astype(np.uint8)
    whole = LOST.all(-1)
    assert np.array_equal(find_lost(array_source(image, ImageInfo()), nodata=0).lost.array(), whole)
    assert np.array_equal(find_lost(array_source(image, ImageInfo('bands')), nodata=0).lost.array(), LOST)
    named = find_lost(array_source(image, ImageInfo('bands', nodata='0')))
    assert np.array_equal(named.lost.array(), LOST) and named.unseen is None


def test_far_values_are_told(restorer):
    lost = LOST.copy()
    lost[40:80, 40:80, 1] = True
    with pytest.warns(UserWarning, match=r'784 of the 27,\d+ lost values \(2.\d%\) are further than 6 pixels'):
        restored = restorer(PHOTO, lost)
    assert np.array_equal(restored[~lost], PHOTO[~lost])
    assert error(restored, PHOTO, lost) < 0.2 * error(np.zeros_like(PHOTO), PHOTO, lost)


@pytest.mark.parametrize('kind', ['rgb', 'rgba', 'deep', 'bands', 'grey'])
def test_command_loses_and_restores_channels(ssrgan, tmp_path, kind):
    alpha = np.full((*PHOTO.shape[:2], 1), 200, np.uint8)
    pictures = dict(
        rgb=PHOTO,
        rgba=np.dstack([PHOTO, alpha]),
        deep=PHOTO.astype(np.uint16) * 257,
        bands=np.dstack([PHOTO, PHOTO[..., ::-1]]).astype(np.float32),
        grey=PHOTO[..., :1],
    )
    image, suffix = pictures[kind], '.tif' if kind == 'bands' else '.png'
    original, damaged, restored, mask = (tmp_path / f'{name}{suffix}' for name in ('o', 'd', 'r', 'm'))
    info = ImageInfo('bands', False) if kind == 'bands' else ImageInfo()
    image_files.write(original, image_files.ImageFile(image, info))
    done = ssrgan('corrupt', original, '-o', damaged, '--ratio', '0.4', '--save-mask', mask, '--by-channel', '--json')
    colours = image.shape[2] - (kind == 'rgba')
    told = json.loads(done.stdout)
    assert told['lost'] == round(0.4 * PHOTO[..., 0].size) * colours
    assert told['pixels' if kind == 'grey' else 'values'] == PHOTO[..., 0].size * colours
    marks = np.atleast_3d(image_files.read(mask).pixels) > 0
    assert marks.shape == (*PHOTO.shape[:2], colours) and (colours == 1 or (marks != marks[..., :1]).any())
    known = np.dstack([~marks, alpha > 0]) if kind == 'rgba' else ~marks
    before = np.atleast_3d(image_files.read(damaged).pixels)
    assert np.array_equal(before[known], image[known]) and not before[~known].any()
    done = ssrgan('restore', damaged, '-o', restored, '--mask', mask)
    assert (
        f'{marks.sum():,} of {marks.size:,} {"pixels" if kind == "grey" else "values"} (40.0%) restored' in done.stdout
    )
    after = np.atleast_3d(image_files.read(restored).pixels)
    assert np.array_equal(after[known], image[known])
    scale = 257 if kind == 'deep' else 1
    assert error(after / scale, image.astype(float) / scale, ~known) < 200


def test_masks_of_channels_that_the_file_cannot_hold_are_refused_first(ssrgan, tmp_path):
    image = image_files.ImageFile(np.dstack([PHOTO, PHOTO]), ImageInfo('bands', False))
    image_files.write(tmp_path / 'o.tif', image)
    done = ssrgan(
        'corrupt', tmp_path / 'o.tif', '-o', tmp_path / 'd.tif', '--ratio', '0.4', '--save-mask', tmp_path / 'm.png',
        '--by-channel', status=1,
    )  # fmt: skip
    assert 'm.png: .png cannot hold 6 bands of this kind: write .tif' in done.stderr
    assert not (tmp_path / 'd.tif').exists()
