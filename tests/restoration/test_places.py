"""Paths, streams and disks as they may be: empty names, devices, links that go round, no space left."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ssrgan_plugin import cli
from ssrgan_plugin.errors import InputError
from ssrgan_plugin.restoration import image_files
from ssrgan_plugin.restoration.image_files import ImageFile
from ssrgan_plugin.restoration.jobs import companion, find_jobs, refuse_overwriting

COMMAND = [sys.executable, '-m', 'ssrgan_plugin']


@pytest.mark.parametrize(
    'arguments',
    [
        ['', '-o', 'out'],
        ['a.png', '-o', ''],
        ['a.png', '-o', 'b.png', '--mask', ''],
        ['a.png', '-o', 'b.png', '--checkpoint', ''],
    ],
)
def test_an_empty_name_is_not_the_current_folder(monkeypatch, capsys, arguments):
    """As of a shell's variable that is not set."""
    monkeypatch.setattr(sys, 'argv', ['ssrgan', 'restore', *arguments])
    with pytest.raises(SystemExit):
        cli.parse_args()
    assert 'it is empty: name a file or a folder' in capsys.readouterr().err


def test_images_named_twice_are_taken_once(tmp_path):
    for name in ('a.png', 'b.png'):
        (tmp_path / name).touch()
    jobs, _ = find_jobs([tmp_path / '*.png', tmp_path / 'a.png'], tmp_path / 'out')
    assert [job.name.name for job in jobs] == ['a.png', 'b.png']
    jobs, _ = find_jobs([tmp_path, tmp_path / 'b.png'], tmp_path / 'out')
    assert [job.name.name for job in jobs] == ['a.png', 'b.png']


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='a system without pipes by name')
def test_pipes_and_devices_are_not_replaced(tmp_path):
    pipe = tmp_path / 'pipe.png'
    os.mkfifo(pipe)
    for output in (pipe, tmp_path / 'link.png'):
        if output != pipe:
            output.symlink_to(pipe)
        with pytest.raises(InputError, match='is no file but a pipe or a device: write to -'):
            refuse_overwriting(output, True)
    with pytest.raises(InputError, match='/dev/null is no file'):
        (tmp_path / 'a.png').touch()
        find_jobs([tmp_path / 'a.png'], Path('/dev/null'))


@pytest.mark.parametrize('command', [['restore'], ['corrupt', '--ratio', '0.5']])
def test_links_that_go_round_are_told(ssrgan, photograph, tmp_path, command):
    folder = tmp_path / 'in'
    folder.mkdir()
    (folder / 'loop.png').symlink_to('loop.png')
    done = ssrgan(*command, folder, '-o', tmp_path / 'out', status=1)
    assert done.stderr.splitlines()[-1].endswith('loop.png is a link to nothing: check where it points')


