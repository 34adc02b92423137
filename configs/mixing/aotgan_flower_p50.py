# AOT-GAN. MMagic keeps its model in a whole config, whose data would collide with ours: only two parts are taken.
_base_ = ['../_base_/datasets/flower.py', '../_base_/schedules/100e.py', '../_base_/default_runtime.py']
from mmengine.hub import get_config  # noqa: E402

stock = get_config('mmagic::aot_gan/aot-gan_smpgan_4xb4_places-512x512.py')
model = stock.model.to_dict()
# As the authors' code does. MMagic leaves the generator to the layers' own, where tanh saturates: it does not train.
model['init_cfg'] = dict(type='Normal', layer=['Conv2d', 'ConvTranspose2d'], std=0.02)
model['disc']['type'] = 'InitializableSoftMaskPatchDiscriminator'
model['loss_composed_percep']['type'] = 'NoPerceptualLoss'
optim_wrapper = stock.optim_wrapper.to_dict()
model_wrapper_cfg = stock.model_wrapper_cfg.to_dict()
del get_config, stock
