#!/usr/bin/env bash
# Runs moto server in the foreground on 127.0.0.1.
#
#   localstack/start-moto.sh [--port N]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venvs=$(dirname "$here")/.venv
port=5000

usage() { echo "usage: $0 [--port N]" >&2; exit 2; }
while [ $# -gt 0 ]; do
    case $1 in
    --port) [ $# -gt 1 ] || usage; port=$2; shift 2 ;;
    --port=*) port=${1#--port=}; shift ;;
    *) usage ;;
    esac
done
case $port in '' | *[!0-9]*) usage ;; esac

if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    echo "start: something listens on 127.0.0.1:$port already; choose another port with --port" >&2
    exit 1
fi
"$here/setup.sh" moto &
setup=$!
trap 'kill "$setup" 2>/dev/null; wait "$setup"; exit 143' INT TERM HUP
wait "$setup"
trap - INT TERM HUP

unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_ENDPOINT_URL PYTHONPATH PYTHONHOME
exec "$venvs/moto/bin/python" -P -m moto.server --host 127.0.0.1 --port "$port"
