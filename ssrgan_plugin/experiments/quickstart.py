"""What quickstart.sh shows on the test photographs: its input, OpenCV's Telea, the shipped weights, a trained model."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from mmengine.dataset import pseudo_collate

from ..atomic_files import whole
from ..classical_inpainting import restore
from ..errors import InputError
from ..nmse import nmse
from ..restoration.restorer import Restorer
from ..toolbox.resuming import find_latest_checkpoint
from ..toolbox.trained_models import load_model


def restored_photographs(config: str, checkpoint: str):
    """Yields each test photograph's name, corrupted, restored and original image ((H, W, 3) uint8, BGR) and mask
    ((H, W, 1 or 3) bool, BGR)."""
    model, cfg = load_model(config, checkpoint)
    from mmagic.registry import DATASETS

    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    for data in dataset:
        sample = model.test_step(pseudo_collate([data]))[0]

        def image(tensor):
            return np.ascontiguousarray(tensor.round().byte().permute(1, 2, 0).cpu().numpy())

        yield (
            Path(sample.gt_path).stem,
            image(sample.input),
            image(sample.output.pred_img),
            image(sample.gt_img),
            image(sample.mask) != 0,
        )


def report(config: str, work_dir: Path) -> None:
    """Prints a table of NMSE and draws a picture, ``work_dir/comparison.png``.

    Args:
        config: What was trained.
        work_dir: Where its checkpoints are.

    Raises:
        InputError: if there is no checkpoint, or it does not fit.
    """
    checkpoint = find_latest_checkpoint(str(work_dir))
    if checkpoint is None:
        raise InputError(f'{work_dir} holds no checkpoint: train with --work-dir {work_dir} first')
    restorer, rows = Restorer(), []
    for name, corrupted, restored, original, mask in restored_photographs(config, checkpoint):
        telea = restore(corrupted, mask, 'telea').astype(np.uint8)
        composite = np.where(mask, restored, corrupted)
        columns = {
            'corrupted': corrupted,
            'OpenCV Telea': telea,
            'shipped weights': restorer(corrupted[..., ::-1], mask[..., ::-1])[..., ::-1],
            'this training': restored,
            'its composite': composite,
            'original': original,
        }
        rows.append((name, columns, {title: nmse(image, original) for title, image in columns.items()}))

    titles = list(rows[0][1])
    print(f'{"NMSE":>12}' + ''.join(f'{title:>20}' for title in titles[:-1]))
    for name, _, errors in rows:
        print(f'{name:>12}' + ''.join(f'{errors[title]:20.5f}' for title in titles[:-1]))
    means = {title: np.mean([errors[title] for _, _, errors in rows]) for title in titles[:-1]}
    print(f'{"mean":>12}' + ''.join(f'{means[title]:20.5f}' for title in titles[:-1]))

    figure = Figure(figsize=(2.4 * len(titles), 2.8 * len(rows)), layout='constrained')
    axes = figure.subplots(len(rows), len(titles), squeeze=False)
    for row, (_, columns, errors) in zip(axes, rows):
        for axis, (title, image) in zip(row, columns.items()):
            axis.imshow(image[..., ::-1])
            axis.set_title(title if title == 'original' else f'{title}\nNMSE {errors[title]:.4f}', fontsize=9)
            axis.axis('off')
    picture = work_dir / 'comparison.png'
    with whole(picture) as unfinished:
        figure.savefig(unfinished, format='png', dpi=110)
    print(f'picture: {picture}')
