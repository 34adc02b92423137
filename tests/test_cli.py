"""The ssrgan command, run for real."""

import subprocess
import sys
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from ssrgan_plugin import cli
from ssrgan_plugin.captions import CAPTION, LINE
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.restoration import image_files
from ssrgan_plugin.restoration.jobs import find_jobs
from ssrgan_plugin.restoration.mask_files import read_mask


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def test_help_is_quick():
    code = (
        'import sys; sys.argv = ["ssrgan", "--help"]\n'
        'from ssrgan_plugin.cli import main\n'
        'try:\n    main()\nexcept SystemExit:\n    pass\n'
        'assert not {"torch", "numpy", "cv2"} & set(sys.modules)'
    )
    subprocess.run([sys.executable, '-c', code], check=True, capture_output=True)


def test_corrupt_restore_evaluate(ssrgan, photograph, damaged, tmp_path):
    original, mask = read(photograph), read(tmp_path / 'mask.png')
    assert set(np.unique(mask)) == {0, 255} and (mask > 0).sum() == round(0.5 * mask.size)
    assert np.array_equal(read(damaged), np.where(mask[..., None] > 0, 0, original))

    done = ssrgan('restore', damaged, '-o', tmp_path / 'restored' / 'photo.png', '--compare', '--original', photograph)
    lost = (read(damaged) == 0).all(-1).sum()
    assert f'{lost:,} of {mask.size:,} pixels' in done.stdout, 'tells how many pixels it took as lost'
    restored = read(tmp_path / 'restored' / 'photo.png')
    assert np.array_equal(restored[mask == 0], original[mask == 0])
    compared = read(tmp_path / 'restored' / 'photo_compare.png')
    assert compared.shape == (CAPTION + 80, 3 * 96 + 2 * LINE, 3)
    assert np.array_equal(compared[CAPTION:, :96], read(damaged)) and np.array_equal(compared[CAPTION:, -96:], original)
    assert (compared[:CAPTION, :96] < 128).any(), 'a caption'

    (tmp_path / 'originals').mkdir()
    photograph.rename(tmp_path / 'originals' / 'photo.png')
    done = ssrgan('evaluate', '--originals', tmp_path / 'originals', '--restored', tmp_path / 'restored')
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith(('photo.png', 'mean of 1'))]
    nmse = ((restored.astype(float) - original) ** 2).sum() / (original.astype(float) ** 2).sum()
    assert float(rows[0][1]) == pytest.approx(nmse, abs=1e-5)
    assert rows[0][1:] == rows[1][3:]


def test_self_ensemble_errs_less(ssrgan, photograph, damaged, tmp_path):
    errors = []
    for options in ([], ['--self-ensemble']):
        ssrgan('restore', damaged, '-o', tmp_path / 'out.png', '--mask', tmp_path / 'mask.png', '--overwrite', *options)
        errors.append(((read(tmp_path / 'out.png').astype(float) - read(photograph)) ** 2).mean())
    assert errors[1] < errors[0]


def test_folder(ssrgan, damaged, tmp_path):
    folder = tmp_path / 'in'
    (folder / 'sub').mkdir(parents=True)
    (folder / 'a.png').write_bytes(damaged.read_bytes())
    (folder / 'sub' / 'b.png').write_bytes(damaged.read_bytes())
    (folder / 'broken.png').write_bytes(b'nothing')
    done = ssrgan('restore', '-i', folder, '-o', tmp_path / 'out', '--mask', tmp_path / 'mask.png', status=1)
    assert sorted(str(path.relative_to(tmp_path / 'out')) for path in (tmp_path / 'out').rglob('*.*')) == [
        'a.png',
        'sub/b.png',
    ]
    assert (
        'broken.png is no image of a kind that is read' in done.stderr
        and '1 of 3 images failed, the others are done' in done.stderr
    )

    before = (tmp_path / 'out' / 'a.png').stat().st_mtime_ns
    done = ssrgan('restore', folder / 'a.png', '-o', tmp_path / 'out', '--mask-dir', tmp_path / 'mask.png', status=1)
    assert 'a.png exists: name another output, or say --overwrite' in done.stderr
    assert (tmp_path / 'out' / 'a.png').stat().st_mtime_ns == before
    ssrgan('restore', folder / 'a.png', '-o', tmp_path / 'out', '--mask', tmp_path / 'mask.png', '--overwrite')

    masks = tmp_path / 'masks'
    (masks / 'sub').mkdir(parents=True)
    (masks / 'sub' / 'b.tif').write_bytes(cv2.imencode('.tif', read(tmp_path / 'mask.png'))[1].tobytes())
    done = ssrgan('restore', folder, '-o', tmp_path / 'out2', '--mask-dir', masks, status=1)
    assert 'has no mask for a.png: add a.png' in done.stderr
    assert np.array_equal(read(tmp_path / 'out2' / 'sub' / 'b.png'), read(tmp_path / 'out' / 'sub' / 'b.png'))


