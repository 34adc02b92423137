# A network that finds lost values where no mask is at hand: every kind of damage, and undamaged pictures of every kind.
_base_ = './ssrgan_mask_aware_all.py'

model = dict(
    _delete_=True,
    type='CorruptionFinding',
    generator=dict(type='CorruptionFinder'),
    data_preprocessor={{_base_.model.data_preprocessor}},
)
optim_wrapper = dict(
    _delete_=True, type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-3), clip_grad=dict(max_norm=0.5)
)

flower = dict(data_root='data/flowers-102', data_prefix=dict(gt='jpg'), ann_file='train_without_val.txt')
caltech = dict(
    data_root='data/caltech101', data_prefix=dict(gt='101_ObjectCategories'), ann_file='train_without_val.txt'
)
photographs = dict(data_root='data/photographs', data_prefix=dict(gt='train'), ann_file='', recursive=True)

load = dict(type='LoadWholeImageFromFile', key='gt')
shrink = dict(type='Resize', keys=['gt'], scale=(128, 128), interpolation='area')
augment = [
    dict(type='Crop', keys=['gt'], crop_size=(96, 96)),
    dict(type='Flip', keys=['gt']),
    dict(type='RandomTransposeHW', keys=['gt']),
]
damage = [dict(type='RandomDamage'), dict(type='PackInputs')]
always = [dict(type='RandomDamage', seed=0), dict(type='PackInputs')]
centre = dict(type='Crop', keys=['gt'], crop_size=(128, 128), random_crop=False)

train_dataloader = dict(
    batch_size=8,
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[
            dict(type='RepeatDataset', times=times, dataset=dict(type='BasicImageDataset', **part, pipeline=pipeline))
            for times, part, pipeline in (
                (12, photographs, [load, *augment, *damage]),
                (2, flower, [load, shrink, *augment, *damage]),
                (1, caltech, [load, shrink, *augment, *damage]),
            )
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='BasicImageDataset',
        **{**photographs, 'data_prefix': dict(gt='val')},
        pipeline=[load, centre, *always],
    )
)
test_dataloader = dict(
    dataset=dict(
        _delete_=True, type='BasicImageDataset', **{**flower, 'ann_file': 'test.txt'}, pipeline=[load, shrink, *always]
    )
)
val_evaluator = dict(_delete_=True, type='Evaluator', metrics=[dict(type='FoundValues')])
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='found/f_score', rule='greater'))
