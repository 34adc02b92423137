"""Masks as people have them: of two levels or many, turned, upside down, of another size."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.restoration import image_files
from ssrgan_plugin.restoration.mask_files import MaskOptions, read_mask
from ssrgan_plugin.restoration.restorer import Restorer

LOST = np.random.default_rng(0).random((80, 120)) < 0.05
PICTURE = np.random.default_rng(1).integers(1, 255, (80, 120, 3), np.uint8)


@pytest.fixture
def files(tmp_path):
    """Writes a mask (an array, or what Pillow saves) and reads it for a damaged picture."""
    Image.fromarray(np.where(LOST[..., None], 0, PICTURE)).save(tmp_path / 'damaged.png')

    def read(mask, name='mask.png', options=MaskOptions(), image='damaged.png', **saving):  # noqa: B008
        (mask if isinstance(mask, Image.Image) else Image.fromarray(mask)).save(tmp_path / name, **saving)
        return read_mask(tmp_path / name, image_files.open_file(tmp_path / image), options)

    return read


def levels(low, high):
    return np.where(LOST, high, low).astype(np.uint8)


@pytest.mark.parametrize('low, high', [(0, 255), (0, 1), (0, 7), (100, 200)])
def test_two_levels(files, low, high):
    lost, notes = files(levels(low, high))
    assert np.array_equal(lost.array(), LOST) and not notes


def test_a_mask_that_was_once_a_jpeg(files, tmp_path):
    Image.fromarray(levels(0, 255)).save(tmp_path / 'mask.jpg', quality=85)
    for name in ('mask.jpg', 'again.png'):
        lost, notes = files(Image.open(tmp_path / 'mask.jpg'), name, **dict(quality=85) if name == 'mask.jpg' else {})
        assert (lost.array() == LOST).mean() > 0.999, name
        assert 'grey levels: those above 127.5 count as lost' in notes[0]


def test_grey_masks_ask_for_a_threshold(files):
    grey = (np.linspace(0, 255, 120) * np.ones((80, 1))).astype(np.uint8)
    with pytest.raises(InputError, match=r'has 120 grey levels \(0, 2, 4, 6, …\), not two.*--mask-threshold 127.5'):
        files(grey)
    lost, _ = files(grey, options=MaskOptions(threshold=200))
    assert np.array_equal(lost.array(), grey > 200)


def test_inverted_masks(files, tmp_path, ssrgan):
    """Refused by the command and in Python alike."""
    files(levels(255, 0))
    command = ['restore', tmp_path / 'damaged.png', '-o', tmp_path / 'o.png', '--mask', tmp_path / 'mask.png']
    done = ssrgan(*command, status=1)
    assert 'mask.png looks inverted: all pixels it leaves are 0, those' in done.stderr
    assert done.stderr.endswith('say --invert-mask\n') and not (tmp_path / 'o.png').exists()
    ssrgan(*command, '--invert-mask')
    files(levels(0, 255))
    done = ssrgan(*command, '--invert-mask', '--overwrite', status=1)
    assert done.stderr.endswith('leave --invert-mask out\n')
    with pytest.raises(InputError, match='the mask looks inverted: .*: give its opposite, mask == 0'):
        Restorer(device='cpu')(np.where(LOST[..., None], 0, PICTURE), ~LOST)
    masked = np.ma.array(np.where(LOST, np.nan, PICTURE[..., 0]), mask=LOST)
    assert np.isfinite(Restorer(device='cpu')(masked)).all(), 'what is lost has no colour'


@pytest.mark.parametrize(
    'mask, sentence',
    [
        (np.zeros((120, 80), np.uint8), '80 wide and 120 high, the image 120 and 80: turn it by a quarter'),
        (np.zeros((40, 60), np.uint8), '60 wide and 40 high, the image 120 and 80: both need the same size'),
        (np.full((80, 120), 255, np.uint8), 'marks every pixel as lost.* say --invert-mask'),
    ],
)
def test_what_does_not_fit(files, mask, sentence):
    with pytest.raises(InputError, match=sentence):
        files(mask)


def test_sensor_coordinates(files, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.where(LOST[..., None], 0, PICTURE)).save(tmp_path / 'turned.png', exif=exif.tobytes())
    shown = Image.fromarray(levels(0, 255))
    shown.getexif()[0x0112] = 6
    assert np.array_equal(files(ImageOps.exif_transpose(shown), image='turned.png')[0].array(), LOST)
    with pytest.raises(InputError, match='turn it by a quarter, or say --mask-as-stored'):
        files(levels(0, 255), image='turned.png')
    options = MaskOptions(as_stored=True)
    assert np.array_equal(files(levels(0, 255), image='turned.png', options=options)[0].array(), LOST)


def test_no_number_is_no_mark(files, tmp_path):
    marks = np.where(LOST, np.nan, 1).astype(np.float32)
    with pytest.raises(InputError, match='mask.tif has pixels that are no number: mark lost pixels by 1'):
        files(marks, 'mask.tif')


CHANNELS = np.random.default_rng(2).random((80, 120, 3)) < 0.05


def test_channels_that_differ_mark_themselves(files):
    lost, notes = files(255 * CHANNELS.astype(np.uint8))
    assert np.array_equal(lost.array(), CHANNELS)
    assert notes == ["the mask's channels differ: each marks that channel alone (else say --no-mask-by-channel)"]
    transparent = np.dstack([255 * CHANNELS, np.where(np.arange(120) < 60, 0, 255) + np.zeros((80, 1))])
    lost, _ = files(transparent.astype(np.uint8))
    assert np.array_equal(lost.array(), CHANNELS & (np.arange(120) >= 60)[:, None])
    lost, notes = files(255 * CHANNELS.astype(np.uint8), options=MaskOptions(by_channel=False))
    assert np.array_equal(lost.array(), CHANNELS.any(-1)) and not notes
    lost, _ = files(255 * (~CHANNELS).astype(np.uint8), options=MaskOptions(invert=True))
    assert np.array_equal(lost.array(), CHANNELS)


@pytest.mark.parametrize('colour', [(255, 0, 0), (0, 255, 255)])
def test_what_is_painted_in_one_colour_marks_whole_pixels(files, colour):
    painted = np.where(LOST[..., None], np.uint8(colour), 0).astype(np.uint8)
    painted[3, :5] = 255
    lost, notes = files(painted)
    assert np.array_equal(lost.array(), painted.any(-1)) and not notes
    lost, _ = files(painted, options=MaskOptions(by_channel=True))
    assert np.array_equal(lost.array(), painted > 0)


def test_channels_of_grey_levels_mark_whole_pixels(files):
    soft = np.where(CHANNELS, 255, 10).astype(np.uint8)
    soft[0, 0] = 0
    lost, notes = files(soft, options=MaskOptions(threshold=99))
    assert lost.channels == 1
    lost, _ = files(soft, options=MaskOptions(threshold=99, by_channel=True))
    assert np.array_equal(lost.array(), CHANNELS)


def test_channels_that_do_not_fit(files, tmp_path):
    Image.fromarray(PICTURE[..., 0]).save(tmp_path / 'grey.png')
    options = MaskOptions(by_channel=True)
    with pytest.raises(InputError, match='the mask has 3 channels, the image 1: leave --mask-by-channel out'):
        files(255 * CHANNELS.astype(np.uint8), image='grey.png', options=options)
    with pytest.raises(InputError, match='the mask has 1 channel, the image 3: a mask by channel needs as many'):
        files(levels(0, 255), options=options)
    lost, _ = files(255 * CHANNELS.astype(np.uint8), image='grey.png')
    assert np.array_equal(lost.array(), CHANNELS.any(-1))
