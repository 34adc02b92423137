#!/usr/bin/env bash
# Trains on a Slurm cluster, by MMagic's own slurm_train.sh, from the root of this repository.
# GPUS, GPUS_PER_NODE, CPUS_PER_TASK and SRUN_ARGS are as in MMagic.
[ $# -ge 4 ] || { echo "usage: slurm_train.sh PARTITION JOB_NAME CONFIG WORK_DIR [train.py options]" >&2; exit 2; }
[ -e tools/slurm_train.sh ] || { echo "slurm_train.sh: run it from the root of the repository" >&2; exit 2; }
exec bash tools/mmagic_script.sh slurm_train.sh "$@"
