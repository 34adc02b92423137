#!/usr/bin/env bash
# The page's tests, in a browser. Gradio's dependencies exclude MMagic's, so .venv-web holds them over what .venv has.
# Arguments go to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash tools/setup_env.sh
venv=$PWD/.venv-web
ready=$venv/.ssrgan-ready
recipe="$(cat requirements/web.txt tools/run_web_tests.sh .venv/.ssrgan-ready)"
if [ "$(cat "$ready" 2>/dev/null)" != "$recipe" ]; then
    echo "==> making $venv"
    rm -rf "$venv"
    .venv/bin/python -m venv --without-pip "$venv"
    site() { "$1/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }
    # As this line is read before any other, what .venv-web has of a package wins over what .venv has of it.
    echo "import site; site.addsitedir('$(site "$PWD/.venv")')" >"$(site "$venv")/base.pth"
    .venv/bin/python -m pip --disable-pip-version-check --python "$venv/bin/python" install -qq --no-deps \
        --ignore-installed -r requirements/web.txt
    echo "$recipe" >"$ready"
fi
if ! command -v chromedriver >/dev/null; then
    echo "==> installing a browser"
    as_root= && [ "$(id -u)" = 0 ] || as_root=sudo
    $as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -qq -y --no-install-recommends chromium chromium-driver \
        fonts-dejavu-core >/dev/null
fi
# Above tests/web, conftest.py is for environments with MMagic.
OMP_NUM_THREADS=1 "$venv/bin/python" -m pytest --confcutdir=tests/web tests/web "$@"
