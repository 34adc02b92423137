"""Preparing data from tiny archives in the three official layouts."""

import io
import json
import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.experiments import archives as archives_module
from ssrgan_plugin.experiments import data_preparation as preparation
from ssrgan_plugin.experiments import paper_datasets
from ssrgan_plugin.experiments.data_preparation import prepare
from ssrgan_plugin.experiments.paper_datasets import DATASETS

TOOL = Path(__file__).parents[2] / 'tools' / 'prepare_data.py'


def jpeg(seed=0, mode='RGB', size=(40, 30), kind='JPEG'):
    pixels = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC).convert(mode).save(file, kind)
    return file.getvalue()


def tar(path, files, mode='w:gz'):
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def make_flower(folder, damage=None):
    """102flowers.tgz and setid.mat: images 1 to 12, of which 2, 9 and 11 train and the others but 5 test."""
    files = {f'jpg/image_{i:05}.jpg': jpeg(i) for i in range(1, 13)}
    if damage:
        files['jpg/image_00007.jpg'] = damage
    savemat(folder / 'setid.mat', dict(trnid=[[9, 2, 11]], valid=[[5]], tstid=[[12, 1, 3, 4, 6, 7, 8, 10]]))
    return [tar(folder / '102flowers.tgz', files), folder / 'setid.mat']


def make_pet(folder):
    """images.tar.gz and annotations.tar.gz, with files that are not what they are called."""
    images = {
        'images/Abyssinian_1.jpg': jpeg(1),
        'images/Beagle_2.jpg': jpeg(2, 'L'),
        'images/Egyptian_Mau_3.jpg': jpeg(3, 'CMYK'),
        'images/Sphynx_4.jpg': jpeg(4, 'P', kind='PNG'),
        'images/._Sphynx_4.jpg': b'resource fork',
        'images/Abyssinian_1.mat': b'',
    }
    annotations = {
        'annotations/trainval.txt': b'Sphynx_4 1 1 1\nAbyssinian_1 1 1 1\n',
        'annotations/test.txt': b'Egyptian_Mau_3 1 1 1\nBeagle_2 1 1 1\n',
    }
    return [tar(folder / 'images.tar.gz', images), tar(folder / 'annotations.tar.gz', annotations)]


def make_caltech(folder):
    """caltech-101.zip, which holds the tar of the images."""
    names = [f'{kind}/image_{i:04}.jpg' for kind in ('BACKGROUND_Google', 'airplanes') for i in range(1, 11)]
    inner = tar(
        folder / '101_ObjectCategories.tar.gz',
        {f'101_ObjectCategories/{name}': jpeg(i) for i, name in enumerate(names)},
    )
    with zipfile.ZipFile(folder / 'caltech-101.zip', 'w') as archive:
        archive.write(inner, 'caltech-101/101_ObjectCategories.tar.gz')
        archive.writestr('caltech-101/show_annotation.m', 'x')
    return [folder / 'caltech-101.zip']


@pytest.fixture
def archives(tmp_path):
    folder = tmp_path / 'archives'
    folder.mkdir()
    return folder


def lines(path):
    return path.read_text().splitlines()


def test_flower(archives, tmp_path):
    metadata = prepare('flower', tmp_path / 'data', make_flower(archives), allow_subset=True)
    root = tmp_path / 'data' / 'flowers-102'
    assert lines(root / 'train.txt') == ['image_00002.jpg', 'image_00009.jpg', 'image_00011.jpg']
    assert lines(root / 'test.txt') == [f'image_{i:05}.jpg' for i in (1, 3, 4, 6, 7, 8, 10, 12)]
    assert lines(root / 'val.txt') == ['image_00005.jpg']
    assert lines(root / 'train_without_val.txt') == lines(root / 'train.txt'), 'the validation set is its own'
    assert (root / 'jpg' / 'image_00002.jpg').read_bytes() == jpeg(2)
    assert metadata == dict(title='Flower102', train=3, test=8, subset=True, size=None, split='official')
    assert sorted(path.name for path in (tmp_path / 'data').iterdir()) == ['flowers-102']


