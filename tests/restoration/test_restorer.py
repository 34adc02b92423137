"""The one-line Restorer: types, sizes, tiles, and what it refuses."""

import os
import pickle
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ssrgan_plugin.corruption import random_mask
from ssrgan_plugin.datasets.sample_photograph_dataset import find_photograph
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.networks import MaskAwareSSRGANGenerator, SSRGANGenerator
from ssrgan_plugin.restoration.restorer import Restorer
from ssrgan_plugin.restoration.torch_backend import TorchBackend

CONFIGS = Path(__file__).parents[2] / 'configs'


def random_weights(network):
    """Weights under which every layer matters: the tail would begin at zero."""
    torch.manual_seed(0)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.02)
    return network.state_dict()


@pytest.fixture(scope='module')
def restorer(tmp_path_factory):
    path = tmp_path_factory.mktemp('weights') / 'random.pth'
    torch.save(random_weights(MaskAwareSSRGANGenerator()), path)
    return Restorer(checkpoint=path, device='cpu')


def photograph(height, width, channels=3):
    yy, xx = np.mgrid[:height, :width] / 24
    waves = [0.5 + 0.4 * np.sin(xx + k) * np.cos(yy - k) for k in range(channels)]
    return np.stack(waves, -1)


def as_type(image, dtype):
    return (image * np.iinfo(dtype).max).astype(dtype) if np.issubdtype(dtype, np.integer) else image.astype(dtype)


@settings(max_examples=30, deadline=None)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    channels=st.sampled_from([None, 1, 3, 4, 5]),
    dtype=st.sampled_from(
        [np.uint8, np.uint16, np.int16, np.int32, np.uint32, np.int64, np.float16, np.float32, float]
    ),
    ratio=st.floats(0.05, 0.95),
    seed=st.integers(0, 99),
)
def test_any_size_and_type(restorer, height, width, channels, dtype, ratio, seed):
    image = as_type(photograph(height, width, channels or 1), dtype)
    image = image if channels else image[..., 0]
    rng = np.random.default_rng(seed)
    mask = random_mask(height, width, ratio, rng)
    if mask.all():
        with pytest.raises(InputError, match='every pixel is lost'):
            restorer(image, mask)
        return
    before = image.copy()
    restored = restorer(image, mask)
    assert restored.shape == image.shape and restored.dtype == dtype
    known = mask[..., 0] == 0
    assert np.array_equal(restored[known], image[known]), 'known pixels are the same to the bit'
    assert np.isfinite(restored.astype(float)).all()
    assert np.array_equal(image, before), 'the input is left alone'
    # What stands in lost pixels does not matter; transparency is another matter.
    other = image.copy()
    (other[..., :3] if channels == 4 else other)[~known] = 1
    assert np.array_equal(restorer(other, mask), restored)


@pytest.mark.parametrize(
    'network, size',
    [
        (MaskAwareSSRGANGenerator(mid_channels=16), (301, 410)),
        (MaskAwareSSRGANGenerator(mid_channels=16, num_blocks=16), (302, 201)),
        (SSRGANGenerator(mid_channels=16), (150, 101)),
        (SSRGANGenerator(mid_channels=16, num_blocks=12), (101, 150)),
    ],
    ids=['mask-aware', 'mask-aware-16', 'paper', 'paper-12'],
)
@pytest.mark.parametrize('self_ensemble', [False, True])
def test_tiled_is_untiled(network, size, self_ensemble):
    restorer = object.__new__(Restorer)
    restorer.progress = False
    network.load_state_dict(random_weights(network))
    restorer.backend = backend = TorchBackend(network, device='cpu', averages=self_ensemble)
    backend.bfloat16 = False
    image = photograph(*size).astype(np.float32)
    mask = random_mask(*size, 0.6, np.random.default_rng(0))
    margin = backend.margin
    backend.tile, backend.margin = 1000, 0
    whole = restorer(image, mask)
    backend.tile, backend.margin = 64, margin
    np.testing.assert_allclose(restorer(image, mask), whole, atol=2e-6)


