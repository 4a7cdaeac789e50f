#!/usr/bin/env bash
# Makes what the tests of the page need: .venv/page in the project root, and Chromium where we may install it.
#
#   tests/page/setup.sh
#
# The environment is built again when its requirements change. Set PYTHON to choose the interpreter (3.11 to 3.13).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv=$(dirname "$(dirname "$here")")/.venv/page

say() { echo "setup: $*" >&2; }
die() { say "$*"; exit 1; }

fingerprint() { cksum <"$here/requirements.txt"; }

is_current() { [ -x "$venv/bin/python" ] && [ "$(cat "$venv/.stamp" 2>/dev/null)" = "$(fingerprint)" ]; }

usable='import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

# Prints the first interpreter that can do it.
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
        if "$candidate" -c "$usable" >/dev/null 2>&1; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

have_browser() { [ -x "${CHROMIUM:-/usr/bin/chromium}" ]; }

install_browser() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        say "there is no ${CHROMIUM:-/usr/bin/chromium}: install Chromium (on Debian: apt install chromium)"
        die "or name it: CHROMIUM=/path/to/chromium"
    fi
    say "installing Chromium (about a minute)"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null || die "apt-get update failed, see above"
    apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null ||
        die "apt-get cannot install chromium, see above"
    have_browser || die "chromium is installed and still there is no ${CHROMIUM:-/usr/bin/chromium}"
}

build() {
    local python
    python=$(find_python) || die "no usable Python: 3.11, 3.12 or 3.13 with its venv module is needed; name it: PYTHON=…"
    say "making $venv with $("$python" --version 2>&1)"
    rm -rf "$venv"
    "$python" -m venv "$venv" || die "cannot make a virtual environment in $venv"
    "$venv/bin/python" -m pip --disable-pip-version-check --no-input install --quiet --progress-bar off \
        -r "$here/requirements.txt" ||
        die "pip failed, see above; a package index must be reachable"
    fingerprint >"$venv/.stamp"
}

mkdir -p "$(dirname "$venv")"
# One at a time.
if command -v flock >/dev/null; then
    exec 9>"$venv.lock"
    flock 9
fi
have_browser || install_browser
is_current || build
say "ready"
