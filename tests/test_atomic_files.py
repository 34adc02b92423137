import pytest

from ssrgan_plugin.atomic_files import whole, write_whole


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    write_whole(tmp_path / 'a.txt', 'old')
    with pytest.raises(KeyboardInterrupt), whole(tmp_path / 'a.txt') as unfinished:
        unfinished.write_text('half')
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ['a.txt']
    assert (tmp_path / 'a.txt').read_text() == 'old'