def test_pet_loads_as_three_channels_whatever_the_files_are(archives, tmp_path):
    prepare('pet', tmp_path, make_pet(archives), allow_subset=True)
    root = tmp_path / 'oxford-iiit-pet'
    assert lines(root / 'train.txt') == ['Abyssinian_1.jpg', 'Sphynx_4.jpg']
    assert lines(root / 'test.txt') == ['Beagle_2.jpg', 'Egyptian_Mau_3.jpg']
    from mmagic.registry import TRANSFORMS

    load = TRANSFORMS.build(dict(type='LoadWholeImageFromFile', key='gt'))
    for name in lines(root / 'train.txt') + lines(root / 'test.txt'):
        assert load(dict(gt_path=str(root / 'images' / name)))['gt'].shape == (30, 40, 3)


def test_caltech_split(archives, tmp_path):
    prepare('caltech', tmp_path / 'a', make_caltech(archives), allow_subset=True)
    prepare('caltech', tmp_path / 'b', make_caltech(archives), allow_subset=True)
    train, test = (lines(tmp_path / 'a' / 'caltech101' / f'{split}.txt') for split in ('train', 'test'))
    assert (len(train), len(test)) == (16, 4) and not set(train) & set(test)
    assert any(name.startswith('BACKGROUND_Google/') for name in train + test)
    assert train == sorted(train) and test == sorted(test)
    val, rest = (lines(tmp_path / 'a' / 'caltech101' / f'{split}.txt') for split in ('val', 'train_without_val'))
    assert val == train[:1] and rest == train[1:], 'every 20th training image'
    assert lines(tmp_path / 'b' / 'caltech101' / 'test.txt') == test
    # Published numbers depend on it.
    assert test == [
        'BACKGROUND_Google/image_0001.jpg',
        'BACKGROUND_Google/image_0005.jpg',
        'BACKGROUND_Google/image_0010.jpg',
        'airplanes/image_0003.jpg',
    ]


def test_papers_counts():
    counts = {name: (dataset.train, dataset.test) for name, dataset in DATASETS.items()}
    assert counts == dict(flower=(1020, 6149), pet=(3680, 3669), caltech=(7315, 1829))


def test_caltech_split_of_all_images_keeps_one_photographs_images_together(tmp_path):
    """The paper's counts; Faces_easy holds the photographs of Faces, cropped, Leopards its first hundred mirrored."""
    for folder, count in dict(Faces=435, Faces_easy=435, Leopards=200, airplanes=9144 - 2 * 435 - 200).items():
        (tmp_path / folder).mkdir()
        for i in range(1, count + 1):
            (tmp_path / folder / f'image_{i:04}.jpg').touch()
    splits = paper_datasets.caltech_splits(tmp_path, tmp_path)
    assert (len(splits['train']), len(splits['test'])) == (7315, 1829)
    # Stored smaller, images are PNGs.
    splits = {split: [name.replace('.jpg', '.png') for name in names] for split, names in splits.items()}
    splits = paper_datasets.with_validation(splits)
    sides = [set(splits[split]) for split in ('train_without_val', 'val', 'test')]
    assert sum(map(len, sides)) == 9144
    for side in sides:
        faces = {Path(name).name for name in side if name.startswith('Faces/')}
        assert faces and faces == {Path(name).name for name in side if name.startswith('Faces_easy/')}
        leopards = {int(Path(name).stem[-4:]) for name in side if name.startswith('Leopards/')}
        assert leopards and leopards == {(number + 99) % 200 + 1 for number in leopards}


def test_older_caltech_split_is_not_taken_for_todays(archives, tmp_path):
    prepare('caltech', tmp_path / 'data', make_caltech(archives), allow_subset=True)
    metadata = tmp_path / 'data' / 'caltech101' / 'dataset.json'
    metadata.write_text(metadata.read_text().replace('80/20 of photographs, seed 0', '80/20, seed 0'))
    with pytest.raises(InputError, match='another split .*: remove it and prepare it again, or name another --root'):
        prepare('caltech', tmp_path / 'data', allow_subset=True)


