#!/usr/bin/env bash
# Fresh clone -> environment -> the whole test suite. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash tools/setup_env.sh
echo "==> running the tests"
status=0
# One process a core, each with one thread: most of the time goes into imports, which take one.
OMP_NUM_THREADS=1 .venv/bin/python -m pytest -n auto --dist worksteal "$@" || status=$?
echo "==> run_tests.sh took $SECONDS s"
exit $status
