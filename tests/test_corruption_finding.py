"""configs/corruption_finder.py trains with the stock loop."""

from pathlib import Path

from mmengine.config import Config
from mmengine.runner import Runner

CONFIG = Path(__file__).parents[1] / 'configs' / 'corruption_finder.py'


def innermost(dataset):
    return dataset.get('dataset', dataset)


def test_trains_and_validates(flowers, tmp_path):
    cfg = Config.fromfile(CONFIG)
    cfg.model.generator.merge(dict(mid_channels=8, num_blocks=1))
    for split in ('train', 'val', 'test'):
        dataset = cfg[f'{split}_dataloader'].dataset
        for part in map(innermost, dataset.get('datasets', [dataset])):
            part.merge(dict(data_root=str(flowers), data_prefix=dict(gt='jpg'), ann_file='train.txt'))
        cfg[f'{split}_dataloader'].merge(dict(num_workers=0, batch_size=4))
    cfg.train_cfg.merge(dict(max_iters=4, val_interval=2))
    cfg.default_hooks.checkpoint.interval = 2
    cfg.work_dir = str(tmp_path)
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert 0 <= runner.message_hub.get_scalar('val/found/f_score').current() <= 1
    assert (tmp_path / 'iter_4.pth').exists() and list(tmp_path.glob('best_found_f_score_*.pth'))
    runner.test()
    assert 0 <= runner.message_hub.get_scalar('test/found/recall').current() <= 1


def test_validates_on_images_that_it_does_not_train_on():
    cfg = Config.fromfile(CONFIG)
    trained = {(each.data_prefix.gt, each.ann_file) for each in map(innermost, cfg.train_dataloader.dataset.datasets)}
    held_out = cfg.val_dataloader.dataset
    assert (held_out.data_prefix.gt, held_out.ann_file) not in trained and held_out.data_prefix.gt == 'val'
