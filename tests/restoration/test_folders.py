"""Which files are restored, by which masks, and what is said about it."""

import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import tifffile
from PIL import Image

from ssrgan_plugin import cli
from ssrgan_plugin.restoration import folders, image_files, standard_output
from ssrgan_plugin.restoration.image_files import ImageFile
from ssrgan_plugin.restoration.image_info import ImageInfo
from ssrgan_plugin.restoration.values import array_source

COMMAND = [sys.executable, '-m', 'ssrgan_plugin']


def read(path):
    return image_files.read(path).pixels


@pytest.fixture
def folder(damaged, tmp_path):
    """Two damaged images; their masks beside them, one numbered."""
    folder = tmp_path / 'in'
    folder.mkdir()
    for name in ('a', 'b'):
        (folder / f'{name}.png').write_bytes(damaged.read_bytes())
    (folder / 'a_mask.png').write_bytes((tmp_path / 'mask.png').read_bytes())
    (folder / 'b_mask001.png').write_bytes((tmp_path / 'mask.png').read_bytes())
    return folder


def test_masks_beside_images_are_understood_and_no_images(ssrgan, folder, photograph, tmp_path):
    done = ssrgan('restore', folder, '-o', tmp_path / 'out')
    assert sorted(path.name for path in (tmp_path / 'out').iterdir()) == ['a.png', 'b.png']
    assert f'by {folder / "a_mask.png"}' in done.stdout and f'by {folder / "b_mask001.png"}' in done.stdout
    known = read(tmp_path / 'mask.png') == 0
    assert np.array_equal(read(tmp_path / 'out' / 'a.png')[known], read(photograph)[known])
    (folder / 'a_mask2.png').write_bytes((folder / 'a_mask.png').read_bytes())
    done = ssrgan('restore', folder, '-o', tmp_path / 'out2', status=1)
    assert 'a.png has several masks beside it, such as a_mask.png and a_mask2.png: name one by --mask' in done.stderr


def test_several_images_and_patterns(ssrgan, folder, tmp_path):
    ssrgan('restore', folder / 'a.png', folder / 'b.png', '-o', tmp_path / 'out')
    ssrgan('restore', folder / '*.png', '-o', tmp_path / 'out2')
    for out in ('out', 'out2'):
        assert sorted(path.name for path in (tmp_path / out).iterdir()) == ['a.png', 'b.png']
    done = ssrgan('restore', folder / 'x*.png', '-o', tmp_path / 'out3', status=1)
    assert 'x*.png matches no file: check the pattern' in done.stderr
    ssrgan('corrupt', folder / '[ab].png', '-o', tmp_path / 'c', '--ratio', '0.1', '--save-mask', tmp_path / 'm')
    assert sorted(path.name for path in (tmp_path / 'm').iterdir()) == ['a.png', 'b.png']
    done = ssrgan('restore', folder / 'a.png', tmp_path / 'c' / 'a.png', '-o', tmp_path / 'out4', status=1)
    assert 'would both become' in done.stderr


def test_jpeg_becomes_png_where_it_would_smear_what_is_written(ssrgan, photograph, tmp_path):
    """A folder of photographs is one of JPEGs."""
    photos = tmp_path / 'photos'
    (photos / 'more').mkdir(parents=True)
    for name in ('a.jpg', 'more/b.JPEG'):
        Image.open(photograph).save(photos / name, 'JPEG', quality=95)
    damaged, masks, found = tmp_path / 'damaged', tmp_path / 'masks', tmp_path / 'found'
    ssrgan('corrupt', photos, '-o', damaged, '--ratio', '0.5', '--save-mask', masks)
    ssrgan('mask', damaged, '-o', found)
    for name in ('a.png', 'more/b.png'):
        assert np.array_equal(read(masks / name), read(found / name)) and read(masks / name).mean() > 120
    ssrgan('restore', damaged, '-o', tmp_path / 'out', '--mask-dir', masks, '--compare', '--original', photos)
    done = ssrgan('evaluate', '--originals', photos, '--restored', tmp_path / 'out', '--json')
    assert all(json.loads(line)['psnr'] > 28 for line in done.stdout.splitlines())


@pytest.mark.parametrize('command', [['mask'], ['corrupt', '--ratio', '0.5', '--save-mask', 'masks']])
def test_one_mask_is_not_written_for_two_images(ssrgan, damaged, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'in').mkdir()
    for name in ('a.png', 'a.tif'):
        Image.open(damaged).save(tmp_path / 'in' / name)
    done = ssrgan(*command, 'in', '-o', 'out', '--overwrite', status=1)
    assert 'in/a.png and in/a.tif would both become' in done.stderr and 'a.png: rename one' in done.stderr
    assert not (tmp_path / 'out').exists() and not (tmp_path / 'masks').exists()


