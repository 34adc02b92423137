#!/usr/bin/env bash
# Fresh clone -> environment -> the whole test suite. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash tools/setup_env.sh
echo "==> running the tests"
status=0
.venv/bin/python -m pytest "$@" || status=$?
echo "==> run_tests.sh took $SECONDS s"
exit $status
