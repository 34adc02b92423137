# Oxford-IIIT Pet: the official trainval and test splits, 3,680 and 3,669 images.
_base_ = './corrupted_images.py'

train_dataloader = val_dataloader = test_dataloader = dict(
    dataset=dict(data_root='data/oxford-iiit-pet', data_prefix=dict(gt='images'))
)
