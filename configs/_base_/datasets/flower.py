# Flower102: the official training and test splits, 1,020 and 6,149 images.
_base_ = './corrupted_images.py'

train_dataloader = val_dataloader = test_dataloader = dict(
    dataset=dict(data_root='data/flowers-102', data_prefix=dict(gt='jpg'))
)