@pytest.mark.parametrize('backend, switch', [('torch', 'bfloat16'), ('openvino', 'half')])
def test_bfloat16_for_8_bits_alone(monkeypatch, backend, switch):
    restorer = Restorer(device='cpu', backend=backend)
    photo = np.array(Image.open(find_photograph('skimage/data/astronaut.png')))[100:200, 150:290]
    mask = random_mask(*photo.shape[:2], 0.7, np.random.default_rng(0))
    for dtype in (np.uint8, np.uint16, np.float32):
        restored = []
        for bfloat16 in (False, True):
            monkeypatch.setattr(restorer.backend, switch, bfloat16)
            restored.append(restorer(as_type(photo / 255, dtype), mask).astype(float))
        difference = np.abs(restored[0] - restored[1])
        # OpenVINO takes bfloat16 where the CPU has it; PyTorch emulates it elsewhere.
        computed = backend == 'torch' or restorer.backend.network.half
        if dtype == np.uint8 and computed:
            assert 0 < difference.max() <= 2 and (difference > 1).mean() < 1e-3
        else:
            assert difference.max() == 0


def test_transparency_is_restored_where_it_is_lost_and_only_there(restorer):
    image = as_type(photograph(24, 24, 4), np.uint8)
    mask = random_mask(24, 24, 0.4, np.random.default_rng(0))
    lost = mask[..., 0] != 0
    assert np.array_equal(restorer(image, mask)[..., 3], image[..., 3]), 'intact'
    image[..., 3] = np.where(lost, 0, image[..., 3])
    restored = restorer(image, mask)[..., 3]
    assert np.array_equal(restored, restorer(image)[..., 3]), 'found by transparency'
    assert restored.min() > 0 and np.array_equal(restored[~lost], image[~lost, 3])
    image[..., 3] = np.where(lost, 0, 255)
    assert (restorer(image, mask)[..., 3] == 255).all()


def test_fill_leaves_transparency_alone(restorer):
    image = as_type(photograph(64, 64, 4), np.uint8)
    lost = random_mask(64, 64, 0.4, np.random.default_rng(0))[..., 0] != 0
    image[lost, :3] = 0
    image[..., 3] = np.random.default_rng(1).integers(0, 256, (64, 64))
    restored = restorer(image, fill='black')
    assert np.array_equal(restored[..., 3], image[..., 3]) and (restored[lost, :3] > 0).any(-1).all()


@pytest.mark.parametrize(
    'low, high, dtype',
    [
        (0, 65535, np.uint16),
        (1000, 1400, np.uint16),
        (-30000, 30000, np.int16),
        (-(10**9), 10**9, np.int32),
        (0, 10**15, np.int64),
        (-40.5, 85.25, np.float32),
        (1e-9, 2e-9, np.float64),
        (0, 1, np.float32),
    ],
)
def test_the_same_picture_in_any_units_is_restored_the_same(low, high, dtype):
    photo = np.array(Image.open(find_photograph('skimage/data/camera.png')))[150:250, 150:250] / 255.0
    lost = random_mask(*photo.shape, 0.5, np.random.default_rng(0))[..., 0] != 0
    restorer = Restorer(device='cpu')
    expected = restorer(photo, lost)
    values = photo * (high - low) + low
    image = (np.rint(values) if np.issubdtype(dtype, np.integer) else values).astype(dtype)
    restored = (restorer(image, lost).astype(float) - low) / (high - low)
    step = 1 / (high - low) if np.issubdtype(dtype, np.integer) else 1e-6
    assert np.abs(restored - expected).max() < 3 * step + 1e-4


def test_a_few_hot_pixels_change_nothing_elsewhere():
    photo = np.array(Image.open(find_photograph('skimage/data/camera.png')))[150:278, 150:278].astype(np.uint16) + 1000
    lost = random_mask(*photo.shape, 0.5, np.random.default_rng(0))[..., 0] != 0
    restorer = Restorer(device='cpu')
    cold = restorer(photo, lost)
    hot = photo.copy()
    y, x = np.argwhere(~lost)[3000]
    hot[y, x] = 60000
    difference = np.abs(restorer(hot, lost).astype(int) - cold)
    near = np.zeros_like(lost)
    near[max(0, y - 6) : y + 7, max(0, x - 6) : x + 7] = True
    assert difference[~near].max() <= 8 and difference[near & lost].max() > 1000


