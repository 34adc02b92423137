"""What MMagic's models count their steps in, to take turns with a discriminator: no checkpoint holds it."""

from math import ceil

from torch.nn import Module


def go_on_counting(model: Module, iterations: int) -> None:
    """Sets the counts to what they are after so many iterations."""
    from mmagic.models.base_models import OneStageInpaintor
    from mmagic.models.editors import SRGAN
    from mmagic.models.editors.global_local import GLInpaintor

    model = unwrapped(model)
    if isinstance(model, SRGAN):
        model.step_counter.fill_(iterations)
    elif isinstance(model, GLInpaintor):
        begin, threshold = model.train_cfg['start_iter'], model.train_cfg['iter_tc']
        model.cur_iter = begin + iterations
        judged = min(iterations, max(model.cur_iter - 1 - threshold, 0))
        model.disc_step_count = judged % max(model.train_cfg['disc_step'], 1)
    elif isinstance(model, OneStageInpaintor):
        model.disc_step_count = iterations % max((model.train_cfg or {}).get('disc_step', 1), 1)


def generator_waits(model: Module, iterations: int) -> bool:
    """Whether an SRGAN's discriminator alone has learned in so many iterations."""
    model = unwrapped(model)
    every, begin = getattr(model, 'disc_steps', 1), getattr(model, 'disc_init_steps', 0)
    return iterations <= ceil(begin / every) * every


def unwrapped(model: Module) -> Module:
    from mmengine.model import is_model_wrapper

    return model.module if is_model_wrapper(model) else model