@pytest.mark.parametrize('name', ['a.png', 'a.jpg', 'a.webp', 'a.bmp', 'a.tif'])
def test_no_space_left_is_told_and_leaves_nothing(tmp_path, name):
    """A limit on the size of files cuts a write short, as a full disk does."""
    resource = pytest.importorskip('resource')
    signals = pytest.importorskip('signal')
    image = ImageFile(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    ignored = signals.signal(signals.SIGXFSZ, signals.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.raises((InputError, OSError), match='File too large') as failure:
            image_files.write(tmp_path / name, image)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signals.signal(signals.SIGXFSZ, ignored)
    assert not list(tmp_path.iterdir()) and 'unfinished' not in str(failure.value)


def test_closed_streams(damaged, tmp_path):
    """No file is opened under the number of a stream; what cannot be told is a failure, what is written is whole."""

    def run(redirection, output):
        line = f'exec "$@" {redirection}'
        return subprocess.run(
            ['sh', '-c', line, 'sh', *COMMAND, 'restore', damaged, '-o', tmp_path / output],
            stderr=subprocess.PIPE,
            text=True,
        )

    done = run('>&-', 'a.png')
    assert done.returncode == 1 and done.stderr == 'ssrgan: the output cannot be written (Bad file descriptor)\n'
    assert run('2>&-', 'b.png').returncode == 0
    pixels = [np.array(Image.open(tmp_path / name)) for name in ('a.png', 'b.png')]
    assert np.array_equal(*pixels)


def test_a_table_does_not_replace_an_image(ssrgan, photograph, tmp_path):
    files = ['--originals', photograph, '--restored', photograph]
    for options in ([], ['--overwrite']):
        done = ssrgan('evaluate', *files, '--csv', photograph, *options, status=1)
        assert f'{photograph} has the name of an image: name a .csv' in done.stderr
    Image.open(photograph).verify()


def test_a_single_mask_may_go_into_a_folder(ssrgan, photograph, tmp_path):
    ssrgan('corrupt', photograph, '-o', tmp_path / 'd.png', '--ratio', '0.3', '--save-mask', tmp_path / 'masks')
    assert (tmp_path / 'masks' / photograph.name).exists()
    done = ssrgan('corrupt', photograph, '-o', '-', '--ratio', '0.3', status=1)
    assert '- is for ssrgan restore: name an output file' in done.stderr


def test_mask_options_without_a_mask_are_refused(ssrgan, damaged, tmp_path):
    for option in (['--invert-mask'], ['--mask-threshold', '9'], ['--mask-as-stored']):
        done = ssrgan('restore', damaged, '-o', tmp_path / 'out.png', *option, status=1)
        assert 'damaged.png has no mask to threshold, invert or take as stored: name it by --mask' in done.stderr


def test_links_as_outputs_are_written_through(ssrgan, damaged, tmp_path):
    (tmp_path / 'real').mkdir()
    (tmp_path / 'real' / 'o.png').write_bytes(b'old')
    (tmp_path / 'link.png').symlink_to(tmp_path / 'real' / 'o.png')
    (tmp_path / 'nowhere.png').symlink_to(tmp_path / 'gone' / 'o.png')
    ssrgan('restore', damaged, '-o', tmp_path / 'link.png', status=1)
    ssrgan('restore', damaged, '-o', tmp_path / 'link.png', '--overwrite')
    assert (tmp_path / 'link.png').is_symlink() and image_files.read(tmp_path / 'real' / 'o.png').pixels.size
    done = ssrgan('restore', damaged, '-o', tmp_path / 'nowhere.png', '--overwrite', status=1)
    assert 'nowhere.png is a link to nothing: remove it, or name another output' in done.stderr
    assert not (tmp_path / 'gone').exists()


def test_an_image_is_no_mask_of_itself(ssrgan, damaged, tmp_path):
    """Not where the folder of the masks is its own, either."""
    done = ssrgan('restore', damaged, '-o', tmp_path / 'o.png', '--mask', damaged, status=1)
    assert f'{damaged} is the image itself: name a mask of it' in done.stderr
    folder = tmp_path / 'd'
    folder.mkdir()
    for name, file in (('a.png', damaged), ('b.jpg', damaged), ('b_mask.png', tmp_path / 'mask.png')):
        Image.open(file).save(folder / name)
    done = ssrgan('restore', folder, '-o', tmp_path / 'out', '--mask-dir', folder, status=1)
    assert f'restored by {folder / "b_mask.png"}' in done.stdout
    assert f'{folder} has no mask for a.png: add a_mask.png' in done.stderr
    assert [path.name for path in (tmp_path / 'out').iterdir()] == ['b.jpg']


@pytest.mark.parametrize(
    'others, mask',
    [
        (['a_mask.png'], 'a_mask.png'),
        (['a.png', 'a_mask.png'], 'a_mask.png'),
        (['a.png'], 'a.png'),
        (['a.png', 'a.tif', 'b_mask.png'], None),
        ([], None),
    ],
)
def test_masks_in_the_images_own_folder(tmp_path, others, mask):
    for name in ('a.jpg', *others):
        (tmp_path / name).touch()
    image = tmp_path / 'a.jpg'
    if mask:
        assert companion(tmp_path, Path('a.jpg'), 'mask', image) == tmp_path / mask
    else:
        with pytest.raises(InputError, match='several files for a.jpg' if others else 'no mask .*: add a_mask.png'):
            companion(tmp_path, Path('a.jpg'), 'mask', image)


def test_masks_in_a_folder_of_their_own(tmp_path):
    (tmp_path / 'masks').mkdir()
    for name in ('a_mask.png', 'b.png', 'b_mask.png'):
        (tmp_path / 'masks' / name).touch()
    for name, mask in (('a.jpg', 'a_mask.png'), ('b.jpg', 'b.png')):
        assert companion(tmp_path / 'masks', Path(name), 'mask', tmp_path / name).name == mask


def test_a_mask_is_no_original(ssrgan, damaged, tmp_path):
    for name in ('originals', 'restored'):
        (tmp_path / name).mkdir()
    Image.open(tmp_path / 'mask.png').save(tmp_path / 'originals' / 'a_mask.png')
    Image.open(tmp_path / 'mask.png').save(tmp_path / 'restored' / 'a.png')
    folders = ['--originals', tmp_path / 'originals', '--restored', tmp_path / 'restored']
    done = ssrgan('evaluate', *folders, status=1)
    assert 'originals has no original for a.png: add a.png' in done.stderr and 'mean' not in done.stdout
    damaged.rename(tmp_path / 'a.png')
    options = ['--mask', tmp_path / 'mask.png', '--compare', '--original', tmp_path / 'originals']
    done = ssrgan('restore', tmp_path / 'a.png', '-o', tmp_path / 'o.png', *options, status=1)
    assert 'originals has no original for a.png: add a.png' in done.stderr and not (tmp_path / 'o.png').exists()