def test_skip_existing_goes_on_and_makes_missing_comparisons(ssrgan, folder, tmp_path):
    out = tmp_path / 'out'
    ssrgan('restore', folder / 'a.png', '-o', out / 'a.png')
    before = (out / 'a.png').stat().st_mtime_ns
    done = ssrgan('restore', folder, '-o', out, '--skip-existing', '--compare')
    names = sorted(path.name for path in out.iterdir())
    assert names == ['a.png', 'a_compare.png', 'b.png', 'b_compare.png']
    assert (out / 'a.png').stat().st_mtime_ns == before
    done = ssrgan('restore', folder, '-o', out, '--skip-existing', '--compare')
    assert done.stdout.strip() == '2 of 2 images were there already'


def test_json_and_quiet(ssrgan, folder, photograph, tmp_path):
    (folder / 'c.png').write_bytes(b'nothing')
    done = ssrgan('restore', folder, '-o', tmp_path / 'out', '--json', status=1)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    lost = int((read(tmp_path / 'mask.png') > 0).sum())
    assert [row.get('lost') for row in rows] == [lost, lost, None]
    assert 'is no image' in rows[2]['error'] and rows[2]['input'].endswith('c.png')
    done = ssrgan('restore', folder / 'a.png', '-o', tmp_path / 'q.png', '--quiet')
    assert done.stdout == '' and done.stderr == ''
    done = ssrgan('evaluate', '--originals', photograph, '--restored', tmp_path / 'q.png', '--json')
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert 0 < rows[0]['nmse'] < 0.02 and rows[1]['mean_of'] == 1
    done = ssrgan('evaluate', '--originals', photograph, '--restored', photograph, '--json')
    assert json.loads(done.stdout.splitlines()[0])['psnr'] is None, 'JSON knows no infinity'


def test_evaluate_writes_csv_and_counts_divergence_as_failure(ssrgan, tmp_path):
    for name in ('originals', 'restored'):
        (tmp_path / name).mkdir()
        for file in ('a.tif', 'b.tif'):
            tifffile.imwrite(tmp_path / name / file, np.ones((16, 16), np.float32))
    broken = np.ones((16, 16), np.float32)
    broken[3, 3] = np.nan
    tifffile.imwrite(tmp_path / 'restored' / 'b.tif', broken)
    done = ssrgan(
        'evaluate',
        '--originals',
        tmp_path / 'originals',
        '--restored',
        tmp_path / 'restored',
        '--csv',
        tmp_path / 'table.csv',
        status=1,
    )
    assert 'b.tif: the restored image is NaN or infinite somewhere' in done.stderr and 'mean of 1' in done.stdout
    assert (tmp_path / 'table.csv').read_text().splitlines()[:2] == ['image,nmse,psnr,ssim', 'a.tif,0.0,inf,1.0']


def test_standard_input_and_output(damaged, tmp_path):
    with open(damaged, 'rb') as file:
        done = subprocess.run([*COMMAND, 'restore', '-', '-o', '-'], stdin=file, capture_output=True, check=True)
    with Image.open(io.BytesIO(done.stdout)) as picture:
        assert picture.format == 'PNG' and picture.size == (96, 80)
    assert b'restored' in done.stderr


def test_what_no_png_holds_goes_through_the_standard_output_as_tiff(tmp_path):
    pixels = np.random.default_rng(0).integers(1, 60000, (40, 50), np.uint16)
    pixels[::3, ::4] = 0
    tags = [(33550, 'd', 3, (10.0, 10.0, 0.0), True), (42113, 's', 0, '0', True)]
    tifffile.imwrite(tmp_path / 'geo.tif', pixels, extratags=tags, metadata=None)
    done = subprocess.run([*COMMAND, 'restore', tmp_path / 'geo.tif', '-o', '-'], capture_output=True, check=True)
    (tmp_path / 'out.tif').write_bytes(done.stdout)
    restored = image_files.read(tmp_path / 'out.tif')
    assert restored.info.tags == image_files.read(tmp_path / 'geo.tif').info.tags
    assert np.array_equal(restored.pixels[pixels > 0], pixels[pixels > 0]) and restored.pixels.min() > 0
    told = '; a TIFF, for no PNG can hold the TIFF tags (ModelPixelScaleTag, GDAL_NODATA)\n'
    assert done.stderr.decode().endswith(told) and 'left out' not in done.stderr.decode()


@pytest.mark.parametrize(
    'dtype, info, told',
    [
        (np.uint8, dict(premultiplied=True), 'that colours are multiplied by their transparency'),
        (np.uint16, dict(iptc=b'who'), 'the IPTC'),
        (np.float32, {}, '4 bands of float32'),
        (np.uint8, dict(xmp=b'what'), None),
    ],
)
def test_the_standard_output_gets_a_png_if_that_holds_everything(dtype, info, told):
    image = array_source(np.zeros((4, 5, 4), dtype), ImageInfo('rgb', True, **info))
    name, notes = standard_output.format_for(image)
    assert name.suffix == ('.tif' if told else '.png')
    assert notes == ([f'a TIFF, for no PNG can hold {told}'] if told else [])


