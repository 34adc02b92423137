_base_ = './ssrgan_caltech_p50.py'

train_dataloader = val_dataloader = test_dataloader = dict(dataset=dict(corruption=dict(ratio=0.3)))
