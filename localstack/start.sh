#!/usr/bin/env bash
# Runs LocalStack in the foreground, as a plain process, on 127.0.0.1.
#
#   localstack/start.sh [--port N] [--seed]
#
# With --seed the resources of seed.py are made as soon as it answers.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venvs=$(dirname "$here")/.venv
port=4566
seed=

usage() { echo "usage: $0 [--port N] [--seed]" >&2; exit 2; }
while [ $# -gt 0 ]; do
    case $1 in
    --port) [ $# -gt 1 ] || usage; port=$2; shift 2 ;;
    --port=*) port=${1#--port=}; shift ;;
    --seed) seed=yes; shift ;;
    *) usage ;;
    esac
done
case $port in '' | *[!0-9]*) usage ;; esac

if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    echo "start: something listens on 127.0.0.1:$port already; choose another port with --port" >&2
    exit 1
fi
"$here/setup.sh" localstack &
setup=$!
trap 'kill "$setup" 2>/dev/null; wait "$setup"; exit 143' INT TERM HUP
wait "$setup"
trap - INT TERM HUP

# All that an instance writes goes here, a folder for each port, so several can run side by side.
state=$venvs/state/localstack-$port
rm -rf "$state"
mkdir -p "$state/home"

unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_ENDPOINT_URL AWS_SESSION_TOKEN
unset LOCALSTACK_AUTH_TOKEN LOCALSTACK_API_KEY SERVICES
export HOME="$state/home" # Its list of plugins is cached below HOME and could be that of an older environment.
unset XDG_CACHE_HOME PYTHONPATH PYTHONHOME
export OVERRIDE_IN_DOCKER=0          # Inside a container it would write to /var/lib and /etc instead.
export FILESYSTEM_ROOT="$state/root"
export GATEWAY_LISTEN="127.0.0.1:$port"
export LOCALSTACK_HOST="127.0.0.1:$port"
export SQS_ENDPOINT_STRATEGY=off     # Queue URLs name the address above, not a public DNS name.
export DISABLE_EVENTS=1              # No usage statistics.
export SKIP_SSL_CERT_DOWNLOAD=1      # A self-signed certificate instead of a downloaded one.
export DNS_ADDRESS=0                 # No DNS server.
export DOCKER_SOCK=/nonexistent      # No container engine.
export DOCKER_HOST=unix:///nonexistent
export SQS_DISABLE_CLOUDWATCH_METRICS=1
export PYTHONDONTWRITEBYTECODE=1

python=$venvs/localstack/bin/python
if [ -n "$seed" ]; then
    # Detached, so that LocalStack has no child that it does not know; it ends when LocalStack does.
    ("$python" "$here/seed.py" --endpoint "http://127.0.0.1:$port" --wait 60 --while-pid $$ &)
fi
exec "$python" -P -m localstack.runtime.main