def test_masked_arrays_and_nan_and_nodata_agree(restorer):
    image = photograph(40, 50, 1)[..., 0].astype(np.float32) * 100 - 30
    lost = random_mask(40, 50, 0.3, np.random.default_rng(0))[..., 0] != 0
    expected = restorer(image, lost)
    assert np.array_equal(restorer(np.ma.array(image, mask=lost)), expected)
    for value in (np.nan, np.inf, -9999):
        damaged = np.where(lost, np.float32(value), image)
        assert np.array_equal(restorer(damaged, nodata=value if np.isfinite(value) else None), expected)


@pytest.mark.parametrize('mask', [np.ma.nomask, False, np.zeros((40, 50), bool)])
def test_a_masked_array_that_masks_nothing_has_lost_nothing(restorer, mask):
    rain = np.random.default_rng(0).random((40, 50)).astype(np.float32).clip(0.3) - np.float32(0.3)
    image = np.ma.array(rain, mask=mask)
    assert np.array_equal(restorer(image), rain)
    assert np.array_equal(restorer(image, nodata=0), restorer(rain, nodata=0)), 'unless it is named'


def test_bands_are_restored_each_by_itself(restorer):
    image = as_type(photograph(40, 50, 5), np.uint16)
    image[..., 3] = 1000
    lost = random_mask(40, 50, 0.3, np.random.default_rng(0))[..., 0] != 0
    restored = restorer(image, lost)
    assert (restored[..., 3] == 1000).all()
    assert np.array_equal(restored[..., 4], restorer(image[..., 4], lost))


def test_valid_bands_of_a_pixel_stay(restorer):
    """One band may be missing where another is not: NaN, or invalid in a masked array."""
    image = photograph(40, 50, 5).astype(np.float32)
    lost = np.random.default_rng(0).random(image.shape) < 0.1
    restored = restorer(np.where(lost, np.float32(np.nan), image))
    assert np.isfinite(restored).all() and np.array_equal(restored[~lost], image[~lost])
    assert (restored[lost] != image[lost]).mean() > 0.99
    restored = restorer(np.ma.array(image, mask=lost))
    assert np.array_equal(restored[~lost], image[~lost]) and (restored[lost] != image[lost]).mean() > 0.99


def test_integers_that_doubles_do_not_tell_apart_are_refused(restorer):
    image = np.full((20, 30), 2**63, np.uint64) + np.arange(30, dtype=np.uint64)
    lost = np.random.default_rng(0).random((20, 30)) < 0.2
    with pytest.raises(InputError, match='differ too little to be computed with: subtract 9223372036854775808 first'):
        restorer(image, lost)
    assert (restorer(np.where(lost, 0, image - image.min()), lost) < 30).all()


def test_pil_images_keep_what_comes_with_them(restorer, tmp_path):
    image, exif = Image.fromarray(as_type(photograph(40, 50), np.uint8)), Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / 'a.png', exif=exif, icc_profile=b'profile', dpi=(300, 300))
    lost = random_mask(40, 50, 0.3, np.random.default_rng(0))[..., 0] != 0
    restored = restorer(Image.open(tmp_path / 'a.png'), lost)
    assert restored.getexif()[0x0112] == 6 and restored.info['icc_profile'] == b'profile'
    deep = Image.fromarray(as_type(photograph(40, 50, 1), np.uint16)[..., 0])
    assert restorer(deep, lost).mode == deep.mode == 'I;16'
    for mode in ('LAB', 'HSV'):
        with pytest.raises(InputError, match=f'mode {mode} cannot be restored: convert it to RGB'):
            restorer(image.convert(mode), lost)


def test_pil_images_as_the_array_they_hold(restorer):
    """CMYK is missing where all four are; a fourth channel that is said to be a colour is one."""
    rng = np.random.default_rng(0)
    inks = rng.integers(0, 4, (40, 50, 4), np.uint8) * 60  # a quarter of the values are 0
    lost = rng.random((40, 50)) < 0.1
    inks[lost] = 0
    restored = np.asarray(restorer(Image.fromarray(inks, 'CMYK'), nodata=0))
    assert np.array_equal((restored != inks).any(-1), (inks == 0).all(-1))
    image = as_type(photograph(40, 50, 4), np.uint8)
    pil = Image.fromarray(image, 'RGBA')
    assert np.array_equal(restorer(pil, lost, alpha=False), restorer(image, lost, alpha=False))
    assert np.array_equal(restorer(pil, lost), restorer(image, lost))
    assert not np.array_equal(restorer(pil, lost), restorer(pil, lost, alpha=False))


