#!/usr/bin/env bash
# Evaluates with several processes, by MMagic's own dist_test.sh.
[ $# -ge 3 ] || { echo "usage: dist_test.sh CONFIG CHECKPOINT GPUS [test.py options]" >&2; exit 2; }
exec bash "$(dirname "$0")/mmagic_script.sh" dist_test.sh "$@"
