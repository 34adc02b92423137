from .corrupted_image_dataset import CorruptedImageDataset
from .sample_photograph_dataset import SamplePhotographDataset

__all__ = ['CorruptedImageDataset', 'SamplePhotographDataset']
