"""SIGKILL at random moments: does the same command go on, what is lost, what is left behind?

    python tests/campaigns/kills.py [--training 40] [--preparation 10] [--sweep 5] [--seed 0]

Prints a table; exits with 1 unless every run went on, lost at most one interval, left no process and ended as one that
was never killed (weights and optimizer's state to the bit, files byte by byte).
"""

import argparse
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict, List

sys.path.insert(0, str(Path(__file__).parent))
import warm  # noqa: E402

GRACE = 8  # seconds for orphans to end


def kill(child: int, log: Path) -> List[int]:
    """Kills the process alone, not its group; returns what lives on."""
    below = warm.descendants(child)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    end = time.monotonic() + GRACE
    while warm.alive(below) and time.monotonic() < end:
        time.sleep(0.1)
    orphans = warm.alive(below)
    for pid in orphans:
        print('orphan:', Path(f'/proc/{pid}/cmdline').read_bytes().replace(b'\0', b' ').decode(errors='replace'))
        os.kill(pid, signal.SIGKILL)
    return orphans


def ended(child: int) -> bool:
    return os.waitpid(child, os.WNOHANG)[0] != 0


def newest(work_dir: Path) -> int:
    return max((int(path.stem.rpartition('_')[2]) for path in work_dir.glob('epoch_*.pth')), default=0)


def equal(a, b) -> bool:
    import torch

    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b


def training(folder: Path, kills: int, rng: random.Random) -> Dict[str, int]:
    from ssrgan_plugin.checkpoint_files import read_checkpoint

    epochs = 2 * kills + 4
    config = folder / 'tiny.py'
    config.write_text(warm.TINY + f'train_cfg = dict(max_epochs={epochs})\n')
    counts = dict(kills=0, went_on=0, lost_more=0, corrupted=0, orphans=0)

    def command(name):
        return warm.tool('train.py', config, '--work-dir', folder / name, '--resume')

    begin = time.monotonic()
    whole = warm.run(command('whole'), folder / 'whole.log', limit=3600)
    assert whole.status == 0, whole.output[-3000:]
    epoch = (time.monotonic() - begin) / epochs
    while True:
        log = folder / 'killed.log'
        log.write_text('')
        before = newest(folder / 'killed')
        child = warm.start(command('killed'), log)
        # From the first epoch on, so that most kills meet a step, a validation or a checkpoint being written.
        while counts['kills'] < kills and not re.search(r'Epoch\(train\)', log.read_text(errors='replace')):
            if ended(child):
                raise SystemExit(log.read_text()[-3000:])
            time.sleep(0.02)
        said = log.read_text(errors='replace')
        if counts['kills'] == kills:
            os.waitpid(child, 0)
            break
        resumed = re.search(r'resumed epoch: (\d+)', said)
        begun = int(resumed[1]) if resumed else 0
        counts['went_on'] += begun >= before - 1
        counts['lost_more'] += begun < before - 1
        time.sleep(rng.uniform(0, 2.5 * epoch))
        counts['orphans'] += len(kill(child, log))
        counts['kills'] += 1
        for path in (folder / 'killed').glob('epoch_*.pth'):
            try:
                read_checkpoint(path)
            except ValueError:
                counts['corrupted'] += 1
    a, b = (read_checkpoint(folder / name / f'epoch_{epochs}.pth') for name in ('whole', 'killed'))
    counts['equal'] = all(equal(a[part], b[part]) for part in ('state_dict', 'optimizer', 'param_schedulers'))
    return counts


def preparation(folder: Path, kills: int, rng: random.Random) -> Dict[str, int]:
    """Of 400 pictures in Flower102's layout."""
    import numpy as np
    from PIL import Image
    from scipy.io import savemat

    from ssrgan_plugin.cli import main

    source = folder / 'source'
    (source / 'jpg').mkdir(parents=True)
    noise = np.random.default_rng(0)
    for index in range(1, 401):
        pixels = noise.integers(0, 256, (16, 16, 3), np.uint8)
        Image.fromarray(pixels).resize((400, 300)).save(source / 'jpg' / f'image_{index:05}.jpg')
    numbers = np.arange(1, 401)[None]
    savemat(source / 'setid.mat', dict(trnid=numbers[:, :200], valid=numbers[:, 200:250], tstid=numbers[:, 250:]))
    counts = dict(kills=0, went_on=0, lost_more=0, corrupted=0, orphans=0)

    def command(name):
        def call():
            sys.argv = ['ssrgan', 'prepare-data', 'flower', '--archive', str(source), '--root', str(folder / name)]
            sys.argv += ['--size', '128', '--allow-subset']
            sys.exit(main())

        return call

    def files(name):
        return {path.relative_to(folder / name): path.read_bytes() for path in (folder / name).rglob('*.*')}

    def stored(name):
        return len(list((folder / name).rglob('*.png')))

    whole = warm.run(command('prepared'), folder / 'log')
    assert whole.status == 0, whole.output[-2000:]
    while counts['kills'] < kills:
        if (folder / 'again' / 'flowers-102' / 'dataset.json').exists():
            counts['corrupted'] += files('again') != files('prepared')
            shutil.rmtree(folder / 'again')
        before = stored('again')
        child = warm.start(command('again'), folder / 'killed.log')
        time.sleep(rng.uniform(0.1, 1) * whole.seconds)
        if ended(child):
            continue
        counts['orphans'] += len(kill(child, folder / 'killed.log'))
        counts['kills'] += 1
        counts['went_on'] += stored('again') >= before
        counts['lost_more'] += stored('again') < before
    last = warm.run(command('again'), folder / 'log')
    counts['equal'] = last.status == 0 and files('again') == files('prepared')
    return counts