def test_comparisons_tell_the_error_of_what_viewers_show(ssrgan, photograph, tmp_path, monkeypatch):
    """A BMP has no orientation: it is turned itself."""
    exif = Image.Exif()
    exif[0x0112] = 3
    original = tmp_path / 'original.png'
    Image.open(photograph).save(original, exif=exif)
    files = [tmp_path / name for name in ('d.png', 'm.png', 'r.bmp')]
    ssrgan('corrupt', original, '-o', files[0], '--ratio', '0.5', '--save-mask', files[1])
    captions = []
    monkeypatch.setattr(folders, 'caption', lambda *parts: captions.append(parts) or str(parts))
    ssrgan('restore', files[0], '--mask', files[1], '-o', files[2], '--compare', '--original', original)
    done = ssrgan('evaluate', '--originals', original, '--restored', files[2], '--json')
    (_, before), (_, after), _ = captions
    assert after == pytest.approx(json.loads(done.stdout.splitlines()[0])['nmse']) and after < 0.05 < before


def test_names_of_any_bytes_on_any_console(damaged, tmp_path):
    name = os.fsdecode('Жук '.encode() + b'\xff.png')
    (tmp_path / 'in').mkdir()
    (tmp_path / 'in' / name).write_bytes(damaged.read_bytes())
    environment = {**os.environ, 'PYTHONIOENCODING': 'ascii', 'LC_ALL': 'C', 'PYTHONUTF8': '0'}
    done = subprocess.run(
        [*COMMAND, 'restore', tmp_path / 'in', '-o', tmp_path / 'out'], capture_output=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert [os.fsencode(path.name) for path in (tmp_path / 'out').iterdir()] == [os.fsencode(name)]


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='Linux alone has it')
def test_closed_and_full_outputs_end_cleanly(photograph, tmp_path):
    command = [*COMMAND, 'evaluate', '--originals', photograph, '--restored', photograph]
    with open('/dev/full', 'w') as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and 'Traceback' not in done.stderr and 'No space left' in done.stderr
    receiver, sender = os.pipe()
    os.close(receiver)
    done = subprocess.run(command, stdout=sender, stderr=subprocess.PIPE, text=True)
    os.close(sender)
    assert done.returncode == 1 and 'Traceback' not in done.stderr and 'Exception' not in done.stderr


def test_strangers_and_hidden_files_in_a_folder(ssrgan, folder, tmp_path):
    (folder / '._a.png').write_bytes(b'macOS')
    (folder / 'notes.txt').write_text('')
    done = ssrgan('restore', folder, '-o', tmp_path / 'out')
    assert 'no images, left out: 1, such as' in done.stdout and 'notes.txt' in done.stdout


def test_what_is_read_but_not_written_becomes_png(ssrgan, damaged, tmp_path):
    (tmp_path / 'in').mkdir()
    Image.open(damaged).save(tmp_path / 'in' / 'a.ppm')
    ssrgan('restore', tmp_path / 'in', '-o', tmp_path / 'out', '--mask', tmp_path / 'mask.png')
    assert [path.name for path in (tmp_path / 'out').iterdir()] == ['a.png']


def test_paths_are_checked_before_openvino_is_imported(damaged, tmp_path):
    code = (
        'import sys\nfrom ssrgan_plugin.cli import main\n'
        f'sys.argv = ["ssrgan", "restore", {str(damaged)!r}, "-o", {str(tmp_path / "o.png")!r}, "--mask", "nowhere"]\n'
        'try:\n    main()\nexcept SystemExit as stop:\n    assert "nowhere does not exist" in stop.code\n'
        'assert not {"openvino", "torch"} & set(sys.modules)'
    )
    subprocess.run([sys.executable, '-c', code], check=True)


def test_a_file_that_appears_meanwhile_stays(damaged, tmp_path, monkeypatch, ssrgan):
    out = tmp_path / 'out.png'
    write_strips = image_files.write_strips

    def slow(path, strips, *arguments):
        def late():
            yield from strips
            out.write_text('precious')

        write_strips(path, late(), *arguments)

    monkeypatch.setattr(image_files, 'write_strips', slow)
    done = ssrgan('restore', damaged, '-o', out, status=1)
    assert 'File exists' in done.stderr and out.read_text() == 'precious'
    assert not list(tmp_path.glob('.*')), 'nothing is left behind'


