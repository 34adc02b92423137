from mmagic.engine.hooks import BasicVisualizationHook
from mmagic.registry import HOOKS


@HOOKS.register_module()
class FewImagesVisualizationHook(BasicVisualizationHook):
    """Draws the first few images of each validation and test, where the stock hook draws whole batches.

    Args:
        num_images: Images to draw. Default: 4.
        epoch_interval: Draw when so many epochs have gone by, and at the end. Default: 10.
    """

    def __init__(self, num_images: int = 4, epoch_interval: int = 10):
        super().__init__(interval=1)
        self.num_images = num_images
        self.epoch_interval = epoch_interval

    def before_val_epoch(self, runner) -> None:
        due = runner.epoch % self.epoch_interval == 0 or runner.epoch == runner.max_epochs
        self.left = self.num_images if due else 0

    def before_test_epoch(self, runner) -> None:
        self.left = self.num_images

    def _after_iter(self, runner, batch_idx, data_batch, outputs, mode=None) -> None:
        if mode == 'train':
            return
        drawn = outputs[: self.left]
        self.left -= len(drawn)
        super()._after_iter(runner, batch_idx, data_batch, drawn, mode)
