"""All adaptations at once."""

from functools import cache

from .cpu_mixed_precision import mixed_precision_without_gpu
from .cpu_processes import run_processes_without_gpu
from .missing_ops import stand_in_for_mmcv_ops
from .moved_names import restore_dropped_names
from .safe_checkpoints import load_own_checkpoints
from .whole_checkpoints import save_checkpoints_whole


@cache
def apply() -> None:
    """Applies every adaptation, once, those first that MMagic's own imports need."""
    restore_dropped_names()
    stand_in_for_mmcv_ops()
    load_own_checkpoints()
    save_checkpoints_whole()
    run_processes_without_gpu()
    mixed_precision_without_gpu()
