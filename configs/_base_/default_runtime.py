custom_imports = dict(imports=['ssrgan_plugin.registration'], allow_failed_imports=False)
default_scope = 'mmagic'
randomness = dict(seed=0)

default_hooks = dict(
    timer=dict(type='IterTimerHook'),
    logger=dict(type='TimelyLoggerHook', interval=10),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(type='CheckpointHook', interval=1, max_keep_ckpts=2),
    sampler_seed=dict(type='DistSamplerSeedHook'),
)
custom_hooks = [
    dict(type='EpochSeedHook'),
    dict(type='UnwrappedCheckpointHook'),
    dict(type='CheckpointMatchHook'),
    dict(type='ValidateOnResumeHook'),
    dict(type='SyncBuffersHook'),  # where sync_bn cannot serve: several processes without a GPU
    dict(type='FewImagesVisualizationHook', num_images=4, epoch_interval=10),
]

visualizer = dict(
    type='CaptionedImageVisualizer',
    vis_backends=[dict(type='LocalVisBackend'), dict(type='TensorboardVisBackend')],
    fn_key='gt_path',
    img_keys=['input', 'pred_img', 'gt_img'],
    bgr2rgb=True,
)

env_cfg = dict(
    cudnn_benchmark=True, mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0), dist_cfg=dict(backend='nccl')
)
log_processor = dict(type='LogProcessor', window_size=10, by_epoch=True)
log_level = 'INFO'
load_from = None
resume = False
