from .load_whole_image import LoadWholeImageFromFile
from .random_pixel_corruption import RandomPixelCorruption

__all__ = ['LoadWholeImageFromFile', 'RandomPixelCorruption']