@pytest.mark.parametrize('mode', ['1', 'L', 'P', 'RGB'])
def test_pil_masks(restorer, mode):
    image = as_type(photograph(40, 50, 3), np.uint8)
    lost = np.random.default_rng(0).random((40, 50)) < 0.3
    mask = Image.fromarray(lost).convert(mode)
    if mode == 'P':  # black last
        mask = Image.fromarray((~lost).astype(np.uint8), 'P')
        mask.putpalette([255, 255, 255, 0, 0, 0])
    assert np.array_equal(restorer(image, mask), restorer(image, lost))


def test_formats_of_which_pillow_does_not_say_whether_they_are_lossy(restorer, tmp_path):
    image = as_type(photograph(40, 50, 3), np.uint8)
    Image.fromarray(image).save(tmp_path / 'a.webp', lossless=True)
    with pytest.warns(UserWarning, match='WEBP may be lossy, and smear lost pixels .*: give the path'):
        restorer(Image.open(tmp_path / 'a.webp'), np.eye(40, 50))


def test_path_and_pil_image(restorer, tmp_path):
    image = as_type(photograph(40, 50), np.uint8)
    lost = random_mask(40, 50, 0.3, np.random.default_rng(0))[..., 0] != 0
    Image.fromarray(image).save(tmp_path / 'a.png')
    expected = restorer(image, lost)
    for picture in (tmp_path / 'a.png', str(tmp_path / 'a.png')):
        assert np.array_equal(restorer(picture, lost), expected)
    restored = restorer(Image.fromarray(image), lost)
    assert isinstance(restored, Image.Image) and np.array_equal(np.asarray(restored), expected)


def test_path_of_a_mask(restorer, tmp_path):
    """As ssrgan restore reads it: as viewers show it."""
    image = as_type(photograph(40, 50), np.uint8)
    lost = random_mask(40, 50, 0.3, np.random.default_rng(0))[..., 0] != 0
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned to the right
    Image.fromarray(image).save(tmp_path / 'a.png', exif=exif)
    Image.fromarray(np.rot90(lost, -1)).save(tmp_path / 'mask.png')
    assert np.array_equal(restorer(tmp_path / 'a.png', str(tmp_path / 'mask.png')), restorer(image, lost))


def test_lossy_files_are_refused_without_a_mask_and_told_with_one(restorer, tmp_path):
    image = as_type(photograph(40, 50), np.uint8)
    lost = random_mask(40, 50, 0.3, np.random.default_rng(0))[..., 0] != 0
    Image.fromarray(np.where(lost[..., None], 0, image).astype(np.uint8)).save(tmp_path / 'a.jpg')
    for picture in (tmp_path / 'a.jpg', Image.open(tmp_path / 'a.jpg')):
        with pytest.raises(InputError, match='its lossy compression smears .* give a mask'):
            restorer(picture, fill='black')
        with pytest.warns(UserWarning, match='its lossy compression has smeared'):
            restorer(picture, lost)


@pytest.mark.parametrize('channels', [1, 3])
def test_a_hole_is_closed_smoothly_and_told(channels):
    """No flat grey square: nearer to the truth than a flat one of the best possible colour, and no step at the rim."""
    y, x = np.mgrid[:160, :160]
    image = np.stack([60 + 0.7 * x + 0.3 * y, 200 - 0.6 * x, 40 + 0.9 * y], -1)[..., :channels].astype(np.uint8)
    lost = np.zeros((160, 160), bool)
    lost[40:120, 40:120] = True
    with pytest.warns(UserWarning, match=r'4,624 of the 6,400 lost pixels \(72.2%\) are further than 6 pixels'):
        restored = Restorer(device='cpu')(image, lost).astype(float)
    error = np.abs(restored - image)[lost]
    assert error.mean() < 3 and error.max() < 20
    assert np.abs(np.diff(restored, axis=1)).max() < 12


def test_a_hole_in_every_channel_is_counted_in_values(restorer):
    image = as_type(photograph(60, 60, 4), np.uint8)
    lost = np.zeros(image.shape, bool)
    lost[10:50, 10:50] = True
    with pytest.warns(UserWarning, match=r'3,136 of the 6,400 lost values \(49.0%\) are further than 6 pixels'):
        restorer(image, lost)


