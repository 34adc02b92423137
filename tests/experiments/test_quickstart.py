"""What quickstart.sh shows of the model that it has trained."""

from pathlib import Path

from PIL import Image

TOOLS = Path(__file__).parents[2] / 'tools'


def test_report_of_the_newest_checkpoint(tiny_config, door, tmp_path):
    config, work_dir = tiny_config('train_cfg = dict(max_epochs=1)'), tmp_path / 'work'
    none = door(TOOLS / 'quickstart_report.py', config, work_dir)
    assert none.returncode == 1 and f'{work_dir} holds no checkpoint: train with --work-dir' in none.stderr

    assert door(TOOLS / 'train.py', config).returncode == 0
    reports = []
    for last in ('epoch_1.pth', ''):  # a kill has left it empty
        (work_dir / 'last_checkpoint').write_text(last)
        done = door('ssrgan', 'quickstart-report', config, work_dir)
        assert done.returncode == 0, done.stderr
        reports.append(done.stdout)
        assert Image.open(work_dir / 'comparison.png').width > 1000
        (work_dir / 'comparison.png').unlink()
    assert reports[0] == reports[1]
    titles = ('corrupted', 'telea', 'shipped', 'ssrgan', 'composite')
    mean = dict(zip(titles, map(float, reports[0].split('mean')[1].split()[: len(titles)])))
    assert 0 < mean['shipped'] < mean['telea'] < mean['corrupted'] < 1 and 0 < mean['composite'] < mean['ssrgan']
