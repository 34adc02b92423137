"""Models that mixed precision does not reach."""

from ..errors import InputError
from .step_counts import unwrapped


def refuse_idle_mixed_precision() -> None:
    """Lets MMagic's inpaintors refuse ``--amp`` (no upstream issue known): their training steps pass the optimizers'
    context by, and stay in single precision without a word; on a GPU the loss scaler then stops the first step."""
    from mmagic.registry import OPTIM_WRAPPERS
    from mmengine.optim import OptimWrapperDict
    from mmengine.runner import Runner

    stock = Runner.build_optim_wrapper

    def build_optim_wrapper(self, optim_wrapper):
        from mmagic.models.base_models import OneStageInpaintor

        built = stock(self, optim_wrapper)
        wrappers = built.values() if isinstance(built, OptimWrapperDict) else [built]
        mixed = any(isinstance(wrapper, OPTIM_WRAPPERS.get('AmpOptimWrapper')) for wrapper in wrappers)
        model = unwrapped(self.model)
        if mixed and isinstance(model, OneStageInpaintor):
            raise InputError(
                f"MMagic's {type(model).__name__} trains in single precision alone: leave --amp out, or set "
                "optim_wrapper's types to OptimWrapper"
            )
        return built

    Runner.build_optim_wrapper = build_optim_wrapper
