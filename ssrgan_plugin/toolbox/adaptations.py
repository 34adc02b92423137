"""All adaptations at once."""

from functools import cache

from .cpu_mixed_precision import mixed_precision_without_gpu
from .cpu_processes import run_processes_without_gpu
from .missing_ops import stand_in_for_mmcv_ops
from .moved_names import restore_dropped_names
from .quiet_imports import silence_imports
from .resuming import resume_as_data
from .safe_checkpoints import load_checkpoints_as_data
from .single_precision import refuse_idle_mixed_precision
from .testing_alone import let_tests_run_alone
from .whole_checkpoints import save_checkpoints_whole
from .work_dirs import guard_work_dirs


@cache
def apply() -> None:
    """Applies every adaptation, once, those first that MMagic's own imports need."""
    silence_imports()
    restore_dropped_names()
    stand_in_for_mmcv_ops()
    load_checkpoints_as_data()
    save_checkpoints_whole()
    resume_as_data()
    guard_work_dirs()
    let_tests_run_alone()
    run_processes_without_gpu()
    mixed_precision_without_gpu()
    refuse_idle_mixed_precision()
