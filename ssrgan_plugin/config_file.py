from pathlib import Path
from typing import Union

from mmengine.config import Config

from .errors import InputError


def read_config(path: Union[str, Path]) -> Config:
    """Reads a config that a model can be built and tested from.

    Raises:
        OSError: if there is no such file.
        InputError: naming the file, if it cannot be read or has no model or test data.
    """
    try:
        cfg = Config.fromfile(path)
    except (OSError, InputError):
        raise
    except Exception as error:  # it may be Python, with any error in it
        reason = (str(error).strip().splitlines() or [''])[0]
        raise InputError(f'{path} cannot be read as a config ({type(error).__name__}: {reason}): mend it, or name one '
                         'such as those in configs/') from error
    for part in ('model', 'test_dataloader'):
        if part not in cfg:
            raise InputError(f'{path} has no {part}: name a whole config, such as those in configs/')
    return cfg
