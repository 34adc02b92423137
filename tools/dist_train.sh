#!/usr/bin/env bash
# Trains with several processes, by MMagic's own dist_train.sh; each takes a GPU, or a share of the CPU without one.
# Several machines: the same command on each, with NNODES, NODE_RANK, MASTER_ADDR and PORT set.
[ $# -ge 2 ] || { echo "usage: dist_train.sh CONFIG GPUS [train.py options]" >&2; exit 2; }
exec bash "$(dirname "$0")/mmagic_script.sh" dist_train.sh "$@"
