import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.restoration.mask_files import MaskOptions
from ssrgan_plugin.restoration.restorer import Restorer
from ssrgan_plugin.web import texts
from ssrgan_plugin.web.work import Order, Work


@pytest.fixture(scope='module')
def restorer():
    return Restorer(device='cpu')


@pytest.fixture
def restore(tmp_path, restorer):
    """Restores one order's pictures, by name."""

    def restore(pictures, how, **order):
        folder = tmp_path / f'work{len(list(tmp_path.iterdir()))}'
        folder.mkdir()
        work = Work(Order(pictures, how, **order), folder)
        return {str(job.name): work.restore(job, restorer) for job in work.jobs}

    return restore


def read(path):
    return np.asarray(Image.open(path))


def png(pixels):
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, 'PNG')
    return content.getvalue()


def test_found(restore, damaged, photograph, lost):
    shown = restore([damaged], texts.FIND)['cat.png']
    assert shown.output.name == 'cat_restored.png' and not shown.refused
    assert f'{lost.sum():,} of' in shown.sentence
    restored = read(shown.output)
    assert (restored[~lost] == photograph[~lost]).all()
    assert np.abs(restored[lost].astype(int) - photograph[lost]).mean() < 6
    assert Image.open(shown.before).size == Image.open(shown.after).size == (160, 120)


def test_looking_marks_what_is_lost(tmp_path, damaged, lost):
    work = Work(Order([damaged], texts.FIND), tmp_path)
    shown = work.look(work.jobs[0])
    red, green, blue = np.moveaxis(read(shown.after).astype(int), -1, 0)
    assert ((abs(red - green) > 40) == lost).all()
    assert shown.found and f'{lost.sum():,} of' in shown.sentence


def test_masks_by_name_and_one_for_all(restore, damaged, photograph, lost, tmp_path):
    mask, other = tmp_path / 'cat_mask.png', tmp_path / 'dog.png'
    Image.fromarray(lost).convert('L').save(mask)
    Image.fromarray(read(damaged)).save(other)
    for shown in (
        restore([damaged], texts.MASK, masks=[mask]),
        restore([damaged, other], texts.MASK, masks=[mask]),
        restore([damaged, mask], texts.FIND),  # beside it, as the command takes it
        restore([damaged, mask], texts.MASK),
    ):
        assert all((read(each.output)[~lost] == photograph[~lost]).all() for each in shown.values())
        assert 'dog.png' not in shown or len(shown) == 2
    inverted = tmp_path / 'inverted.png'
    Image.fromarray(~lost).convert('L').save(inverted)
    shown = restore([damaged], texts.MASK, masks=[inverted], options=MaskOptions(invert=True))['cat.png']
    assert f'{lost.sum():,} of' in shown.sentence
    shown = restore([damaged], texts.MASK, masks=[inverted])['cat.png']
    assert shown.refused and shown.sentence.endswith(f'tick “{texts.INVERT}”'), shown.sentence
    shown = restore([damaged, other], texts.MASK, masks=[mask, inverted])
    assert not shown['cat.png'].refused and 'dog.png' in shown['dog.png'].sentence and shown['dog.png'].refused


def test_painted_alone_and_over_what_was_found(restore, damaged, photograph, lost, tmp_path):
    strokes = np.zeros((60, 80, 4), np.uint8)  # of half the size
    strokes[10:12, 10:40] = 214, 40, 96, 255
    strokes[40:, :] = 40, 96, 214, 255
    red = np.zeros_like(lost)
    red[20:24, 20:80] = True
    intact = tmp_path / 'intact.png'
    Image.fromarray(photograph).save(intact)
    shown = restore([intact], texts.PAINT, painted={tmp_path.name: png(strokes)})['intact.png']
    assert f'{red.sum():,} of' in shown.sentence
    assert (read(shown.output)[~red] == photograph[~red]).all()
    shown = restore([damaged], texts.FIND, painted={tmp_path.name: png(strokes)})['cat.png']
    expected = lost | red
    expected[80:] = False
    assert f'{expected.sum():,} of' in shown.sentence
    assert (read(shown.output)[80:] == read(damaged)[80:]).all()
    shown = restore([intact], texts.PAINT)['intact.png']
    assert shown.refused and texts.NOTHING_PAINTED in shown.sentence


