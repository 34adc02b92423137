"""A mask that ``ssrgan mask`` writes restores what would be restored without it."""

import numpy as np
import pytest
from skimage.data import astronaut

from ssrgan_plugin.restoration import image_files
from ssrgan_plugin.restoration.image_files import ImageFile
from ssrgan_plugin.restoration.image_info import ImageInfo
from ssrgan_plugin.restoration.restorer import Restorer

PHOTO = astronaut()[60:100, 150:200].astype(np.float32)
LOST = np.random.default_rng(0).random(PHOTO.shape[:2]) < 0.3
INFOS = {2: ImageInfo('bands', False), 3: ImageInfo(), 5: ImageInfo('bands', False)}


@pytest.fixture
def pipeline(ssrgan, tmp_path):
    """Masks a picture of so many bands, of which one has lost values, and restores it by that."""

    def pipeline(bands, band, mask, *options):
        pixels = np.tile(PHOTO, 2)[..., :bands].copy()
        pixels[LOST, band] = np.nan
        damaged, mask, restored = (tmp_path / name for name in ('damaged.tif', mask, 'restored.tif'))
        image_files.write(damaged, ImageFile(pixels, INFOS[bands]))
        told = ssrgan('mask', damaged, '-o', mask).stdout
        assert f'{LOST.sum():,} of {pixels.size:,} values' in told
        said = ssrgan('restore', damaged, '--mask', mask, '-o', restored, *options).stdout
        return pixels, told, said, image_files.read(restored).pixels

    return pipeline


@pytest.mark.parametrize(
    'bands, band, mask, options',
    [
        (3, 0, 'mask.png', []),
        (3, 1, 'mask.tif', []),
        (3, 2, 'mask.webp', []),
        (3, 0, 'mask.bmp', ['--mask-by-channel']),
        (2, 1, 'mask.tif', []),
        (5, 2, 'mask.tif', []),
    ],
)
def test_values_of_one_band_alone(pipeline, tmp_path, bands, band, mask, options):
    pixels, told, said, restored = pipeline(bands, band, mask, *options)
    assert f'{LOST.sum():,} of {pixels.size:,} values' in said
    assert np.array_equal(restored, Restorer(device='cpu')(pixels, alpha=False))
    by_bmp = '.bmp cannot say that each channel marks itself: restore by it with --mask-by-channel'
    assert (by_bmp in told) == (mask == 'mask.bmp') and 'whole pixels' not in told
    if not options:
        by_path = Restorer(device='cpu')(tmp_path / 'damaged.tif', tmp_path / mask, alpha=False)
        assert np.array_equal(by_path, restored)


def test_what_the_format_cannot_hold_is_told(pipeline):
    pixels, told, said, restored = pipeline(5, 2, 'mask.png')
    known = 4 * LOST.sum()
    assert f'; .png marks whole pixels, and with them {known:,} known values: .tif would keep bands apart\n' in told
    assert f'{LOST.sum():,} of {LOST.size:,} pixels' in said
    assert np.array_equal(restored[~LOST], pixels[~LOST])
