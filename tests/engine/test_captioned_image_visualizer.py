from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmagic.registry import VISUALIZERS
from mmagic.structures import DataSample
from mmengine.config import Config

from ssrgan_plugin.captions import uncaptioned

RUNTIME = Path(__file__).parents[2] / 'configs' / '_base_' / 'default_runtime.py'


@pytest.mark.parametrize('channels', [1, 3])
def test_strip_of_the_shipped_config(tmp_path, rng, channels):
    settings = dict(
        Config.fromfile(RUNTIME).visualizer, save_dir=str(tmp_path), vis_backends=[dict(type='LocalVisBackend')]
    )
    visualizer = VISUALIZERS.build(dict(settings, name=f'captions{channels}'))
    gt, restored, damaged = (torch.from_numpy(rng.integers(0, 250, (channels, 24, 40))).float() for _ in range(3))
    sample = DataSample(gt_img=gt, gt_path='folder/name.png', input=damaged, output=DataSample(pred_img=restored))
    visualizer.add_datasample(sample, step=3)
    row = cv2.imread(str(next(tmp_path.rglob('name_3.png'))))
    for shown, drawn in zip((damaged, restored, gt), uncaptioned(row, 3)):  # OpenCV's order is BGR, as the tensors'
        assert np.array_equal(drawn, np.broadcast_to(shown.numpy().transpose(1, 2, 0), (24, 40, 3)))


@pytest.mark.parametrize('path', ['folder/2026.01.00.jpg', r'folder\2026.01.00.jpg', '2026.01.00.jpg'])
def test_names_with_dots_stay_apart(tmp_path, path):
    settings = dict(type='CaptionedImageVisualizer', fn_key='gt_path', img_keys=['gt_img'], save_dir=str(tmp_path))
    visualizer = VISUALIZERS.build(dict(settings, vis_backends=[dict(type='LocalVisBackend')], name=path))
    visualizer.add_datasample(DataSample(gt_img=torch.zeros(3, 24, 40), gt_path=path), step=3)
    assert [picture.name for picture in tmp_path.rglob('*.png')] == ['2026.01.00_3.png']
