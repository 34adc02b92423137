# The shipped weights, fine-tuned with the paper's adversarial loss: meant to be sharper to the eye, at some cost in
# error (the weights' model card has a first trial).
_base_ = './ssrgan_mask_aware_all.py'
from ssrgan_plugin.shipped_files import WEIGHTS  # noqa: E402

model = dict(
    discriminator=dict(_delete_=True, type='SSRGANDiscriminator'),
    # RMSE is about ten times MSE here, so the weight is ten times the paper's.
    gan_loss=dict(_delete_=True, type='MSEGANLoss', real_label_noise=0.1, loss_weight=1e-2),
)
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=1e-4)),
    discriminator=dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4)),
)
param_scheduler = [dict(type='LinearLR', start_factor=0.01, by_epoch=False, end=100)]
train_cfg = dict(max_iters=4000)
load_from = str(WEIGHTS / 'ssrgan_mask_aware.safetensors')
del WEIGHTS
