# What all data sets share; each adds its data_root and data_prefix. A child config changes the level in one line:
#   train_dataloader = val_dataloader = test_dataloader = dict(dataset=dict(corruption=dict(ratio=0.3)))
pipeline = [
    dict(type='LoadWholeImageFromFile', key='gt'),
    dict(type='Resize', keys=['gt'], scale=(128, 128), interpolation='area'),
    dict(type='RandomPixelCorruption'),
    dict(type='PackInputs'),
]

train_dataloader = dict(
    batch_size=64,  # over all processes
    num_workers=4,
    sampler=dict(type='DefaultSampler', shuffle=True),
    batch_sampler=dict(type='GlobalBatchSampler', drop_last=True),
    worker_init_fn=dict(type='seed_worker'),
    dataset=dict(
        type='CorruptedImageDataset',
        ann_file='train.txt',
        data_prefix=dict(gt=''),
        pipeline=pipeline,
        corruption=dict(ratio=0.5),
    ),
)

test_dataloader = dict(
    batch_size=16,
    num_workers=4,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='CorruptedImageDataset',
        ann_file='test.txt',
        data_prefix=dict(gt=''),
        pipeline=pipeline,
        corruption=dict(ratio=0.5, seed=0),
    ),
)
# After an epoch a part of the test images, evenly spread, for the paper's curves: nothing may be chosen by it.
val_dataloader = dict(test_dataloader, dataset=dict(test_dataloader['dataset'], max_images=256))

val_evaluator = dict(type='Evaluator', metrics=[dict(type='NMSE'), dict(type='PSNR'), dict(type='SSIM')])
test_evaluator = dict(
    type='Evaluator',
    metrics=[
        dict(type='NMSE'),
        dict(type='NMSE', db=True),
        dict(type='PSNR'),
        dict(type='SSIM'),
        # The same of the corrupted pixels alone:
        dict(type='NMSE', mask_key='mask', prefix='corrupted'),
        dict(type='MaskedPSNR', prefix='corrupted'),
        dict(type='MaskedSSIM', prefix='corrupted'),
    ],
)
