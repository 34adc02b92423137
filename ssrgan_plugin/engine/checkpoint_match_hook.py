from mmagic.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import get_state_dict

from ..checkpoint_files import weights_in
from ..networks.state_dicts import check_match


@HOOKS.register_module()
class CheckpointMatchHook(Hook):
    """Refuses a checkpoint of another architecture, which MMEngine would load in part and only warn of.

    A network (generator, discriminator, …) that the checkpoint leaves out altogether is fine, but the generator
    must be there; one that it has must have every weight, in the model's shapes.

    Raises:
        InputError: naming the first weight that does not fit.
    """

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        check_match(get_state_dict(runner.model), weights_in(checkpoint, 'the checkpoint'))
