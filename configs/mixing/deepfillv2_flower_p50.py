# DeepFillv2 (gated convolutions).
_base_ = [
    'mmagic::_base_/models/base_deepfillv2.py',
    '../_base_/datasets/flower.py',
    '../_base_/schedules/100e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    encdec=dict(stage2=dict(contextual_attention=dict(type='UnmaskedContextualAttentionNeck'))),
    train_cfg=dict(disc_step=1, start_iter=0),
)
