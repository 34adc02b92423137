import pytest

from ssrgan_plugin.atomic_files import remove_unfinished, whole, write_whole


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    write_whole(tmp_path / 'a.txt', 'old')
    with pytest.raises(KeyboardInterrupt), whole(tmp_path / 'a.txt') as unfinished:
        unfinished.write_text('half')
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ['a.txt']
    assert (tmp_path / 'a.txt').read_text() == 'old'


def test_leftovers_of_killed_processes_go(tmp_path):
    folder = tmp_path / 'deep'
    folder.mkdir()
    file, inner = folder / f'.{12:032x}.unfinished', tmp_path / f'.{34:032x}.unfinished' / 'inner'
    file.write_text('half')
    inner.mkdir(parents=True)
    (folder / 'kept').write_text('whole')
    remove_unfinished(tmp_path)
    assert file.exists() and not inner.parent.exists()
    remove_unfinished(tmp_path, deep=True)
    assert [path.name for path in tmp_path.rglob('*')] == ['deep', 'kept']


@pytest.mark.parametrize('name', ['novel.unfinished', '.novel.unfinished', f'{12:032x}.unfinished', f'.{12:032x}'])
def test_what_others_have_called_unfinished_stays(tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / 'chapter').write_text('one')
    remove_unfinished(tmp_path, deep=True)
    assert (tmp_path / name / 'chapter').read_text() == 'one'


def test_links_are_written_through(tmp_path):
    (tmp_path / 'there').mkdir()
    (tmp_path / 'there' / 'a.txt').write_text('old')
    (tmp_path / 'link.txt').symlink_to('there/a.txt')
    write_whole(tmp_path / 'link.txt', 'new')
    assert (tmp_path / 'link.txt').is_symlink() and (tmp_path / 'there' / 'a.txt').read_text() == 'new'
    assert [path.name for path in (tmp_path / 'there').iterdir()] == ['a.txt']


def test_a_replaced_file_stays_as_private_as_it_was(tmp_path):
    (tmp_path / 'a.txt').write_text('old')
    (tmp_path / 'a.txt').chmod(0o600)
    write_whole(tmp_path / 'a.txt', 'new')
    assert (tmp_path / 'a.txt').stat().st_mode & 0o777 == 0o600
