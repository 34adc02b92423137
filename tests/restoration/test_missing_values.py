"""What is missing but not to be restored stays, and does not count as the picture: the sea of an elevation model."""

import warnings

import numpy as np
import pytest
import tifffile
from PIL import Image
from skimage.data import camera

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.restoration import image_files
from ssrgan_plugin.restoration.image_info import ImageInfo
from ssrgan_plugin.restoration.lost_pixels import LostPixels
from ssrgan_plugin.restoration.marked import by_mask
from ssrgan_plugin.restoration.mask_finding import find_lost
from ssrgan_plugin.restoration.missing_values import named_by_file
from ssrgan_plugin.restoration.restorer import Restorer
from ssrgan_plugin.restoration.values import array_source, band_groups, known_ranges, strange_cures

LAND = camera()[100:164, 200:264].astype(np.float32) * 8 - 300
SEA = np.zeros(LAND.shape, bool)
SEA[:20] = True
LOST = (np.random.default_rng(1).random(LAND.shape) < 0.1) & ~SEA
LEAST = float(np.finfo(np.float32).min)


@pytest.fixture(scope='module')
def restorer():
    return Restorer(device='cpu')


def model(value, dtype=np.float32, lost=777):
    """An elevation model with that value in the sea."""
    image = LAND.astype(dtype)
    image[SEA], image[LOST] = value, lost
    return image


@pytest.mark.filterwarnings('ignore:1,280 others are missing')
@pytest.mark.parametrize('value', [-9999, LEAST, np.nan, np.inf, 1e20])
def test_what_is_missing_in_the_sea_changes_nothing_ashore(restorer, value):
    expected = restorer(model(0), LOST, nodata=0)
    restored = restorer(model(value), LOST, nodata=value)
    assert np.array_equal(restored[SEA], model(value)[SEA], equal_nan=True)
    assert np.array_equal(restored[~SEA], expected[~SEA])
    assert np.abs(restored - LAND)[LOST].mean() < 30, 'with -9999 taken for land, 70'


@pytest.mark.filterwarnings('ignore:1,280 others are missing')
def test_no_number_outside_a_mask_stays_and_is_told(restorer):
    expected = restorer(model(-9999), LOST, nodata=-9999)
    with pytest.warns(UserWarning, match='1,280 others are missing too, and stay as they are'):
        restored = restorer(model(np.nan), LOST)
    assert np.array_equal(restored[~SEA], expected[~SEA])


def test_values_that_nobody_named_are_asked_about(restorer):
    with pytest.raises(InputError, match=r'known pixels are -3.40282347e\+38, as if .*: say --nodata=-3.40282347e\+38'):
        restorer(model(LEAST), LOST)
    huge = LAND * np.float32(1e32)
    assert np.isfinite(restorer(huge, LOST)).all(), 'large values alone are no fault'


def test_nothing_known_is_left(restorer):
    with pytest.raises(InputError, match='every pixel is lost or missing'):
        restorer(np.where(LOST, 1, np.nan).astype(np.float32), LOST)


def test_a_mask_and_a_fill_contradict_each_other(restorer):
    with pytest.raises(InputError, match='give one of them'):
        restorer(LAND, LOST, fill='black')


@pytest.mark.parametrize(
    'nodata, dtype, value',
    [
        ('-9999', np.int16, -9999),
        ('-9999', np.uint8, None),
        ('256', np.uint8, None),
        ('0.5', np.int16, None),
        ('nan', np.uint8, None),
        ('inf', np.int32, None),
        ('nan', np.float32, np.nan),
        ('1e40', np.float32, np.inf),
        ('none', np.float32, None),
        ('', np.uint8, None),
        (None, np.uint8, None),
    ],
)
def test_what_a_file_names_is_no_other_value(nodata, dtype, value):
    """-9999 in a file of bytes is not 241."""
    found = named_by_file(array_source(np.zeros((2, 2, 1), dtype), ImageInfo(nodata=nodata)))
    assert found is None if value is None else np.array_equal(found, [value], equal_nan=True)


@pytest.mark.parametrize('written', ['-3.4028234663852886e+38', '-3.40282e+38', '-3.4e+38 '])
def test_few_digits_of_a_huge_value_will_do(written):
    image = model(LEAST, lost=LEAST)[..., None]
    source = array_source(image, ImageInfo(nodata=written.strip()))
    if written == '-3.4e+38 ':
        with pytest.raises(InputError, match='no lost pixel found'):
            find_lost(source)
    else:
        found = find_lost(source)
        assert np.array_equal(found.lost.array(), LOST) and np.array_equal(found.unseen.array(), SEA)
        assert any(note.startswith('1,280 others') for note in found.notes)


