from mmagic.engine.hooks import BasicVisualizationHook
from mmagic.registry import HOOKS


@HOOKS.register_module()
class FewImagesVisualizationHook(BasicVisualizationHook):
    """Draws the first few images of each validation and test, where the stock hook draws whole batches.

    Args:
        num_images: Images to draw. Default: 4.
        epoch_interval: Draw at every so many epochs' validation. Default: 10.
    """

    def __init__(self, num_images: int = 4, epoch_interval: int = 10):
        super().__init__(interval=1)
        self.num_images = num_images
        self.epoch_interval = epoch_interval

    def before_val_epoch(self, runner) -> None:
        self.left = 0 if runner.epoch % self.epoch_interval else self.num_images

    def before_test_epoch(self, runner) -> None:
        self.left = self.num_images

    def _after_iter(self, runner, batch_idx, data_batch, outputs, mode=None) -> None:
        if mode == 'train':
            return
        drawn = outputs[:self.left]
        self.left -= len(drawn)
        super()._after_iter(runner, batch_idx, data_batch, drawn, mode)