def test_holes_are_the_same_in_tiles(restorer, monkeypatch):
    image = as_type(photograph(200, 230), np.uint16)
    lost = random_mask(200, 230, 0.3, np.random.default_rng(0))[..., 0] != 0
    lost[50:120, 60:140] = True
    with pytest.warns(UserWarning):
        whole = restorer(image, lost).astype(int)
        monkeypatch.setattr(restorer.backend, 'tile', 64)
        assert np.abs(restorer(image, lost) - whole).max() <= 1


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='no fork on this system')
def test_works_after_a_fork_with_default_threads(tmp_path):
    code = (
        'import os, numpy as np, signal\n'
        'from ssrgan_plugin import Restorer\n'
        'import torch\n'
        'torch.set_num_threads(4)\n'
        'image, mask = np.full((64, 64, 3), 99, np.uint8), np.eye(64)\n'
        'restorer = Restorer(device="cpu", backend="torch")\n'
        'expected = restorer(image, mask)\n'
        'child = os.fork()\n'
        'if not child:\n'
        '    signal.alarm(60)\n'
        '    os._exit(0 if np.array_equal(restorer(image, mask), expected) else 1)\n'
        'assert os.waitpid(child, 0)[1] == 0'
    )
    subprocess.run([sys.executable, '-c', code], check=True)


def test_finds_the_mask_itself(restorer):
    image = as_type(photograph(64, 64), np.uint8)
    mask = random_mask(64, 64, 0.5, np.random.default_rng(0))
    damaged = np.where(mask == 0, image, 0).astype(np.uint8)
    assert np.array_equal(restorer(damaged), restorer(image, mask))
    white = np.where(mask == 0, image, 255).astype(np.uint8)
    assert np.array_equal(restorer(white, fill='white'), restorer(image, mask))


def test_either_byte_order(restorer):
    image = as_type(photograph(20, 20), np.uint16)
    mask = random_mask(20, 20, 0.5, np.random.default_rng(0))
    swapped = restorer(image.astype('>u2'), mask)
    assert swapped.dtype == '>u2' and np.array_equal(swapped, restorer(image, mask))


def test_device_without_memory_is_refused():
    with pytest.raises(InputError, match='meta'):
        Restorer(device='meta')


@pytest.mark.parametrize(
    'image, mask, sentence',
    [
        (np.array([[np.nan, 0.5]]), np.array([[0, 1]]), 'every pixel is lost or missing'),
        ('a.png', None, 'a.png: No such file'),
        ([[1, 2]], None, 'an image is a path, a PIL image, or a NumPy array'),
        (np.zeros((4, 4, 5, 1), np.uint8), None, 'an image is a path, a PIL image, or a NumPy array'),
        (np.zeros((0, 4), np.uint8), None, 'no pixels'),
        (np.zeros((4, 4), complex), None, 'images of type complex128'),
        (np.ones((4, 5), np.uint8), np.zeros((5, 4)), 'the other way round: turn the mask'),
        (np.ones((4, 4), np.uint8), np.zeros((4, 5)), 'the mask is'),
        (np.ones((4, 4), np.uint8), np.ones((4, 4)), 'every pixel is lost'),
        (np.ones((4, 4, 4), np.uint8), np.zeros((4, 4, 2)), 'same height and width, and the mask one channel or 3'),
        (np.ones((4, 4, 3), np.uint8), np.eye(3)[:1] > np.zeros((4, 4, 1)), 'band 1 is lost everywhere'),
        (np.ones((4, 4), np.uint8), 'mask.png', 'a mask is a NumPy array'),
        (np.ones((4, 4), np.uint8), np.full((4, 4), np.nan), 'a mask is a NumPy array'),
        (np.ones((4, 4), np.uint8), Image.new('RGBA', (4, 4)), "a mask of PIL's mode RGBA .*: convert it to L"),
    ],
)
def test_bad_input(restorer, image, mask, sentence):
    with pytest.raises(InputError, match=sentence):
        restorer(image, mask)


class Payload:
    def __reduce__(self):
        return os.mkdir, ('owned',)


def test_malicious_checkpoint_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save(dict(state_dict=Payload()), tmp_path / 'evil.pth')
    (tmp_path / 'evil.pkl').write_bytes(pickle.dumps(Payload()))
    for path in (tmp_path / 'evil.pth', tmp_path / 'evil.pkl'):
        with pytest.raises(InputError, match='refused'):
            Restorer(checkpoint=path)
        with pytest.raises(InputError, match='refused'):
            Restorer(config=CONFIGS / 'ssrgan_flower_p50.py', checkpoint=path)
    assert not (tmp_path / 'owned').exists()


