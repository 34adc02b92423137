"""One training with its test, resumable, by the same tools as by hand."""

import json
import os
import platform
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Dict, NamedTuple, Optional

import torch
from mmengine.config import Config
from tqdm import tqdm

from ..atomic_files import write_whole
from ..child_processes import with_parent
from ..errors import InputError
from ..shipped_files import shipped
from ..toolbox.resuming import saved_checkpoints
from .classical_methods import mean_errors
from .data_preparation import METADATA
from .paper_datasets import DATASETS
from .training_cost import Amount, amount


class Budget(NamedTuple):
    """What every run is given; None stands for what the configs say.

    ``images``: so many of each split, evenly spread; ``crop``: side of random crops to train on.
    """

    epochs: Optional[int]
    images: Dict[str, Optional[int]]
    crop: Optional[int]
    gpus: int
    amp: bool
    cfg_options: dict


class Run:
    """One config's training, test and comparison; result.json in its folder comes last."""

    def __init__(self, dataset: str, ratio: int, out: Path, budget: Budget):
        self.name = f'ssrgan_{dataset}_p{ratio}'
        self.dataset = DATASETS[dataset]
        self.title = self.dataset.title
        self.budget = budget
        self.work_dir = out / self.name
        self.source = shipped('configs') / f'{self.name}.py'
        self.config = out / f'{self.name}.py'
        self.cfg = Config.fromfile(self.source, import_custom_modules=False)
        self.cfg.merge_from_dict(budget.cfg_options)
        self.epochs = budget.epochs or self.cfg.train_cfg.max_epochs
        settings = dict(
            amp=budget.amp,
            crop=budget.crop,
            cfg_options=budget.cfg_options,
            images=budget.images,
            config=sha256(self.cfg.pretty_text.encode()).hexdigest(),
            data=[fingerprint(self.cfg[f'{split}_dataloader'].dataset) for split in ('train', 'val', 'test')],
            versions=environment()['versions'],
        )
        # As JSON reads it back, so that it compares with what an earlier call wrote.
        self.settings = json.loads(json.dumps(settings))

    def finished(self) -> bool:
        result = self.work_dir / 'result.json'
        if not result.exists():
            return False
        done = json.loads(result.read_text())
        return done['settings'] == self.settings and done['epochs'] == self.epochs

    def trained_epochs(self) -> int:
        saved = saved_checkpoints(self.work_dir)
        return int(saved[0].stem.rpartition('_')[2]) if saved else 0

    def left(self) -> Amount:
        """Images still to train on and to evaluate: those listed, or before they are prepared the paper's."""
        counts = []
        for split, paper in dict(train=self.dataset.train, val=self.dataset.test, test=self.dataset.test).items():
            dataset = self.cfg[f'{split}_dataloader'].dataset
            listing = Path(dataset.data_root) / dataset.ann_file
            listed = len(listing.read_text().splitlines()) if listing.exists() else paper
            counts.append(min(listed, self.settings['images'][split] or dataset.get('max_images') or listed))
        epochs = max(0, self.epochs - self.trained_epochs())
        return amount(*counts, epochs, self.cfg.train_dataloader.batch_size)

    def side(self, split: str) -> int:
        """Pixels of the images' side, as the config resizes them or the budget crops them."""
        if split == 'train' and self.budget.crop:
            return self.budget.crop
        steps = self.cfg[f'{split}_dataloader'].dataset.pipeline
        return next((step.scale[0] for step in steps if step.type == 'Resize'), 128)

    def prepare(self) -> None:
        """Writes the run's config: the repository's, inherited, with the budget in it."""
        self.work_dir.mkdir(parents=True, exist_ok=True)
        begun = self.work_dir / 'settings.json'
        before = json.loads(begun.read_text()) if begun.exists() else self.settings
        other = [key for key, value in self.settings.items() if before.get(key) != value]
        if other:
            raise InputError(
                f'{self.work_dir} was begun with other settings than these ({", ".join(other)}): name another --out'
            )
        write_whole(begun, json.dumps(self.settings))
        if self.trained_epochs() > self.epochs:
            raise InputError(f'{self.work_dir} was trained for more than {self.epochs} epochs: name another --out')
        self.cfg.train_cfg.max_epochs = self.epochs
        if self.budget.crop:
            pipeline = self.cfg.train_dataloader.dataset.pipeline
            after = [step.type for step in pipeline].index('RandomPixelCorruption')
            pipeline.insert(after, dict(type='Crop', keys=['gt'], crop_size=(self.budget.crop, self.budget.crop)))
        for split, count in self.settings['images'].items():
            if count:
                self.cfg.merge_from_dict({f'{split}_dataloader.dataset.max_images': count})
        self.cfg.dump(self.config)

    def call(self, command, log: str, progress: tqdm) -> None:
        trained = self.trained_epochs()
        with open(self.work_dir / log, 'ab') as file:
            # A session of its own, so that all its processes stop with the sweep, even by SIGKILL.
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
                preexec_fn=with_parent(),
            )
            try:
                while process.poll() is None:
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(timeout=5)
                    now = self.trained_epochs()
                    progress.update(now - trained)
                    trained = now
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGTERM)
                    process.wait()
        if process.returncode:
            raise InputError(f'it stopped with status {process.returncode}: see {self.work_dir / log}')

    def execute(self, progress: tqdm) -> None:
        self.prepare()
        train = [sys.executable, shipped('tools') / 'train.py', self.config]
        if self.budget.gpus > 1:
            train = ['bash', shipped('tools') / 'dist_train.sh', self.config, self.budget.gpus]
        amp = ['--amp'] if self.budget.amp else []
        self.call([*train, '--work-dir', self.work_dir, '--resume', *amp], 'train.log', progress)
        checkpoint = self.work_dir / f'epoch_{self.epochs}.pth'
        test = [sys.executable, shipped('tools') / 'test.py', self.config, checkpoint, *amp]
        test += ['--work-dir', self.work_dir / 'test', '--out', self.work_dir / 'test.json']
        self.call(test, 'test.log', progress)
        result = dict(
            dataset=self.title,
            settings=self.settings,
            test=json.loads((self.work_dir / 'test.json').read_text()),
            classics=mean_errors(self.cfg.test_dataloader.dataset),
            **self.history(),
            **self.describe(),
            **environment(),
        )
        write_whole(self.work_dir / 'result.json', json.dumps(result, indent=2))

    def history(self) -> dict:
        """NMSE after each epoch, and the losses at each logged iteration, over all parts of a resumed run."""
        nmses, losses = {}, {}
        for log in sorted(self.work_dir.glob('*/vis_data/scalars.json')):
            for line in log.read_text().splitlines():
                try:
                    scalars = json.loads(line)
                except ValueError:  # half written
                    continue
                if 'NMSE' in scalars:
                    nmses[scalars['step']] = scalars['NMSE']
                elif 'loss_pix' in scalars:
                    losses[scalars['iter']] = {key: value for key, value in scalars.items() if key.startswith('loss_')}
        return dict(nmse=nmses, losses=losses)

    def describe(self) -> dict:
        """What a reader needs to judge a figure by: seed, budget, data."""
        cfg = self.cfg
        metadata = Path(cfg.train_dataloader.dataset.data_root) / METADATA
        return dict(
            ratio=cfg.test_dataloader.dataset.corruption.ratio,
            seed=cfg.randomness.seed,
            batch=cfg.train_dataloader.batch_size,
            epochs=self.epochs,
            data=json.loads(metadata.read_text()) if metadata.exists() else None,
        )


def fingerprint(dataset: Config) -> Optional[str]:
    """What tells one state of a data set from another: its list of images, and their files' sizes."""
    root = Path(dataset.data_root)
    listing, folder = root / dataset.ann_file, root / dataset.data_prefix.gt
    if not listing.is_file():
        return None
    digest = sha256()
    for name in listing.read_text().splitlines():
        path = folder / name.strip()
        digest.update(f'{name} {path.stat().st_size if path.is_file() else None}\n'.encode())
    return digest.hexdigest()


def environment() -> dict:
    from importlib.metadata import version

    hardware = torch.cuda.get_device_name() if torch.cuda.is_available() else f'{os.cpu_count()} CPU cores'
    return dict(
        date=str(date.today()),
        hardware=hardware,
        python=platform.python_version(),
        versions={name: version(name) for name in ('ssrgan-plugin', 'mmagic', 'mmengine', 'torch', 'numpy')},
    )