def test_command_takes_nodata_beside_a_mask(ssrgan, tmp_path):
    Image.fromarray(LOST).save(tmp_path / 'mask.png')
    for tag, options in (('-9999', []), (None, ['--nodata=-9999'])):
        tags = [(42113, 's', 0, tag, True)] if tag else []
        tifffile.imwrite(tmp_path / 'a.tif', model(-9999), extratags=tags)
        done = ssrgan(
            'restore', tmp_path / 'a.tif', '-o', tmp_path / 'o.tif', '--mask', tmp_path / 'mask.png', '--overwrite',
            *options,
        )  # fmt: skip
        assert '1,280 others are missing too, and stay as they are' in done.stdout
        restored = image_files.read(tmp_path / 'o.tif').pixels
        assert (restored[SEA] == -9999).all() and np.abs(restored - LAND)[LOST].mean() < 30


def cut_out(alpha):
    colours = np.random.default_rng(0).integers(1, 255, (40, 40, 3), np.uint8)
    return np.dstack([colours, alpha]).astype(np.uint8)


def test_transparency_of_a_picture_cut_out_is_no_loss(restorer):
    """Lost pixels are opaque inside and transparent outside, as known ones are."""
    lost = np.random.default_rng(2).random((40, 40)) < 0.3
    y, x = np.mgrid[:40, :40]
    inside = (y - 20) ** 2 + (x - 20) ** 2 < 200
    round_picture = cut_out(255 * inside)
    assert np.array_equal(restorer(round_picture, lost)[..., 3], 255 * inside)
    holes = cut_out(np.where(lost, 0, 255))
    assert (restorer(holes, lost)[..., 3] > 250).all(), 'lost with the colours'
    wider = lost | np.roll(lost, 1, 0)
    assert (restorer(holes, wider)[..., 3] > 250).all(), 'the mask may be wider than the loss'
    found = by_mask(array_source(round_picture, ImageInfo()), find_lost(array_source(holes, ImageInfo())).lost)
    assert not found.alpha_too


def test_transparency_that_is_no_number_is_restored(restorer):
    image = np.random.default_rng(0).random((40, 40, 4)).astype(np.float32)
    image[..., 3] = 1
    image[LOST[20:60, :40]] = np.nan
    assert np.isfinite(restorer(image)).all()


@pytest.mark.parametrize('dtype', [np.int16, np.int32, np.float32, np.uint16])
@pytest.mark.parametrize('value', [-9999, -32768, 'least', 0])
def test_what_looks_missing_beside_a_mask_is_named_with_the_cure(restorer, dtype, value):
    """Undeclared, it would pull its neighbours; the picture may be so, though."""
    least = float(np.iinfo(dtype).min if np.issubdtype(dtype, np.integer) else np.finfo(dtype).min)
    value = least if value == 'least' else value
    if value < least:
        pytest.skip('no such value')
    picture = (LAND + 4000).astype(dtype)
    picture[SEA] = value
    if value < -1e30:
        with pytest.raises(InputError, match='as if they were missing: say --nodata=-3.40282347e[+]38'):
            restorer(picture, LOST)
    else:
        named = f'known pixels are {value:.0f}, far from all others.*--nodata={value:.0f}$'
        with pytest.warns(UserWarning, match=named):
            restorer(picture, LOST)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        restored = restorer(picture, LOST, nodata=value)
    assert (restored[SEA] == picture[SEA]).all() and np.abs(restored - (LAND + 4000))[LOST & ~SEA].mean() < 30


@pytest.mark.parametrize(
    'picture',
    [
        LAND.astype(np.int16),
        np.clip(LAND, 300, 600).astype(np.uint16),
        np.where(LAND > 400, 255, 0).astype(np.uint8),
        np.where(LAND > 400, 1, LAND / 1e4).astype(np.float32),
        np.where(np.arange(LAND.shape[1]) == 7, -700, LAND).astype(np.int16),
    ],
)
def test_pictures_that_are_so_are_not_doubted(restorer, picture):
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        restorer(picture, LOST)


@pytest.mark.parametrize('value', [-9999, LEAST])
def test_the_file_is_not_asked_what_it_says(ssrgan, tmp_path, value):
    """Of an intact model with a sea: nothing is lost in it, and its sea is no cure."""
    picture = np.where(SEA, value, LAND).astype(np.float32)
    tags = [(42113, 's', 0, str(value), True)]
    tifffile.imwrite(tmp_path / 'a.tif', picture, extratags=tags, metadata=None)
    done = ssrgan('restore', tmp_path / 'a.tif', '-o', tmp_path / 'o.tif')
    assert 'nothing that looks lost was found' in done.stdout and 'nodata' not in done.stdout
    assert '; 1,280 others are missing too, and stay as they are' in done.stdout
    assert np.array_equal(image_files.read(tmp_path / 'o.tif').pixels, picture)


def test_that_nothing_was_found_is_told_with_all_that_is_strange(restorer):
    picture = np.where(SEA, -9999, LAND).astype(np.int16)
    named = r'^nothing that looks lost was found.*; pixels are -9999, far from all others: .*--nodata=-9999$'
    with pytest.warns(UserWarning, match=named):
        assert np.array_equal(restorer(picture), picture)


