# Caltech101: a seeded 80/20 split of all 9,144 images, 7,315 and 1,829.
_base_ = './corrupted_images.py'

train_dataloader = val_dataloader = test_dataloader = dict(
    dataset=dict(data_root='data/caltech101', data_prefix=dict(gt='101_ObjectCategories'))
)
