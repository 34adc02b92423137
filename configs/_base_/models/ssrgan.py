# The paper's SSRGAN; images in [-1, 1].
model = dict(
    type='SSRGAN',
    generator=dict(type='SSRGANGenerator'),
    discriminator=dict(type='SSRGANDiscriminator'),
    pixel_loss=dict(type='MSELoss', loss_weight=1.0),
    gan_loss=dict(type='MSEGANLoss', real_label_noise=0.1, loss_weight=1e-3),
    train_cfg=dict(),
    test_cfg=dict(),
    data_preprocessor=dict(type='DataPreprocessor', mean=[127.5] * 3, std=[127.5] * 3, output_channel_order='RGB'),
)

# One wrapper a network, since each has its own optimizer.
model_wrapper_cfg = dict(type='MMSeparateDistributedDataParallel')
sync_bn = 'torch'  # batch normalisation over all processes' images, as one process would do

optim_wrapper = dict(
    constructor='MultiOptimWrapperConstructor',
    generator=dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=2e-4, betas=(0.9, 0.999))),
    discriminator=dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=2e-4, betas=(0.9, 0.999))),
)
