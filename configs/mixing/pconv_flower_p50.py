# Partial convolutions, from scratch as in MMagic's first stage: the encoder's normalisation learns too.
_base_ = [
    'mmagic::_base_/models/base_pconv.py',
    '../_base_/datasets/flower.py',
    '../_base_/schedules/100e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    encdec=dict(encoder=dict(norm_cfg=dict(requires_grad=True), norm_eval=False)),
    loss_composed_percep=dict(type='NoPerceptualLoss'),
)
