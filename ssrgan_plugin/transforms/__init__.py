from .load_whole_image import LoadWholeImageFromFile
from .random_damage import RandomDamage
from .random_pixel_corruption import RandomPixelCorruption
from .random_shape_corruption import RandomShapeCorruption

__all__ = ['LoadWholeImageFromFile', 'RandomDamage', 'RandomPixelCorruption', 'RandomShapeCorruption']
