# SSRGAN's networks and losses in MMagic's inpaintor: it shows the generator the mask, and keeps the known pixels.
_base_ = '../ssrgan_flower_p50.py'

model = dict(
    _delete_=True,
    type='OneStageInpaintor',
    data_preprocessor={{_base_.model.data_preprocessor}},
    encdec=dict(type='SSRGANGenerator', in_channels=4),
    disc={{_base_.model.discriminator}},
    loss_gan={{_base_.model.gan_loss}},
    loss_l1_hole=dict(type='MSELoss', loss_weight=1.0),
    train_cfg=dict(disc_step=1),
)

optim_wrapper = dict(
    _delete_=True,
    constructor='MultiOptimWrapperConstructor',
    generator={{_base_.optim_wrapper.generator}},
    disc={{_base_.optim_wrapper.discriminator}},
)
