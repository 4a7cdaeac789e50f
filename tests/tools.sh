#!/usr/bin/env bash
# Installs what the tests need beside Rust and Python: Prometheus, with promtool, from Debian's or Ubuntu's packages.
set -eu

command -v prometheus >/dev/null && command -v promtool >/dev/null && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "tools: prometheus and promtool are missing: install them (on Debian and Ubuntu: apt-get install prometheus)" >&2
    exit 1
fi
echo "tools: installing prometheus"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends prometheus >/dev/null
