# The mask-aware generator on photographs of full resolution and the union of the three training sets, for levels from
# 5 to 95 %; most images between 30 and 90 %, for the ends would cost more gradient than they need. Every fifth image
# loses its channels one by one, and some lose blobs, scratches, lines or writing instead of scattered pixels.
_base_ = [
    './_base_/models/ssrgan_mask_aware.py',
    './_base_/datasets/corrupted_images.py',
    './_base_/default_runtime.py',
]

flower = dict(data_root='data/flowers-102', data_prefix=dict(gt='jpg'))
caltech = dict(data_root='data/caltech101', data_prefix=dict(gt='101_ObjectCategories'))
pet = dict(data_root='data/oxford-iiit-pet', data_prefix=dict(gt='images'))
# Any folder of large photographs; the weights' model card says which ones the shipped weights have seen.
photographs = dict(data_root='data/photographs', data_prefix=dict(gt='train'), ann_file='', recursive=True)
photographs_val = dict(data_root='data/photographs', data_prefix=dict(gt='val'), ann_file='', recursive=True)

whole = [
    dict(type='LoadWholeImageFromFile', key='gt'),
    dict(type='Resize', keys=['gt'], scale=(128, 128), interpolation='area'),
]
augment = [
    dict(type='Crop', keys=['gt'], crop_size=(96, 96)),
    dict(type='Flip', keys=['gt']),
    dict(type='RandomTransposeHW', keys=['gt']),
]
corrupt = [dict(type='RandomPixelCorruption'), dict(type='PackInputs')]
small = [*whole, *augment, *corrupt]
large = [dict(type='LoadWholeImageFromFile', key='gt'), *augment, *corrupt]
shapes = [*large[:-2], dict(type='RandomShapeCorruption'), dict(type='PackInputs')]
middle = [
    dict(type='LoadWholeImageFromFile', key='gt'),
    dict(type='Crop', keys=['gt'], crop_size=(128, 128), random_crop=False),
    *corrupt,
]
# As smooth as large photographs are, grey, and some with a camera's noise.
enlarge = dict(resize_mode_prob=[1, 0, 0], resize_scale=[1, 2.5], resize_opt=['bicubic'], resize_prob=[1])
noise = dict(prob=0.5, noise_type=['gaussian'], noise_prob=[1], gaussian_sigma=[0, 3], gaussian_gray_noise_prob=1)
smooth = [
    *whole,
    dict(type='RandomResize', keys=['gt'], params=enlarge),
    *augment,
    dict(type='ColorJitter', keys=['gt'], channel_order='bgr', saturation=(0, 0)),
    dict(type='RandomNoise', keys=['gt'], params=noise),
    dict(type='Clip', keys=['gt']),
    *corrupt,
]
usual = dict(ann_file='train_without_val.txt', pipeline=small, corruption=dict(ratio=(0.3, 0.9), by_channel=0.2))
any_level = dict(corruption=dict(ratio=(0.05, 0.95), by_channel=0.2))
some = dict(corruption=dict(ratio=(0.02, 0.3), by_channel=0.2))
train_dataloader = dict(
    batch_size=16,
    num_workers=1,
    sampler=dict(_delete_=True, type='InfiniteSampler'),
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[
            dict(type='RepeatDataset', times=times, dataset=dict(type='CorruptedImageDataset', **{**usual, **part}))
            for times, part in (
                (2, flower),
                (1, dict(**flower, **any_level)),
                (1, caltech),
                (1, pet),
                (1, dict(**pet, **any_level, pipeline=smooth)),
                (1, dict(**flower, **any_level, pipeline=smooth)),
                # Three fifths of all:
                (12, dict(**photographs, pipeline=large)),
                (4, dict(**photographs, **any_level, pipeline=large)),
                (3, dict(**photographs, **some, pipeline=shapes)),
            )
        ],
    ),
)
# Each image at its own level, always the same.
val_dataloader = dict(
    batch_size=16,
    num_workers=1,
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[
            dict(
                type='CorruptedImageDataset',
                **{**dict(ann_file='val.txt', pipeline={{_base_.pipeline}}), **part},
                corruption=dict(ratio=(0.3, 0.8), seed=0),
                max_images=40,
            )
            for part in (flower, caltech, pet, dict(**photographs_val, pipeline=middle))
        ],
    ),
)
test_dataloader = dict(dataset=dict(data_root='data/flowers-102', data_prefix=dict(gt='jpg')))
test_cfg = dict(type='AutocastTestLoop')

# With another max_iters, end and T_max below change too.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=20000, val_interval=500)
val_cfg = dict(type='AutocastValLoop')
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, end=100),
    dict(type='CosineAnnealingLR', by_epoch=False, begin=100, end=20000, T_max=19900, eta_min=1e-6),
]
default_hooks = dict(
    checkpoint=dict(by_epoch=False, interval=500, save_best='NMSE'),  # of validation images
    logger=dict(interval=50),
    param_scheduler=dict(type='ParamSchedulerHook'),
)
custom_hooks = [
    dict(type='UnwrappedCheckpointHook'),
    dict(type='CheckpointMatchHook'),
    dict(type='ValidateOnResumeHook'),
    dict(type='FewImagesVisualizationHook', num_images=4),
]
log_processor = dict(window_size=50, by_epoch=False)
