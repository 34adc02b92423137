from .autocast_loops import AutocastTestLoop, AutocastValLoop
from .captioned_image_visualizer import CaptionedImageVisualizer
from .checkpoint_hook import CheckpointHook
from .checkpoint_match_hook import CheckpointMatchHook
from .epoch_seed_hook import EpochSeedHook
from .few_images_visualization_hook import FewImagesVisualizationHook
from .global_batch_sampler import GlobalBatchSampler
from .seed_worker import seed_worker
from .timely_logger_hook import TimelyLoggerHook
from .unwrapped_checkpoint_hook import UnwrappedCheckpointHook
from .validate_on_resume_hook import ValidateOnResumeHook

__all__ = [
    'AutocastTestLoop',
    'AutocastValLoop',
    'CaptionedImageVisualizer',
    'CheckpointHook',
    'CheckpointMatchHook',
    'EpochSeedHook',
    'FewImagesVisualizationHook',
    'GlobalBatchSampler',
    'TimelyLoggerHook',
    'UnwrappedCheckpointHook',
    'ValidateOnResumeHook',
    'seed_worker',
]
