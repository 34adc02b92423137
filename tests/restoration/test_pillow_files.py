"""What the headers of PNM say, which Pillow does not tell."""

import pytest

from ssrgan_plugin.errors import InputError
from ssrgan_plugin.restoration import image_files


@pytest.mark.parametrize('content', [b'P5\n# who made it\n2 1\n255\nab', b'P1 # bits\n2 1\n1 0'])
def test_comments_of_a_pnm_are_named(tmp_path, content):
    (tmp_path / 'a.pnm').write_bytes(content)
    assert 'its comment is left out' in image_files.open_file(tmp_path / 'a.pnm').info.notes
    (tmp_path / 'a.pnm').write_bytes(b'P5 2 1 255\n#a')
    assert image_files.open_file(tmp_path / 'a.pnm').info.notes == ()


@pytest.mark.parametrize(
    'image', [b'P4 9 2\n\xff\x80\0\0', b'P5\n# P6\n2 1\n255\nP5', b'P6 1 1 100\nabc', b'P5 1 1 65535\nP5']
)
@pytest.mark.parametrize('times', [2, 3])
def test_several_images_in_a_pnm_are_refused(tmp_path, image, times):
    (tmp_path / 'a.pnm').write_bytes(times * image)
    with pytest.raises(InputError, match=f'a.pnm holds {times} images: save each as a file of its own'):
        image_files.open_file(tmp_path / 'a.pnm')


@pytest.mark.parametrize('content', [b'P5 3 1 100\n\0\x32\x64', b'P2 3 1 100\n0 50 100'])
def test_values_that_become_others_are_told(tmp_path, content):
    (tmp_path / 'a.pgm').write_bytes(content)
    image = image_files.read(tmp_path / 'a.pgm')
    assert image.pixels.tolist() == [[0, 128, 255]]
    assert image.info.notes == ('its values up to 100 became values up to 255',)


def test_a_deep_pnm_is_refused(tmp_path):
    for content in (b'P5 1 1 300\nab', b'P6 1 1 300\nabcdef', b'P2 1 1 300\n7'):
        (tmp_path / 'a.pnm').write_bytes(content)
        with pytest.raises(InputError, match='a.pnm has more than 8 bits a channel, which are not read from PNM'):
            image_files.open_file(tmp_path / 'a.pnm')
