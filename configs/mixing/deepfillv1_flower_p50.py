# DeepFillv1 at 128×128, where MMagic's is for 256×256: its discriminators see maps of half the size.
_base_ = [
    'mmagic::_base_/models/base_deepfillv1.py',
    '../_base_/datasets/flower.py',
    '../_base_/schedules/100e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    encdec=dict(stage2=dict(contextual_attention=dict(type='UnmaskedContextualAttentionNeck'))),
    disc=dict(global_disc_cfg=dict(fc_in_channels=256 * 8 * 8), local_disc_cfg=dict(fc_in_channels=512 * 4 * 4)),
    train_cfg=dict(disc_step=1, start_iter=0, local_size=(64, 64)),
)