def test_wrong_or_missing_weights(tmp_path):
    torch.save(SSRGANGenerator().state_dict(), tmp_path / 'paper.pth')
    with pytest.raises(InputError, match='does not fit the network'):
        Restorer(checkpoint=tmp_path / 'paper.pth')
    with pytest.raises(InputError, match='does not exist'):
        Restorer(checkpoint=tmp_path / 'nowhere.pth')
    with pytest.raises(InputError, match='name its checkpoint'):
        Restorer(config=CONFIGS / 'ssrgan_flower_p50.py')


def test_paper_style_generator_through_the_same_call(tiny_config, tmp_path):
    from mmagic.registry import MODELS
    from mmengine.config import Config
    from mmengine.logging import HistoryBuffer

    config = tiny_config()
    model = MODELS.build(Config.fromfile(config).model)
    torch.save(
        dict(state_dict=model.state_dict(), message_hub=dict(log_scalars=HistoryBuffer([1], [1]))),
        tmp_path / 'epoch_1.pth',
    )
    restorer = Restorer(config, tmp_path / 'epoch_1.pth', device='cpu')
    image = as_type(photograph(40, 33), np.uint8)
    mask = random_mask(40, 33, 0.5, np.random.default_rng(0))
    restored = restorer(image, mask)
    black = torch.from_numpy(np.where(mask == 0, image, 0).astype(np.float32)).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.no_grad():
        expected = ((model.generator.eval()(black)[0] + 1) * 127.5).permute(1, 2, 0).numpy()
    np.testing.assert_allclose(restored[mask[..., 0] != 0], expected[mask[..., 0] != 0], atol=0.51)


def test_paints_and_averages_as_the_config_says(tiny_config, tmp_path):
    from mmagic.registry import MODELS
    from mmengine.config import Config

    image = as_type(photograph(20, 33), np.uint8)
    mask = random_mask(20, 33, 0.5, np.random.default_rng(0))
    plain = tiny_config()
    model = MODELS.build(Config.fromfile(plain).model).eval()
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'epoch_1.pth')

    def restorer(line, **options):
        return Restorer(tiny_config(line), tmp_path / 'epoch_1.pth', device='cpu', **options)

    blue = restorer("test_dataloader['dataset']['corruption'] = dict(ratio=0.5, seed=0, fill=[200, 100, 0])")
    shown = np.where(mask == 0, image, np.uint8([0, 100, 200])).astype(np.float32)  # the toolbox's colours are BGR
    with torch.no_grad():
        expected = model.generator(torch.from_numpy(shown).permute(2, 0, 1)[None] / 127.5 - 1)[0]
    expected = ((expected.clamp(-1, 1) + 1) * 127.5).round().permute(1, 2, 0).numpy()
    lost = mask[..., 0] != 0
    assert np.abs(blue(image, mask)[lost] - expected[lost]).max() <= 1

    averaged = restorer("model['test_cfg'] = dict(self_ensemble=True)")(image, mask)
    assert np.array_equal(averaged, restorer('', self_ensemble=True)(image, mask))
    assert not np.array_equal(averaged, restorer('')(image, mask))

    with pytest.raises(InputError, match='trained with uniform_noise for lost pixels'):
        restorer("test_dataloader['dataset']['corruption'] = dict(ratio=0.5, seed=0, fill='uniform_noise')")
    with pytest.raises(InputError, match='scales images by other than 127.5'):
        restorer("model['data_preprocessor'] = dict(std=[255] * 3)")


def test_config_where_the_toolbox_is_missing(monkeypatch):
    """What is missing is named, and nothing else is taken for it."""
    module = 'ssrgan_plugin.toolbox.trained_models'
    monkeypatch.delitem(sys.modules, module, raising=False)
    with (
        monkeypatch.context() as patch,
        pytest.raises(InputError, match='x.py cannot be read: this needs mmengine, wh'),
    ):
        patch.setitem(sys.modules, 'mmengine.config', None)
        Restorer(config='x.py', checkpoint='x.pth')
    monkeypatch.setitem(sys.modules, module, ModuleType(module))
    with pytest.raises(ImportError, match='cannot import name'):
        Restorer(config='x.py', checkpoint='x.pth')
