# For evaluation: the mean over the eight flips and turns of every image.
_base_ = './ssrgan_mask_aware_all.py'

model = dict(test_cfg=dict(self_ensemble=True))
