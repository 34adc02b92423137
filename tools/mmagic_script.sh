#!/usr/bin/env bash
# Runs one of the shell scripts that MMagic installs as if it lay in this folder, so that it starts our train.py and
# test.py. The first argument is its name, the others are its own.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
if [ -z "${VIRTUAL_ENV:-}" ] && [ -x "$here/../.venv/bin/python" ]; then
    PATH=$(cd "$here/../.venv/bin" && pwd):$PATH
fi
script=$(python -c 'from ssrgan_plugin.mmagic_tools import tools_dir; print(tools_dir())')/$1
exec bash -c "$(<"$script")" "$here/$1" "${@:2}"
