# The network that SSRGAN was cut down from: MMagic's SRGAN, of 16 blocks and with its own discriminator.
_base_ = '../ssrgan_flower_p50.py'

model = dict(
    generator=dict(_delete_=True, type='SameSizeMSRResNet', in_channels=3, out_channels=3, num_blocks=16),
    discriminator=dict(_delete_=True, type='ModifiedVGG', in_channels=3, mid_channels=64),
)