def test_resized_copies_are_what_the_config_would_load(archives, tmp_path):
    """Lossless, and by the same interpolation."""
    from mmagic.registry import TRANSFORMS

    given = make_flower(archives)
    prepare('flower', tmp_path / 'whole', given, allow_subset=True)
    metadata = prepare('flower', tmp_path / 'small', given, size=16, allow_subset=True)
    assert metadata['size'] == 16
    assert lines(tmp_path / 'small' / 'flowers-102' / 'train.txt')[0] == 'image_00002.png'
    load = TRANSFORMS.build(dict(type='LoadWholeImageFromFile', key='gt'))
    resize = TRANSFORMS.build(dict(type='Resize', keys=['gt'], scale=(16, 16), interpolation='area'))
    whole, small = (
        load(dict(gt_path=str(tmp_path / root / 'flowers-102' / 'jpg' / name)))
        for root, name in (('whole', 'image_00002.jpg'), ('small', 'image_00002.png'))
    )
    assert (resize(whole)['gt'] == small['gt']).all()


def test_images_of_the_wanted_size_are_not_encoded_again(archives, tmp_path):
    savemat(archives / 'setid.mat', dict(trnid=[[1]], valid=[[2]], tstid=[[3]]))
    given = [
        tar(archives / 'x.tar', {f'jpg/image_{i:05}.jpg': jpeg(i, size=(16, 16)) for i in (1, 2, 3)}, 'w'),
        archives / 'setid.mat',
    ]
    prepare('flower', tmp_path, given, size=16, allow_subset=True)
    assert (tmp_path / 'flowers-102' / 'jpg' / 'image_00001.jpg').read_bytes() == jpeg(1, size=(16, 16))


def test_folder_in_the_official_layout(archives, tmp_path):
    given = make_flower(archives)
    tarfile.open(given[0]).extractall(archives / 'flowers-102')
    given[1].rename(archives / 'flowers-102' / 'setid.mat')
    prepare('flower', tmp_path, [archives / 'flowers-102'], allow_subset=True)
    assert len(lines(tmp_path / 'flowers-102' / 'test.txt')) == 8
    assert (archives / 'flowers-102' / 'jpg' / 'image_00001.jpg').exists(), "the user's folder is left alone"


def test_subset_is_refused_unless_allowed(archives, tmp_path):
    with pytest.raises(InputError, match='3 training and 8 test images here, 1020 and 6149 in the paper'):
        prepare('flower', tmp_path, make_flower(archives))
    assert not (tmp_path / 'flowers-102').exists()


def test_twice_does_nothing(archives, tmp_path, monkeypatch):
    given = make_flower(archives)
    first = prepare('flower', tmp_path, given, allow_subset=True)
    monkeypatch.setattr(preparation, 'gather', None)
    monkeypatch.setattr(preparation, 'store_images', None)
    assert prepare('flower', tmp_path, given, allow_subset=True) == first
    with pytest.raises(InputError, match='already prepared with size None: remove it first'):
        prepare('flower', tmp_path, given, size=64, allow_subset=True)