def test_a_value_of_what_is_not_kept_is_none_of_the_pixels(tmp_path):
    """Index 0 of a palette is missing, and red; index 7 is black."""
    palette = np.zeros((3, 256), np.uint16)
    palette[0, 0], palette[:, 1:7] = 65535, 30000
    indices = np.random.default_rng(0).integers(0, 8, (30, 40), np.uint8)
    tags = [(42113, 2, 0, '0', True)]
    tifffile.imwrite(
        tmp_path / 'a.tif', indices, photometric='palette', colormap=palette, extratags=tags, metadata=None
    )
    Image.fromarray(indices < 4).save(tmp_path / 'b.tif', tiffinfo={42113: '0'})
    for name in ('a.tif', 'b.tif'):
        image = image_files.read(tmp_path / name)
        assert image.info.nodata is None and 'its TIFF tags (GDAL_NODATA) are left out' in image.info.notes
        image_files.write(tmp_path / 'copy.tif', image)
        assert 42113 not in tifffile.TiffFile(tmp_path / 'copy.tif').pages[0].tags


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
@pytest.mark.parametrize('named', ['file', 'user', 'fill'])
def test_a_value_where_white_is_zero_is_the_stored_one(tmp_path, restorer, dtype, named):
    stored = np.clip(LAND, 20, 250).astype(dtype)
    stored[LOST] = 0
    tags = [(42113, 2, 0, '0', True)] if named == 'file' else []
    tifffile.imwrite(tmp_path / 'a.tif', stored, photometric='miniswhite', extratags=tags, metadata=None)
    source = image_files.open_file(tmp_path / 'a.tif')
    found = find_lost(source, fill=[0] if named == 'fill' else None, nodata=0 if named == 'user' else None)
    assert np.array_equal(found.lost.array(), LOST)
    beside = by_mask(source, LostPixels.of(~SEA & ~LOST & (LAND > 100)), 0 if named == 'user' else None)
    if named != 'fill':
        assert np.array_equal(beside.unseen.array(), LOST)


def test_what_looks_missing_where_white_is_zero_is_told_as_stored(tmp_path):
    stored = np.where(SEA, 0, LAND + 4000).astype(np.uint16)
    tifffile.imwrite(tmp_path / 'a.tif', stored, photometric='miniswhite')
    source = image_files.open_file(tmp_path / 'a.tif')
    ranges = known_ranges(source, LostPixels.of(LOST), band_groups(source))
    assert strange_cures(ranges) == ['pixels are 0, far from all others: if they are missing, say --nodata=0']


@pytest.mark.parametrize('dtype, value', [(np.uint64, 2**64 - 1), (np.int64, 2**63 - 1), (np.int64, -(2**63))])
@pytest.mark.parametrize('named', ['file', 'user', 'option', 'fill'])
def test_the_largest_integers_are_found(ssrgan, tmp_path, dtype, value, named):
    image = np.clip(LAND, 20, 250).astype(dtype)
    image[LOST] = value
    source = array_source(image[..., None], ImageInfo(nodata=str(value) if named == 'file' else None))
    if named == 'option':
        tifffile.imwrite(tmp_path / 'a.tif', image)
        ssrgan('mask', tmp_path / 'a.tif', '-o', tmp_path / 'mask.png', f'--nodata={value}')
        lost = np.asarray(Image.open(tmp_path / 'mask.png')) > 0
    else:
        options = dict(user=dict(nodata=value), fill=dict(fill=value), file={})[named]
        lost = find_lost(source, **options).lost.array()
    assert np.array_equal(lost, LOST)


@pytest.mark.parametrize('dtype', [np.uint64, np.int64])
def test_neighbours_of_the_largest_integers_are_others(dtype):
    most = np.iinfo(dtype).max
    image = np.array([[most, most - 1, most - 1000, 5]], dtype)
    found = named_by_file(array_source(image[..., None], ImageInfo(nodata=str(most))))
    assert (image == found).tolist() == [[True, False, False, False]]
    for nodata in (most + 1, float(most)):
        with pytest.raises(InputError, match=f"is none of the image's values, .* to {most:,}: give it in the units of"):
            find_lost(array_source(image[..., None], ImageInfo()), nodata=nodata)


def test_the_largest_integer_is_told_as_it_is():
    image = model(2**64 - 1, np.uint64, lost=4000)
    source = array_source(image[..., None], ImageInfo())
    ranges = known_ranges(source, LostPixels.of(LOST), band_groups(source))
    assert [one.strange for one in ranges] == [str(2**64 - 1)]


@pytest.mark.parametrize('nodata', [(0, 0, 0), '0', 1j])
@pytest.mark.parametrize('mask', [None, LOST])
def test_what_is_no_number_is_refused(restorer, nodata, mask):
    with pytest.raises(InputError, match='nodata is one number, the value of missing pixels, not '):
        restorer(LAND, mask, nodata=nodata)