def sweeping(folder: Path, kills: int, rng: random.Random) -> Dict[str, int]:
    """Of one small run; the sweep is killed, and the training that it has started must end too."""
    from PIL import Image

    from ssrgan_plugin.cli import main
    from ssrgan_plugin.datasets.sample_photograph_dataset import find_photograph

    data = folder / 'flowers-102'
    (data / 'jpg').mkdir(parents=True)
    photograph = Image.open(find_photograph('sklearn/datasets/images/flower.jpg'))
    names = [f'image_{index:05}.jpg' for index in range(8)]
    for index, name in enumerate(names):
        photograph.crop((60 * index, 50, 60 * index + 64, 114)).save(data / 'jpg' / name)
    (data / 'train.txt').write_text('\n'.join(names[:4]) + '\n')
    (data / 'test.txt').write_text('\n'.join(names[4:]) + '\n')
    options = [f'{split}_dataloader.dataset.data_root={data}' for split in ('train', 'val', 'test')]
    options += ['model.generator.mid_channels=4', 'model.generator.num_blocks=1', 'model.generator.upscale_factor=1']
    options += ['model.discriminator.channels=4,4,4,4', 'train_dataloader.batch_size=2']
    options += ['train_dataloader.num_workers=1', 'default_hooks.logger.interval=1']
    counts = dict(kills=0, went_on=0, lost_more=0, corrupted=0, orphans=0)
    epochs = 4 * kills + 4

    def call():
        sys.argv = ['ssrgan', 'sweep', '--datasets', 'flower', '--ratios', '50', '--out', str(folder / 'sweep')]
        sys.argv += ['--epochs', str(epochs), '--crop', '32', '--cfg-options', *options]
        sys.exit(main())

    work_dir = folder / 'sweep' / 'ssrgan_flower_p50'
    for _ in range(kills):
        before = newest(work_dir)
        child = warm.start(call, folder / 'sweep.log')
        begin = time.monotonic()
        while newest(work_dir) <= before:
            if ended(child) or time.monotonic() - begin > 300:
                raise SystemExit((folder / 'sweep.log').read_text()[-2000:])
            time.sleep(0.05)
        counts['went_on'] += 1
        time.sleep(rng.uniform(0, 2))
        counts['orphans'] += len(kill(child, folder / 'sweep.log'))
        counts['kills'] += 1
    last = warm.run(call, folder / 'sweep.log', limit=600)
    resumed = [int(epoch) for epoch in re.findall(r'resumed epoch: (\d+)', (work_dir / 'train.log').read_text())]
    counts['lost_more'] = sum(later < sooner for sooner, later in zip(resumed, resumed[1:]))
    counts['equal'] = last.status == 0 and (work_dir / 'result.json').exists()
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (('training', 40), ('preparation', 10), ('sweep', 5), ('seed', 0)):
        parser.add_argument(f'--{name}', type=int, default=default, metavar='N')
    args = parser.parse_args()
    warm.import_everything()
    rows = {}
    with tempfile.TemporaryDirectory(prefix='kills_') as name:
        for what, function in (('training', training), ('preparation', preparation), ('sweep', sweeping)):
            if getattr(args, what):
                folder = Path(name) / what
                folder.mkdir()
                rows[what] = function(folder, getattr(args, what), random.Random(args.seed))
                print(what, rows[what], flush=True)
    heads = ('kills', 'went_on', 'lost_more', 'corrupted', 'orphans', 'equal')
    print('\n| | kills | went on | lost more than an interval | corrupted | orphans | ends as if never killed |')
    print('|---' * 7 + '|')
    for what, counts in rows.items():
        print(f'| {what} | ' + ' | '.join(str(counts[head]) for head in heads) + ' |')
    sys.exit(
        not all(
            counts['kills'] == counts['went_on']
            and not counts['lost_more'] + counts['corrupted'] + counts['orphans']
            and counts['equal']
            for counts in rows.values()
        )
    )


if __name__ == '__main__':
    main()
