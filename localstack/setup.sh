#!/usr/bin/env bash
# Makes the Python environments of the emulators: .venv/localstack and .venv/moto in the project root.
#
#   localstack/setup.sh [localstack] [moto]      (both when none is named)
#
# An environment is built again when its requirements change. Set PYTHON to choose the interpreter (3.11 to 3.13).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venvs=$(dirname "$here")/.venv
building=
lock=
child=

say() { echo "setup: $*" >&2; }
die() { say "$*"; exit 1; }

# Runs a command so that a signal need not wait for its end.
run() {
    local status=0
    "$@" &
    child=$!
    wait "$child" || status=$?
    child=
    return "$status"
}

cleanup() {
    if [ -n "$child" ]; then
        kill "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    if [ -n "$building" ]; then rm -rf "$building"; fi
    if [ -n "$lock" ]; then rm -rf "$lock"; fi
}
trap cleanup EXIT
trap 'say "interrupted"; exit 130' INT
trap 'say "interrupted"; exit 143' TERM HUP

# Prints the first interpreter that can do it.
find_python() {
    local candidate tried=
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; then
            if "$candidate" -c 'import venv, ensurepip' >/dev/null 2>&1; then
                echo "$candidate"
                return 0
            fi
            say "$candidate has no venv module (on Debian and Ubuntu: apt install python3-venv)"
        fi
        tried="$tried $candidate"
    done
    say "no usable Python: version 3.11, 3.12 or 3.13 with its venv module is needed${tried:+; tried:$tried}"
    say "install one, or name it: PYTHON=/path/to/python3.11 $0"
    return 1
}

# One build at a time. A lock whose owner is gone is taken over.
take_lock() {
    local dir=$venvs/.setup.lock owner
    mkdir -p "$venvs"
    while ! mkdir "$dir" 2>/dev/null; do
        owner=$(cat "$dir/pid" 2>/dev/null || true)
        if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
            rm -rf "$dir"
        elif [ -z "$owner" ] && [ -n "${waited:-}" ]; then
            rm -rf "$dir" # Killed between making the lock and signing it.
        else
            [ -n "${waited:-}" ] || say "waiting for another setup (process ${owner:-unknown})"
            waited=1
            sleep 1
        fi
    done
    lock=$dir
    echo $$ >"$dir/pid"
}

fingerprint() { # NAME
    case $1 in
    localstack) cat "$here/requirements.txt" "$here"/plugin/*.toml "$here"/plugin/*.py | cksum ;;
    moto) cat "$here/requirements-moto.txt" | cksum ;;
    esac
}

is_current() { # NAME
    [ -x "$venvs/$1/bin/python" ] && [ "$(cat "$venvs/$1/.stamp" 2>/dev/null)" = "$(fingerprint "$1")" ]
}

pip_install() { # NAME ARGUMENTS...
    local python=$venvs/$1/bin/python
    shift
    run "$python" -m pip --disable-pip-version-check --no-input install --quiet --progress-bar off "$@"
}

build() { # NAME
    local name=$1 dir=$venvs/$1 requirements=$here/requirements.txt
    [ "$name" = moto ] && requirements=$here/requirements-moto.txt
    [ -n "${python:-}" ] || python=$(find_python)
    say "$name: making $dir with $("$python" --version 2>&1)"
    building=$dir
    rm -rf "$dir"
    run "$python" -m venv "$dir" || die "$name: cannot make a virtual environment in $dir"
    say "$name: installing $(grep -c == "$requirements") packages (about a minute)"
    pip_install "$name" -r "$requirements" || die "$name: pip failed, see above; a package index must be reachable"
    if [ "$name" = localstack ]; then
        # From a copy: the build leaves files beside its sources.
        mkdir "$dir/plugin-src"
        cp "$here"/plugin/*.toml "$here"/plugin/*.py "$dir/plugin-src/"
        pip_install "$name" --no-index --no-deps --no-build-isolation "$dir/plugin-src" || die "$name: cannot install the plugin"
        rm -rf "$dir/plugin-src"
    fi
    fingerprint "$name" >"$dir/.stamp"
    building=
    say "$name: ready"
}

[ $# -gt 0 ] || set -- localstack moto
for name in "$@"; do
    case $name in
    localstack | moto) ;;
    *) die "usage: $0 [localstack] [moto]" ;;
    esac
done
for name in "$@"; do
    if is_current "$name"; then
        say "$name: up to date"
        continue
    fi
    [ -n "$lock" ] || take_lock
    is_current "$name" || build "$name"
done
