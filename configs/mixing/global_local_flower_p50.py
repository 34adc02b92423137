# Global&Local at 128×128, where MMagic's is for 256×256: one halving less in each discriminator.
_base_ = [
    'mmagic::_base_/models/base_gl.py',
    '../_base_/datasets/flower.py',
    '../_base_/schedules/100e.py',
    '../_base_/default_runtime.py',
]

# Both networks learn from the start, as in MMagic's config: start_iter lies beyond both thresholds.
model = dict(
    disc=dict(global_disc_cfg=dict(num_convs=5), local_disc_cfg=dict(num_convs=4)),
    train_cfg=dict(disc_step=1, iter_tc=90000, iter_td=100000, start_iter=350000, local_size=(64, 64)),
)
