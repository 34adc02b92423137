#!/usr/bin/env bash
# Runs one of the shell scripts that MMagic installs as if it lay in this folder, so that it starts our train.py and
# test.py. The first argument is its name, the others are its own.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
fail() { echo "$1" >&2; exit 1; }

# The environment that is active, if it has MMagic, else this repository's.
has_mmagic='import importlib.util as u; raise SystemExit(u.find_spec("mmagic") is None)'
if ! python -c "$has_mmagic" 2>/dev/null && [ -x "$here/../.venv/bin/python" ]; then
    PATH=$(cd "$here/../.venv/bin" && pwd):$PATH
fi
# MMagic's scripts do not quote their arguments.
for word in "$here" "${@:2}"; do
    [[ $word != *[[:space:]]* ]] || fail "$1: MMagic's script cannot take a space, as in \"$word\": rename the path"
done
script=$(cd "$here/.." && python -m ssrgan_plugin.toolbox.mmagic_scripts)/$1
# Their launcher in ours, in place of this process, so that who stops this one stops the training.
launch='python() {
    [ "$1 $2" != "-m torch.distributed.launch" ] || set -- -m ssrgan_plugin.toolbox.launcher "${@:3}"
    exec python "$@"
}'
exec bash -c "$launch"$'\n'"$(<"$script")" "$here/$1" "${@:2}"
