#!/bin/sh
# Starts clutch serve with the test functions, and sends it requests that are wrong in some places.
# usage: Scripts/fuzz.sh CLUTCH SECONDS [SEED]
set -eu
clutch=$1
seconds=$2
seed=${3:-}
cd "$(dirname "$0")/.."
log=$(mktemp)
"$clutch" serve --port 0 --log-level notice Tests/ServerTests/Files/functions.py > /dev/null 2> "$log" &
server=$!
trap 'kill $server 2> /dev/null || true; rm -f "$log"' EXIT
for _ in $(seq 600); do
  address=$(sed -n 's/.* for each file at \([0-9.:]*\)$/\1/p' "$log")
  [ -z "$address" ] || break
  kill -0 $server || { cat "$log" >&2; exit 1; }
  sleep 0.1
done
.venv-server/bin/python Tests/ServerTests/Client/fuzz.py "$address" "$seconds" $seed
kill -0 $server || { tail -50 "$log" >&2; echo "the server is gone" >&2; exit 1; }
