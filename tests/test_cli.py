"""The ssrgan command, run for real."""
import subprocess
import sys
import time
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from ssrgan_plugin.datasets.sample_photograph_dataset import find_photograph

SSRGAN = Path(sys.executable).parent / 'ssrgan'


@pytest.fixture
def photograph(tmp_path):
    Image.open(find_photograph('sklearn/datasets/images/flower.jpg')).crop((200, 100, 296, 180)).save(
        tmp_path / 'photo.png')
    return tmp_path / 'photo.png'


@pytest.fixture
def ssrgan(run):

    def call(*arguments, status=0):
        done = run(SSRGAN, *arguments)
        assert done.returncode == status, done.stderr
        assert 'Traceback' not in done.stderr
        return done

    return call


@pytest.fixture
def damaged(ssrgan, photograph, tmp_path):
    ssrgan('corrupt', photograph, '-o', tmp_path / 'damaged.png', '--ratio', '0.5', '--save-mask',
           tmp_path / 'mask.png')  # yapf: disable
    return tmp_path / 'damaged.png'


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def test_help_is_quick():
    code = ('import sys; sys.argv = ["ssrgan", "--help"]\n'
            'from ssrgan_plugin.cli import main\n'
            'try:\n    main()\nexcept SystemExit:\n    pass\n'
            'assert not {"torch", "numpy", "cv2"} & set(sys.modules)')
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
    assert compared.shape == (80, 3 * 96 + 2 * 4, 3)
    assert np.array_equal(compared[:, :96], read(damaged)) and np.array_equal(compared[:, -96:], original)

    (tmp_path / 'originals').mkdir()
    photograph.rename(tmp_path / 'originals' / 'photo.png')
    done = ssrgan('evaluate', '--originals', tmp_path / 'originals', '--restored', tmp_path / 'restored')
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith(('photo.png', 'mean of 1'))]
    nmse = ((restored.astype(float) - original) ** 2).sum() / (original.astype(float) ** 2).sum()
    assert float(rows[0][1]) == pytest.approx(nmse, abs=1e-5)
    assert rows[0][1:] == rows[1][3:]


def test_folder(ssrgan, damaged, tmp_path):
    folder = tmp_path / 'in'
    (folder / 'sub').mkdir(parents=True)
    (folder / 'a.png').write_bytes(damaged.read_bytes())
    (folder / 'sub' / 'b.png').write_bytes(damaged.read_bytes())
    (folder / 'broken.png').write_bytes(b'nothing')
    done = ssrgan('restore', '-i', folder, '-o', tmp_path / 'out', '--mask', tmp_path / 'mask.png', status=1)
    assert sorted(str(path.relative_to(tmp_path / 'out')) for path in (tmp_path / 'out').rglob('*.*')) == [
        'a.png', 'sub/b.png']  # yapf: disable
    assert 'broken.png is no image' in done.stderr and '1 of 3 images failed, the others are done' in done.stderr

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


@pytest.mark.parametrize('fill', ['white', '255,0,0', '9'])
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


@pytest.mark.parametrize('arguments, sentence', [
    (['restore', 'nowhere.png', '-o', 'out.png'], 'nowhere.png does not exist: check the path'),
    (['restore', 'photo.png', '-o', 'photo.png'], 'photo.png is an input too: name another output'),
    (['restore', 'photo.png', '-o', 'out.png'], 'no lost pixel found: give a mask'),
    (['restore', 'photo.png', '-o', 'out.gif', '--mask', 'mask.png'], "unknown format '.gif'"),
    (['restore', 'photo.png', '-o', 'out.png', '--mask', 'small.png'], 'the mask is (4, 4)'),
    (['restore', 'photo.png', '-o', 'out.png', '--checkpoint', 'photo.png'], 'photo.png refused'),
    (['corrupt', 'photo.png', '-o', 'out.png', '--ratio', '1.5'], 'ratio'),
    (['corrupt', 'photo.png', '-o', 'out.jpg', '--ratio', '0.5'], 'JPEG would smear'),
    (['corrupt', 'photo.png', '-o', 'out.png', '--ratio', '0.5', '--save-mask', 'out.png'], 'image and mask at once'),
    (['corrupt', 'photo.png', '-o', 'out.png', '--ratio', '0.5', '--save-mask', 'mask.jpg'], 'JPEG would smear'),
    (['restore', 'damaged.jpg', '-o', 'out.png'], 'damaged.jpg: '),
    (['restore', 'bomb.png', '-o', 'out.png'], 'bomb.png is no image'),
    (['restore', 'damaged.png', '-o', 'out.png', '--device', 'gpu'], "device 'gpu' cannot be used here"),
    (['restore', '.', '-o', '.'], 'is the input too'),
    (['evaluate', '--originals', 'nowhere', '--restored', '.'], 'nowhere is no folder'),
])
def test_bad_input_is_told_in_one_sentence(run, photograph, damaged, tmp_path, arguments, sentence):
    Image.new('L', (4, 4)).save(tmp_path / 'small.png')
    Image.open(damaged).save(tmp_path / 'damaged.jpg', quality=80)
    bomb = bytearray(photograph.read_bytes())
    bomb[16:24] = (60000).to_bytes(4, 'big') * 2
    bomb[29:33] = zlib.crc32(bomb[12:29]).to_bytes(4, 'big')
    (tmp_path / 'bomb.png').write_bytes(bomb)
    content = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    done = run(SSRGAN, *arguments, cwd=tmp_path)
    assert done.returncode == 1
    told = [line for line in done.stderr.splitlines() if 'libpng' not in line]
    assert len(told) == 1 and told[0].startswith('ssrgan: ') and sentence in told[0]
    assert content == {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}, 'nothing is lost'


def test_cold_start(damaged, run, tmp_path):
    """No time limit here, for machines differ: only that nothing heavier than PyTorch is imported."""
    code = ('import sys\nfrom ssrgan_plugin.cli import main\n'
            f'sys.argv = ["ssrgan", "restore", {str(damaged)!r}, "-o", {str(tmp_path / "out.png")!r}]\n'
            'try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code\n'
            'assert not {"mmagic", "mmengine", "mmcv", "skimage", "scipy"} & set(sys.modules)')
    begin = time.perf_counter()
    subprocess.run([sys.executable, '-c', code], check=True, capture_output=True)
    print(f'first picture after {time.perf_counter() - begin:.1f} s')