@pytest.mark.parametrize('name', ['out.unfinished', 'out.png.unfinished'])
def test_files_of_others_are_not_deleted(damaged, tmp_path, ssrgan, name):
    (tmp_path / name).write_text('mine')
    ssrgan('restore', damaged, '-o', tmp_path / 'out.png')
    assert (tmp_path / name).read_text() == 'mine'


def test_metadata_and_what_is_left_behind_is_told(ssrgan, tmp_path):
    pixels = np.random.default_rng(0).integers(1, 4000, (40, 50), np.int16)
    pixels[::3, ::4] = -9999
    tags = [(33550, 'd', 3, (10.0, 10.0, 0.0), True), (42113, 's', 0, '-9999', True)]
    tifffile.imwrite(tmp_path / 'dem.tif', pixels, extratags=tags, metadata=None)
    done = ssrgan('restore', tmp_path / 'dem.tif', '-o', tmp_path / 'out.tif')
    assert 'the value -9999, which the file says is missing' in done.stdout
    restored = image_files.read(tmp_path / 'out.tif')
    assert restored.info.tags == image_files.read(tmp_path / 'dem.tif').info.tags and restored.pixels.min() > 0
    done = ssrgan('restore', tmp_path / 'dem.tif', '-o', tmp_path / 'out.png', status=1)
    assert 'holds 8 or 16 bits a channel, the image is int16: write .tif' in done.stderr


def test_lossy_file_with_a_mask_is_warned_about(ssrgan, damaged, tmp_path):
    Image.open(damaged).save(tmp_path / 'lossy.jpg', quality=92)
    done = ssrgan('restore', tmp_path / 'lossy.jpg', '-o', tmp_path / 'out.png', '--mask', tmp_path / 'mask.png')
    assert 'its lossy compression has smeared lost pixels over known ones' in done.stdout


@pytest.mark.parametrize(
    'fill, dtype, low', [('51000,0,0', np.uint16, 300), ('-9999', np.int16, -500), ('1e6', np.float32, -3.5)]
)
def test_corrupt_and_restore_speak_of_the_files_own_units(ssrgan, photograph, tmp_path, fill, dtype, low):
    pixels = (read(photograph) * 20.0 + low).astype(dtype)
    image_files.write(tmp_path / 'a.tif', ImageFile(pixels))
    option = f'--fill={fill}'
    ssrgan('corrupt', tmp_path / 'a.tif', '-o', tmp_path / 'd.tif', '--ratio', '0.4', option)
    done = ssrgan('restore', tmp_path / 'd.tif', '-o', tmp_path / 'r.tif', option)
    assert '40.0%' in done.stdout
    difference = np.abs(read(tmp_path / 'r.tif').astype(float) - pixels)
    assert read(tmp_path / 'r.tif').dtype == dtype and difference.mean() < 100


def test_fills_and_nodata_reach_the_search(monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['ssrgan', 'restore', 'a', '-o', 'b', '--fill', 'black', '--fill', '9,8,7'])
    assert cli.parse_args()['fill'] == ['black', [9, 8, 7]]
    monkeypatch.setattr(sys, 'argv', ['ssrgan', 'restore', 'a', '-o', 'b', '--nodata', '-9999'])
    assert cli.parse_args()['nodata'] == -9999
    monkeypatch.setattr(sys, 'argv', ['ssrgan', 'mask', 'a', '-o', 'b', '--nodata=-1e4'])  # as --help says
    assert cli.parse_args()['nodata'] == -10000
    monkeypatch.setattr(sys, 'argv', ['ssrgan', 'mask', 'a', '-o', 'b', '--fill=-1,0,0'])
    assert cli.parse_args()['fill'] == [[-1, 0, 0]]


def test_wide_holes_are_told(ssrgan, photograph, tmp_path):
    hole = np.zeros((80, 96), np.uint8)
    hole[20:60, 20:60] = 255
    Image.fromarray(hole).save(tmp_path / 'hole.png')
    done = ssrgan('restore', photograph, '-o', tmp_path / 'out.png', '--mask', tmp_path / 'hole.png')
    assert '784 of the 1,600 lost pixels (49.0%) are further than 6 pixels' in done.stdout


def test_an_output_without_suffix_is_a_folder(ssrgan, damaged, tmp_path):
    ssrgan('restore', damaged, '-o', tmp_path / 'new')
    assert (tmp_path / 'new' / 'damaged.png').exists()


def test_what_reading_changes_is_told(ssrgan, photograph, tmp_path):
    Image.open(photograph).quantize(64).save(tmp_path / 'palette.png')
    for command in (['corrupt', '--ratio', '0.3', '--save-mask', tmp_path / 'm.png'], ['restore', '--mask']):
        mask = [tmp_path / 'm.png'] if command[0] == 'restore' else []
        done = ssrgan(*command, *mask, tmp_path / 'palette.png', '-o', tmp_path / f'{command[0]}.png')
        assert 'its palette became colours of 8 bits' in done.stdout