def test_painted_masks_lie_as_viewers_show_the_picture(restore, photograph, tmp_path):
    turned = tmp_path / 'turned.png'
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(photograph).save(turned, exif=exif)
    strokes = np.zeros((160, 120, 4), np.uint8)
    strokes[:10, :20] = 214, 40, 96, 255  # top left of what viewers show: bottom left of what is stored
    shown = restore([turned], texts.PAINT, painted={tmp_path.name: png(strokes)})['turned.png']
    changed = (read(shown.output) != photograph).any(-1)
    assert changed.any() and not changed[:100].any() and not changed[:, 10:].any()
    assert Image.open(shown.output).getexif()[0x0112] == 6


def test_trying_tells_the_error(restore, photograph, tmp_path):
    path = tmp_path / 'photo.jpg'
    Image.fromarray(photograph).save(path, quality=95)
    shown = restore([path], texts.TRY, ratio=0.3, seed=3)['photo.jpg']
    (_, nmse_damaged, psnr_damaged, _), (_, nmse, psnr, ssim) = shown.errors
    assert nmse < 0.01 < 0.2 < nmse_damaged and psnr > 30 > psnr_damaged and ssim > 0.9
    assert shown.output.suffix == '.png'
    assert f'{round(0.3 * 160 * 120):,} of' in shown.sentence


def test_own_type_and_what_comes_with_it(restore, photograph, lost, tmp_path):
    path = tmp_path / 'heights.tif'
    heights = photograph[..., 0] * np.float32(3.5)
    heights[lost] = np.nan
    tifffile.imwrite(path, heights, description='heights')
    restored = tifffile.imread((shown := restore([path], texts.FIND)['heights.tif']).output)
    assert restored.dtype == np.float32 and (restored[~lost] == heights[~lost]).all() and np.isfinite(restored).all()
    assert shown.before.exists() and shown.after.exists()
    assert restore([path], texts.FIND, suffix='.png')['heights.tif'].refused


def test_originals(restore, damaged, photograph, tmp_path):
    folder = tmp_path / 'originals'
    folder.mkdir()
    original, small = folder / 'cat.png', folder / 'small.png'
    Image.fromarray(photograph).save(original)
    Image.fromarray(photograph[:40]).save(small)
    shown = restore([damaged], texts.FIND, originals=[original])['cat.png']
    assert [what for what, *_ in shown.errors] == ['damaged', 'restored'] and shown.errors[1][2] > 30
    shown = restore([damaged], texts.FIND, originals=[small])['cat.png']
    assert not shown.refused and not shown.errors and 'both must agree' in shown.notes[-1]


def test_originals_of_several_pictures_are_told_apart_by_name(restore, damaged, photograph, tmp_path):
    """One of the same size is none of another picture's."""
    (tmp_path / 'originals').mkdir()
    original, other = tmp_path / 'originals' / 'cat.png', tmp_path / 'dog.png'
    Image.fromarray(photograph).save(original)
    Image.fromarray(read(damaged)[::-1]).save(other)
    shown = restore([damaged, other], texts.FIND, originals=[original])
    assert shown['cat.png'].errors[1][2] > 30 and len(shown['cat.png'].notes) == len(shown['dog.png'].notes) - 1
    assert not shown['dog.png'].refused and not shown['dog.png'].errors
    assert shown['dog.png'].notes[-1] == 'No error can be told: the page has no original for dog.png: add dog.png'


def test_refusals_are_sentences_without_folders(restore, photograph, tmp_path):
    intact, text = tmp_path / 'intact.png', tmp_path / 'text.png'
    Image.fromarray(photograph).save(intact)
    text.write_text('hello')
    shown = restore([intact, text], texts.FIND)
    assert not shown['intact.png'].refused and shown['intact.png'].notes[0].startswith(
        'Nothing that looks lost was found'
    )
    assert not shown['text.png'].before
    assert shown['text.png'].sentence.startswith('text.png is no image')
    for bad, how in (([], texts.FIND), ([intact], texts.MASK), ([intact, intact], texts.FIND)):
        with pytest.raises(InputError) as refused:
            restore(bad, how)
        assert str(tmp_path) not in str(refused.value)


def test_stopping_leaves_nothing(tmp_path, restorer, damaged):
    def stopping(strips):
        raise InputError(texts.STOPPED)

    work = Work(Order([damaged], texts.FIND), tmp_path)
    shown = work.restore(work.jobs[0], restorer, stopping)
    assert shown.refused and texts.STOPPED in shown.sentence
    assert not list((tmp_path / 'restored').iterdir())
