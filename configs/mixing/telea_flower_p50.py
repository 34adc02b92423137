# The classical methods have no weights: tools/test.py takes their configs without a checkpoint.
_base_ = ['../_base_/datasets/flower.py', '../_base_/default_runtime.py']

model = dict(
    type='ClassicalInpaintor',
    method='telea',
    data_preprocessor=dict(type='DataPreprocessor', mean=[127.5] * 3, std=[127.5] * 3),
)

train_dataloader = val_dataloader = val_evaluator = None
test_cfg = dict(type='MultiTestLoop')
