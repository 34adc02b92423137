# One set of weights for every level: the generator sees the mask too, and is trained without a discriminator.
_base_ = './ssrgan.py'

model = dict(
    mask_input=True,
    generator=dict(type='MaskAwareSSRGANGenerator'),
    discriminator=None,
    pixel_loss=dict(_delete_=True, type='RMSELoss'),
    gan_loss=None,
)
optim_wrapper = dict(
    _delete_=True,
    constructor='MultiOptimWrapperConstructor',
    generator=dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-3), clip_grad=dict(max_norm=0.1)),
)
