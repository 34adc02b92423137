#!/usr/bin/env bash
# Makes .venv: the pinned environment of requirements/lock.txt with this package in it (editable).
#   PYTHON=...    the CPython 3.11 to build it from (default: python3.11, else python3)
#   WITH_OPS=1    compile full MMCV with its ops instead of installing mmcv-lite (15 to 25 minutes on two cores)
# Does nothing when the environment is ready; an interrupted run is repaired by the next.
set -euo pipefail
[ $# = 0 ] || { sed -n '2,5s/^# //p' "$0"; [ "$1" = --help ] && exit || exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."

venv=$PWD/.venv
building=$venv.building     # there from the first step to the last: a leftover means an interrupted run
ready=$venv/.ssrgan-ready        # what the finished environment was made from

fail() { echo "setup_env.sh: $*" >&2; exit 1; }
say() { echo "==> $*"; }

# One at a time; the lock ends with the process, however that ends.
if command -v flock >/dev/null; then
    exec 9<requirements/lock.txt
    flock -n 9 || { say "waiting for another run of setup_env.sh"; flock 9; }
fi

ops=${WITH_OPS:-$(grep -qx 'ops 1' "$ready" 2>/dev/null && echo 1 || echo 0)}
recipe="$(cat requirements/{lock,mmcv,mmcv-lite}.txt pyproject.toml setup.py tools/setup_env.sh | sha256sum)
venv $venv
ops $ops"

if [ -e "$ready" ] && [ "$(cat "$ready")" = "$recipe" ] && "$venv/bin/python" -c '' 2>/dev/null; then
    say "environment ready: $venv"
    exit 0
fi

start=$SECONDS
if { [ -e "$building" ] && [ -e "$venv" ]; } || { [ -e "$ready" ] && ! grep -qxF "venv $venv" "$ready"; }; then
    say "removing the unfinished or moved environment in $venv"
    touch "$building"
    rm -rf "$venv"
elif [ -e "$venv" ] && [ ! -e "$ready" ]; then
    fail "$venv exists, and this script did not make it: move it away, then try again"
fi

if [ ! -e "$venv" ]; then
    is_311='import sys; raise SystemExit(sys.version_info[:2] != (3, 11))'
    for python in ${PYTHON:-python3.11 python3}; do
        "$python" -c "$is_311" 2>/dev/null && break
        python=
    done
    [ -n "$python" ] || fail "needs Python 3.11 (the lock's version): install it, or name it as PYTHON=/path/to/python3.11"
    say "making $venv with $("$python" --version)"
    touch "$building"
    # Debian keeps ensurepip in a package of its own (python3-venv); pip itself can fill in for it.
    if "$python" -c 'import ensurepip' 2>/dev/null; then
        "$python" -m venv "$venv"
    else
        "$python" -m venv --without-pip "$venv"
        "$python" -m pip --python "$venv/bin/python" install -qq pip \
            || fail "needs pip for $python: on Debian and Ubuntu, apt-get install python3-pip"
    fi
fi
touch "$building"
rm -f "$ready"

# In a terminal pip shows its downloads; in a log it would fill pages.
[ -t 1 ] && quiet= || quiet=-qq
pip() { "$venv/bin/python" -m pip --disable-pip-version-check "$@"; }
say "installing the lock (torch brings several GB; a later run takes them from pip's cache)"
pip install $quiet -r requirements/lock.txt
# MMagic's dependencies ask for three builds of OpenCV that share one folder: let the one win that needs no libGL.
pip install $quiet --force-reinstall --no-deps "$(grep '^opencv-python-headless==' requirements/lock.txt)"
# MMCV comes in two packages that share one folder, so one has to go before the other comes.
if [ "$ops" = 1 ]; then
    mmcv=mmcv other=mmcv-lite
    say "compiling MMCV with its ops"
else
    mmcv=mmcv-lite other=mmcv
fi
pip uninstall -qq -y "$other"
CFLAGS="${CFLAGS--O1 -g0}" pip install $quiet --no-build-isolation -r "requirements/$mmcv.txt"
pip install $quiet --no-deps --no-build-isolation -e .
pip check

echo "$recipe" >"$ready"
rm "$building"
say "environment ready: $venv ($((SECONDS - start)) s)"
