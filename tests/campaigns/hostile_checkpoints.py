"""Every hostile checkpoint through every door: what ran, was deleted, refused, crashed?

    python tests/campaigns/hostile_checkpoints.py [--every N] [--doors NAME ...]

Prints a table, and every crash; exits with 1 unless nothing ran, nothing was deleted and nothing crashed.
"""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]
import hostile_checkpoints as hostile  # noqa: E402  (tests/hostile_checkpoints.py)
import warm  # noqa: E402

MAX_MEGABYTES = 1500  # beside what is imported


def doors(folder: Path, config: Path) -> dict:
    """Each takes a checkpoint's path, and returns a command."""
    picture = folder / 'picture.png'

    def restorer(path):
        from ssrgan_plugin import Restorer

        return lambda: Restorer(checkpoint=path, device='cpu')

    def restorer_with_config(path):
        from ssrgan_plugin import Restorer

        return lambda: Restorer(config=config, checkpoint=path, device='cpu')

    def ssrgan_restore(path):
        from ssrgan_plugin.cli import main

        def call():
            sys.argv = ['ssrgan', 'restore', str(picture), '-o', str(folder / 'out.png'), '--overwrite']
            sys.argv += ['--checkpoint', str(path), '--config', str(config)]
            sys.exit(main())

        return call

    def comparison(path):
        from ssrgan_plugin.toolbox.trained_models import load_model

        return lambda: load_model(config, path)

    def export(path):
        return warm.tool('export.py', path, folder / 'exported.safetensors')

    def test(path):
        return warm.tool('test.py', config, path, '--work-dir', folder / 'test')

    def load_from(path):
        fresh(folder / 'fresh')
        return warm.tool(
            'train.py', config, '--work-dir', folder / 'fresh', '--cfg-options', f'load_from={path}',
            'train_cfg.max_epochs=1',
        )  # fmt: skip

    def resume_last_checkpoint(path):
        fresh(folder / 'resumed')
        (folder / 'resumed' / 'last_checkpoint').write_text(str(path))
        if Path(path).is_file():
            (folder / 'resumed' / 'epoch_2.pth').write_bytes(path.read_bytes())
        return warm.tool('train.py', config, '--work-dir', folder / 'resumed', '--resume')

    def resume_load_from(path):
        fresh(folder / 'resumed')
        if Path(path).is_file():  # in the work dir it is resumed from, elsewhere it gives its weights
            path = shutil.copy(path, folder / 'resumed' / 'named.pth')
        options = ['--cfg-options', f'load_from={path}']
        return warm.tool('train.py', config, '--work-dir', folder / 'resumed', '--resume', *options)

    return {each.__name__: each for each in (
        restorer, restorer_with_config, ssrgan_restore, comparison, export, test, load_from, resume_last_checkpoint,
        resume_load_from,
    )}  # fmt: skip


def fresh(work_dir: Path) -> None:
    shutil.rmtree(work_dir, ignore_errors=True)
    work_dir.mkdir()


def judge(outcome: warm.Outcome, trace: Path, precious: list) -> str:
    if trace.exists():
        trace.rmdir()
        return 'ran'
    if not all(path.exists() for path in precious):
        return 'deleted'
    if outcome.megabytes > MAX_MEGABYTES:
        return 'crashed'
    if outcome.status == 0:
        return 'harmless'
    # A door that is a function raises InputError; one that is a command prints its sentence.
    last = outcome.output.strip().splitlines()[-1:] or ['']
    told = 'ssrgan_plugin.errors.InputError: ' in last[0] or 'Traceback' not in outcome.output
    return 'refused' if told and outcome.status > 0 and len(last[0]) > 20 else 'crashed'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--every', type=int, default=1, metavar='N', help='take every Nth file (default: all)')
    parser.add_argument('--doors', nargs='+', help='default: all')
    args = parser.parse_args()
    warm.import_everything()
    import torch
    from PIL import Image

    with tempfile.TemporaryDirectory(prefix='hostile_') as name:
        folder = Path(name)
        config = folder / 'tiny.py'
        config.write_text(warm.TINY + 'train_cfg = dict(max_epochs=3)\ndefault_hooks["checkpoint"] = dict('
                          'save_best="NMSE", max_keep_ckpts=1)\n')  # fmt: skip
        picture = Image.new('RGB', (16, 16), 'red')
        for place in range(0, 256, 3):
            picture.putpixel((place % 16, place // 16), (0, 0, 0))
        picture.save(folder / 'picture.png')
        good = warm.run(
            warm.tool('train.py', config, '--work-dir', folder / 'good', '--cfg-options', 'train_cfg.max_epochs=2'),
            folder / 'log',
        )
        assert good.status == 0, good.output
        state = torch.load(folder / 'good' / 'epoch_2.pth', weights_only=False)
        trace = folder / 'trace'
        precious = hostile.precious(trace)
        (folder / 'files').mkdir()
        files = [*hostile.write_all(folder / 'files', state, trace)][:: args.every]
        files += [(address, address) for address in hostile.ADDRESSES]
        print(f'{len(files)} files')
        table, crashes = {}, []
        for door, command in doors(folder, config).items():
            if args.doors and door not in args.doors:
                continue
            control = warm.run(command(folder / 'good' / 'epoch_2.pth'), folder / 'log')
            expected = door != 'restorer'  # whose network is another
            assert (control.status == 0) == expected, f'{door} fails on a good checkpoint: {control.output[-2000:]}'
            table[door] = Counter()
            for name, path in files:
                outcome = warm.run(command(path), folder / 'log')
                verdict = judge(outcome, trace, precious)
                table[door][verdict] += 1
                if verdict not in ('refused', 'harmless'):
                    crashes.append(f'{door}: {name}: {verdict}, status {outcome.status}, {outcome.megabytes:.0f} MB, '
                                   f'{outcome.seconds:.0f} s\n{outcome.output[-1500:]}')  # fmt: skip
                    hostile.precious(trace)
            print(door, dict(table[door]), flush=True)
    verdicts = ('ran', 'deleted', 'crashed', 'refused', 'harmless')
    print('\n| door | ' + ' | '.join(verdicts) + ' |\n' + '|---' * (len(verdicts) + 1) + '|')
    for door, counts in table.items():
        print(f'| {door} | ' + ' | '.join(str(counts[verdict]) for verdict in verdicts) + ' |')
    print('\n\n'.join(crashes))
    sys.exit(bool(crashes))


if __name__ == '__main__':
    main()
