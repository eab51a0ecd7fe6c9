#!/bin/sh
# Runs uv with the arguments given. Fetches it from PyPI into .tools/uv when it is not on PATH, and tells
# it of a Python 3.13 that it would not find by itself. Needs a Python 3.9 or later for the fetching.
set -u
version=0.13.9
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
home=$root/.tools/uv

fail() { echo "$1" >&2; exit 1; }

fetch() {
    for python in python3 python; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null && break
        python=
    done
    [ -n "$python" ] || fail "Neither uv nor a Python 3.9 or later was found; install one of them first."
    echo "Fetching uv $version from PyPI into .tools/uv" >&2
    rm -rf "$home" && mkdir -p "$home"
    pip="-m pip install --quiet --disable-pip-version-check"
    {
        "$python" -m venv "$home/venv" && "$home/venv/bin/python" $pip "uv==$version" ||
            { rm -rf "$home/venv"; "$python" $pip --target "$home/lib" "uv==$version"; }
    } >"$home/log" 2>&1 || fail "uv could not be fetched from PyPI; the reason is in .tools/uv/log."
}

find_uv() {
    for uv in "$home/venv/bin/uv" "$home/lib/bin/uv"; do
        [ -x "$uv" ] && return 0
    done
    return 1
}

if ! uv=$(command -v uv 2>/dev/null) || ! "$uv" --version >/dev/null 2>&1; then
    find_uv || { fetch && find_uv; } || fail "uv could not be installed; see .tools/uv/log."
fi

if [ -z "${UV_PYTHON:-}" ]; then
    for python in python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python3.13; do
        # a shim on PATH may exist and still refuse, so it is asked to run
        if "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' >/dev/null 2>&1; then
            UV_PYTHON=$("$python" -c 'import sys; print(sys.executable)')
            export UV_PYTHON
            break
        fi
    done
fi
exec "$uv" "$@"
