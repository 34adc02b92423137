# The paper's model on photographs that ship inside installed packages, so that it runs with no download: random crops
# of five for training, the middle of three others for test. Small steps, for CPUs.
_base_ = [
    './_base_/models/ssrgan.py',
    './_base_/datasets/corrupted_images.py',
    './_base_/schedules/100e.py',
    './_base_/default_runtime.py',
]

train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    dataset=dict(
        type='SamplePhotographDataset',
        _delete_=True,
        repeat=64,
        corruption=dict(ratio=0.5),
        pipeline=[
            dict(type='LoadWholeImageFromFile', key='gt'),
            dict(type='Flip', keys=['gt']),
            dict(type='Crop', keys=['gt'], crop_size=(32, 32)),
            dict(type='RandomPixelCorruption'),
            dict(type='PackInputs'),
        ],
    ),
)

val_dataloader = test_dataloader = dict(
    batch_size=1,
    num_workers=1,
    dataset=dict(
        type='SamplePhotographDataset',
        _delete_=True,
        test_mode=True,
        corruption=dict(ratio=0.5, seed=0),
        pipeline=[
            dict(type='LoadWholeImageFromFile', key='gt'),
            dict(type='Crop', keys=['gt'], crop_size=(256, 256), random_crop=False),
            dict(type='RandomPixelCorruption'),
            dict(type='PackInputs'),
        ],
    ),
)
