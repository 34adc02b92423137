# One set of weights for every level: the generator sees the mask too, and is trained for the error of its pixels alone.
_base_ = './ssrgan.py'

model = dict(
    mask_input=True,
    generator=dict(type='BlindSSRGANGenerator'),
    discriminator=None,
    # Nearly the squared error for small ones; the squares of few large ones would drown them.
    pixel_loss=dict(_delete_=True, type='CharbonnierLoss', eps=1e-3),
    gan_loss=None)

# Muon for the convolutions of the blocks.
convolution = dict(lr_mult=20, use_muon=True)
optim_wrapper = dict(
    _delete_=True,
    constructor='MultiOptimWrapperConstructor',
    generator=dict(
        type='OptimWrapper',
        optimizer=dict(type='MuonAndAdamW', lr=1e-3),
        paramwise_cfg=dict(
            custom_keys={
                '': dict(use_muon=False),
                '.body.0.weight': convolution,
                '.body.2.weight': convolution
            }),
        clip_grad=dict(max_norm=0.1)))