@pytest.mark.parametrize('fill', ['white', '51000,0,0', '9'])
def test_fill_means_the_same_to_corrupt_and_restore(ssrgan, photograph, tmp_path, fill):
    deep = read(photograph).astype(np.uint16) * 200 + 300
    cv2.imwrite(str(tmp_path / 'deep.png'), deep)
    ssrgan('corrupt', tmp_path / 'deep.png', '-o', tmp_path / 'd.png', '--ratio', '0.4', '--fill', fill)
    done = ssrgan('restore', tmp_path / 'd.png', '-o', tmp_path / 'r.png', '--fill', fill)
    assert '40.0%' in done.stdout
    assert read(tmp_path / 'r.png').dtype == np.uint16


def test_transparent_pixels_come_back_opaque(ssrgan, damaged, tmp_path):
    picture, lost = read(damaged), read(tmp_path / 'mask.png') > 0
    cv2.imwrite(str(tmp_path / 'rgba.png'), np.dstack([picture, np.where(lost, 0, 255).astype(np.uint8)]))
    ssrgan('restore', tmp_path / 'rgba.png', '-o', tmp_path / 'out.png')
    assert (read(tmp_path / 'out.png')[..., 3] == 255).all()


def test_mask_fits_as_viewers_show_it(ssrgan, photograph, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(photograph).save(tmp_path / 'turned.png', exif=exif.tobytes())
    ssrgan(
        'corrupt',
        tmp_path / 'turned.png',
        '-o',
        tmp_path / 'd.png',
        '--ratio',
        '0.5',
        '--save-mask',
        tmp_path / 'as_stored.png',
    )
    ImageOps.exif_transpose(Image.open(tmp_path / 'as_stored.png')).save(tmp_path / 'as_shown.png')
    for mask in ('as_stored.png', 'as_shown.png'):
        ssrgan('restore', tmp_path / 'd.png', '-o', tmp_path / f'by_{mask}', '--mask', tmp_path / mask, '--compare')
    assert np.array_equal(read(tmp_path / 'by_as_stored.png'), read(tmp_path / 'by_as_shown.png'))
    known = np.array(Image.open(tmp_path / 'as_stored.png')) == 0
    assert np.array_equal(read(tmp_path / 'by_as_shown.png')[known], read(photograph)[known])
    assert read(tmp_path / 'by_as_shown_compare.png').shape == (CAPTION + 96, 2 * 80 + LINE, 3), 'upright'


def test_masks_by_transparency_and_in_lossy_files(damaged, tmp_path):
    mask, picture = read(tmp_path / 'mask.png'), image_files.open_file(damaged)
    flat = np.full((*mask.shape, 3), 7, np.uint8)
    Image.fromarray(np.dstack([flat, mask])).save(tmp_path / 'alpha.png')
    Image.fromarray(np.dstack([mask, np.where(mask > 0, 255, 90).astype(np.uint8)])).save(tmp_path / 'painted.png')
    Image.fromarray(mask).save(tmp_path / 'mask.jpg', quality=90)
    for name in ('alpha.png', 'painted.png', 'mask.jpg'):
        assert np.array_equal(read_mask(tmp_path / name, picture)[0].array(), mask > 0), name


def test_opaque_mask_that_marks_nothing(damaged, tmp_path):
    height, width = read(damaged).shape[:2]
    Image.new('RGBA', (width, height), (0, 0, 0, 255)).save(tmp_path / 'nothing.png')
    assert not read_mask(tmp_path / 'nothing.png', image_files.open_file(damaged))[0].count


def test_evaluate_leaves_out_transparency_and_turns_upright(ssrgan, photograph, damaged, tmp_path):
    for name in ('originals', 'restored'):
        (tmp_path / name).mkdir()
    for source, name in ((photograph, 'originals'), (damaged, 'restored')):
        picture = Image.open(source)
        picture.save(tmp_path / name / 'a.png')
        picture.putalpha(255)
        picture.save(tmp_path / name / 'b.png')
    Image.open(photograph).save(tmp_path / 'originals' / 'alone.png')
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(photograph).save(tmp_path / 'originals' / 'c.png', exif=exif.tobytes())
    Image.open(damaged).save(tmp_path / 'restored' / 'c.tif', exif=exif)  # read upright
    done = ssrgan('evaluate', '--originals', tmp_path / 'originals', '--restored', tmp_path / 'restored')
    assert 'originals without a restored image: 1, such as alone' in done.stdout
    rows = [line.split()[-3:] for line in done.stdout.splitlines() if '.png' in line or '.tif' in line]
    assert len(rows) == 3 and rows[0] == rows[1]
    assert rows[0][:2] == rows[2][:2], 'NMSE and PSNR do not depend on the way up'


def jobs(folder, output, monkeypatch, *arguments):
    monkeypatch.setattr(sys, 'argv', ['ssrgan', 'restore', str(folder), '-o', str(output), *map(str, arguments)])
    arguments = cli.parse_args()
    others = arguments['mask'], arguments['original']
    return [
        str(job.name) for job in find_jobs(arguments['images'], arguments['output'], others, arguments['compare'])[0]
    ]


def test_masks_originals_and_outputs_in_the_folder_are_no_input(tmp_path, monkeypatch):
    for name in ('a.png', 'masks/a.png', 'originals/a.png', 'out/a.png', 'mask.png', 'sub/b.png'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert jobs(tmp_path, tmp_path / 'out', monkeypatch, '--mask', tmp_path / 'mask.png') == [
        'a.png',
        'masks/a.png',
        'originals/a.png',
        'sub/b.png',
    ]
    assert jobs(
        tmp_path,
        tmp_path / 'out',
        monkeypatch,
        '--mask',
        tmp_path / 'masks',
        '--compare',
        '--original',
        tmp_path / 'originals',
    ) == ['a.png', 'mask.png', 'sub/b.png']
    assert jobs(tmp_path / 'sub', tmp_path, monkeypatch) == ['b.png'], 'the output may be a parent'
    with pytest.raises(InputError, match='is the input too'):
        jobs(tmp_path, tmp_path, monkeypatch)


def test_comparisons_do_not_meet(tmp_path, monkeypatch):
    for name in ('a.png', 'a.jpg'):
        (tmp_path / name).touch()
    assert jobs(tmp_path, tmp_path / 'out', monkeypatch, '--compare') == ['a.jpg', 'a.png']
    (tmp_path / 'a_compare.png').touch()
    with pytest.raises(InputError, match='rename one'):
        jobs(tmp_path, tmp_path / 'out', monkeypatch, '--compare')


def test_jpeg_output_says_that_it_is_inexact(ssrgan, damaged, tmp_path):
    done = ssrgan('restore', damaged, '-o', tmp_path / 'out.jpg', '--mask', tmp_path / 'mask.png')
    assert 'JPEG changes known pixels too' in done.stdout


def test_colour_and_transparency_are_corrupted_apart(ssrgan, photograph, tmp_path):
    grey = np.array(Image.open(photograph).convert('LA'))
    grey[..., 1] = 200
    Image.fromarray(grey).save(tmp_path / 'la.png')
    ssrgan('corrupt', tmp_path / 'la.png', '-o', tmp_path / 'd.png', '--ratio', '0.5', '--fill', '255')
    ssrgan('restore', tmp_path / 'd.png', '-o', tmp_path / 'r.png', '--fill', 'white', '--compare')
    restored = np.array(Image.open(tmp_path / 'r.png'))
    assert restored.shape == grey.shape and (restored[..., 1] == 200).all()
    assert np.abs(restored[..., 0].astype(float) - grey[..., 0]).mean() < 5


@pytest.mark.parametrize(
    'arguments, sentence',
    [
        ([], 'name a damaged image, or a folder'),
        (['a.png', '--nodata', '0', '--fill', 'white'], 'give one of them'),
        (['a.png', '--overwrite', '--skip-existing'], 'contradict each other'),
        (['a.png', '--mask', 'm.png', '--fill', 'white'], 'give one of them'),
        (['a.png', '--original', 'o.png'], 'for --compare'),
    ],
)
def test_options_without_effect_are_refused(monkeypatch, capsys, arguments, sentence):
    monkeypatch.setattr(sys, 'argv', ['ssrgan', 'restore', *arguments, '-o', 'out.png'])
    with pytest.raises(SystemExit):
        cli.parse_args()
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    'arguments, sentence',
    [
        (['restore', 'nowhere.png', '-o', 'out.png'], 'nowhere.png does not exist: check the path'),
        (['restore', 'photo.png', '-o', 'photo.png'], 'photo.png is an input too: name another output'),
        (['restore', 'photo.png', '--fill', '1,2,3', '-o', 'out.png'], 'no lost pixel found: give a mask'),
        (['restore', 'photo.png', '-o', 'out.gif', '--mask', 'mask.png'], "unknown format '.gif'"),
        (
            ['restore', 'photo.png', '-o', 'out.png', '--mask', 'small.png'],
            'small.png: the mask is 4 wide and 4 high, the image 96 and 80',
        ),
        (
            ['restore', 'damaged.png', '-o', 'out.png', '--checkpoint', 'photo.png'],
            'ssrgan: checkpoint photo.png is empty, damaged or no checkpoint',
        ),
        (['corrupt', 'photo.png', '-o', 'out.png', '--ratio', '1.5'], 'ratio'),
        (['corrupt', 'photo.png', '-o', 'out.jpg', '--ratio', '0.5'], 'JPEG would smear'),
        (
            ['corrupt', 'photo.png', '-o', 'out.png', '--ratio', '0.5', '--save-mask', 'out.png'],
            'image and mask at once',
        ),
        (['corrupt', 'photo.png', '-o', 'out.png', '--ratio', '0.5', '--save-mask', 'mask.jpg'], 'JPEG would smear'),
        (['restore', 'damaged.jpg', '-o', 'out.png'], 'damaged.jpg: its lossy compression smears'),
        (['restore', 'bomb.png', '-o', 'out.png'], 'bomb.png has 60,000 × 60,000 pixels, more than the 1,073,741,824'),
        (['restore', 'damaged.png', '-o', 'out.png', '--device', 'gpu'], "device 'gpu' cannot be used here"),
        (['restore', '.', '-o', '.'], 'is the input too'),
        (['evaluate', '--originals', 'nowhere', '--restored', '.'], 'nowhere does not exist'),
    ],
)
def test_bad_input_is_told_in_one_sentence(ssrgan, photograph, damaged, tmp_path, monkeypatch, arguments, sentence):
    Image.new('L', (4, 4)).save(tmp_path / 'small.png')
    Image.open(damaged).save(tmp_path / 'damaged.jpg', quality=80)
    bomb = bytearray(photograph.read_bytes())
    bomb[16:24] = (60000).to_bytes(4, 'big') * 2
    bomb[29:33] = zlib.crc32(bomb[12:29]).to_bytes(4, 'big')
    (tmp_path / 'bomb.png').write_bytes(bomb)
    content = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    monkeypatch.chdir(tmp_path)
    done = ssrgan(*arguments, status=1)
    told = done.stderr.splitlines()
    assert len(told) == 1 and told[0].startswith('ssrgan: ') and sentence in told[0]
    assert content == {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}, 'nothing is lost'