@pytest.mark.parametrize('step', ['keep', 'store_images', 'write_whole'])
def test_interrupted_then_continued(archives, tmp_path, monkeypatch, step):
    """Stopped in the middle of unpacking, before storing, or before the last file."""
    module = archives_module if step == 'keep' else preparation
    given, calls, real = make_flower(archives), [], getattr(module, step)

    def interrupted(*args, **kwargs):
        calls.append(args)
        if len(calls) == {'keep': 5, 'store_images': 1, 'write_whole': 3}[step]:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(module, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        prepare('flower', tmp_path / 'data', given, allow_subset=True)
    assert not (tmp_path / 'data' / 'flowers-102' / 'dataset.json').exists()
    monkeypatch.setattr(module, step, real)
    prepare('flower', tmp_path / 'data', given, allow_subset=True)
    prepare('flower', tmp_path / 'fresh', given, allow_subset=True)
    files = [
        {
            path.relative_to(tmp_path / root): path.read_bytes()
            for path in (tmp_path / root).rglob('*.*')
            if path.is_file()
        }
        for root in ('data', 'fresh')
    ]
    assert files[0] == files[1] and len(files[0]) == 12 + 5


@pytest.mark.parametrize('damage', ['cut', 'text', 'empty'])
def test_damaged_archive_is_named(archives, tmp_path, damage):
    given = make_flower(archives)
    content = given[0].read_bytes()
    given[0].write_bytes({'cut': content[: len(content) // 2], 'text': b'404 not found', 'empty': b''}[damage])
    with pytest.raises(InputError, match='102flowers.tgz is damaged or no archive.*get it again'):
        prepare('flower', tmp_path / 'data', given, allow_subset=True)
    assert not (tmp_path / 'data' / 'flowers-102').exists()
    # The right archive, under the same name, mends it.
    given[0].write_bytes(content)
    prepare('flower', tmp_path / 'data', given, allow_subset=True)


def test_missing_archive_is_named(tmp_path):
    with pytest.raises(InputError, match='nowhere.tgz does not exist'):
        prepare('flower', tmp_path, [tmp_path / 'nowhere.tgz'])


def test_missing_part_is_named(archives, tmp_path):
    with pytest.raises(InputError, match='holds no setid.mat: give every archive'):
        prepare('flower', tmp_path, make_flower(archives)[:1], allow_subset=True)


@pytest.mark.parametrize('damage', [jpeg(7)[:300], b'<html>'])
def test_damaged_image_is_named(archives, tmp_path, damage):
    with pytest.raises(InputError, match=r'1 of 12 images of Flower102 cannot be read: .*image_00007.jpg'):
        prepare('flower', tmp_path, make_flower(archives, damage), allow_subset=True)
    assert not (tmp_path / 'flowers-102' / 'dataset.json').exists()
    # A better archive of the same name mends it.
    prepare('flower', tmp_path, make_flower(archives), allow_subset=True)


def test_archive_that_reaches_outside_is_refused(archives, tmp_path):
    evil = tar(archives / 'evil.tgz', {'../../escaped.jpg': jpeg()})
    with pytest.raises(InputError, match='escaped.jpg would land outside'):
        prepare('flower', tmp_path / 'data', [evil], allow_subset=True)
    assert not list(tmp_path.rglob('escaped.jpg'))


def test_downloads_through_torchvision(archives, tmp_path, monkeypatch):
    """Without a network: torchvision's class is asked, and what it leaves is prepared."""
    from torchvision.datasets import Flowers102

    given = make_flower(archives)

    def fake(self, root, download):
        assert download
        tarfile.open(given[0]).extractall(Path(root) / 'flowers-102')
        given[1].rename(Path(root) / 'flowers-102' / 'setid.mat')

    monkeypatch.setattr(Flowers102, '__init__', fake)
    assert prepare('flower', tmp_path, allow_subset=True)['test'] == 8


def test_command(archives, tmp_path, door):
    command = [TOOL, 'flower', '--root', tmp_path / 'data', '--archive', *make_flower(archives)]
    refused = door(*command)
    assert refused.returncode == 1 and 'Traceback' not in refused.stderr
    assert refused.stderr.strip().splitlines()[-1].startswith('prepare_data.py: Flower102 has 3 training')
    done = door(*command, '--allow-subset', '--size', '32')
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].split() == ['Flower102', '3', '8', '1020', '/', '6149', '32×32,', 'SUBSET']
    assert json.loads((tmp_path / 'data' / 'flowers-102' / 'dataset.json').read_text())['subset'] is True


def test_interrupted_with_another_size_or_archive_starts_afresh(archives, tmp_path, monkeypatch):
    given, real = make_flower(archives), preparation.write_whole

    def interrupted(path, text):
        if path.name == 'train.txt':
            raise KeyboardInterrupt
        real(path, text)

    monkeypatch.setattr(preparation, 'write_whole', interrupted)
    with pytest.raises(KeyboardInterrupt):
        prepare('flower', tmp_path, given, size=16, allow_subset=True)
    monkeypatch.setattr(preparation, 'write_whole', real)
    assert len(list((tmp_path / 'flowers-102' / 'jpg').glob('*.png'))) == 12
    prepare('flower', tmp_path, given, size=8, allow_subset=True)
    sizes = {Image.open(path).size for path in (tmp_path / 'flowers-102' / 'jpg').iterdir()}
    assert sizes == {(8, 8)}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith('.')] == []


def test_damaged_header_in_the_middle_is_named(archives, tmp_path):
    names = [f'101_ObjectCategories/{kind}/image_{i:04}.jpg' for kind in 'ab' for i in range(10)]
    archive = tar(archives / '101_ObjectCategories.tar', {name: jpeg() for name in names}, mode='w')
    content = bytearray(archive.read_bytes())
    content[content.index(names[12].encode())] ^= 1
    archive.write_bytes(content)
    with pytest.raises(InputError, match='101_ObjectCategories.tar is damaged'):
        prepare('caltech', tmp_path / 'data', [archive], allow_subset=True)
    archive.write_bytes(tar(archive, {name: jpeg() for name in names}, mode='w').read_bytes()[: 5 * 1536])
    with pytest.raises(InputError, match='101_ObjectCategories.tar is damaged'):
        prepare('caltech', tmp_path / 'data', [archive], allow_subset=True)


def test_turned_image_is_stored_as_the_config_loads_it(archives, tmp_path):
    from mmagic.registry import TRANSFORMS

    given = make_flower(archives)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = io.BytesIO()
    Image.open(io.BytesIO(jpeg(2))).save(turned, 'JPEG', exif=exif)
    given[0] = tar(archives / 'turned.tgz', {f'jpg/image_{i:05}.jpg': turned.getvalue() for i in range(1, 13)})
    prepare('flower', tmp_path, given, size=16, allow_subset=True)
    (tmp_path / 'turned.jpg').write_bytes(turned.getvalue())
    load = TRANSFORMS.build(dict(type='LoadWholeImageFromFile', key='gt'))
    resize = TRANSFORMS.build(dict(type='Resize', keys=['gt'], scale=(16, 16), interpolation='area'))
    expected = resize(load(dict(gt_path=str(tmp_path / 'turned.jpg'))))['gt']
    stored = load(dict(gt_path=str(tmp_path / 'flowers-102' / 'jpg' / 'image_00002.png')))['gt']
    assert np.array_equal(stored, expected)


def test_list_that_reaches_outside_is_refused(tmp_path):
    """Whoever wrote the list would have images written anywhere."""
    source = tmp_path / 'source'
    (source / 'images').mkdir(parents=True)
    (source / 'annotations').mkdir()
    (tmp_path / 'outside.jpg').write_bytes(jpeg(0))
    for name in ('Sphynx_4', 'Beagle_2'):
        (source / 'images' / f'{name}.jpg').write_bytes(jpeg(1))
    (source / 'annotations' / 'trainval.txt').write_text('../../outside 1 1 1\nSphynx_4 1 1 1\n')
    (source / 'annotations' / 'test.txt').write_text('Beagle_2 1 1 1\n')
    with pytest.raises(InputError, match=r'lists \.\./\.\./outside\.jpg, which lies outside its folder'):
        prepare('pet', tmp_path / 'data' / 'deep', [source], size=8, allow_subset=True)
    assert not list((tmp_path / 'data').rglob('outside*'))


@pytest.mark.parametrize('name, file', [('flower', '102flowers.tgz'), ('pet', 'annotations.tar.gz')])
def test_offline(tmp_path, monkeypatch, name, file):
    from urllib.error import URLError

    def offline(*_, **__):
        raise URLError('Name or service not known')

    monkeypatch.setattr('urllib.request.urlopen', offline)
    with pytest.raises(InputError, match=rf'cannot be downloaded .*: get https://.*{file}.*--archive'):
        prepare(name, tmp_path)


def killed(*_):
    os.kill(os.getpid(), 9)


def test_killed_worker_is_told(archives, tmp_path, monkeypatch):
    monkeypatch.setattr(preparation, 'store_image', killed)
    with pytest.raises(InputError, match='was killed, perhaps for want of memory: the same command goes on'):
        prepare('flower', tmp_path / 'data', make_flower(archives), allow_subset=True)
