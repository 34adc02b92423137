from pathlib import Path
from typing import Union

from mmengine.config import Config

from .errors import InputError


def read_config(path: Union[str, Path]) -> Config:
    """Reads a config that a model can be built and tested from.

    Raises:
        InputError: naming the file, if it does not exist, cannot be read or has no model or test data.
    """
    if not Path(path).is_file():
        raise InputError(f'{path} is no file: name a config such as those in configs/')
    try:
        cfg = Config.fromfile(path)
    except InputError:
        raise
    except Exception as error:  # it may be Python, with any error in it
        reason = (str(error).strip().splitlines() or [''])[0]
        raise InputError(
            f'{path} cannot be read as a config ({type(error).__name__}: {reason}): mend it, or name one '
            'such as those in configs/'
        ) from error
    for part in ('model', 'test_dataloader'):
        if not cfg.get(part):
            raise InputError(f'{path} has no {part}: name a whole config, such as those in configs/')
    return cfg
