#!/bin/sh
# Runs the clients of Tests/Engines, real engines among them, against a clutch that was built with the trait Server.
# usage: Scripts/test-engines.sh CLUTCH [databend|spark|clickhouse|risingwave]...
# Prints a line for each check and for each engine; ends with 1 if one failed.
set -u
clutch=$(realpath "$1") || exit 2
shift
cd "$(dirname "$0")/.." || exit 2
[ $# -gt 0 ] || set -- risingwave databend clickhouse spark
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
summary=""
failed=0

for engine in "$@"; do
  case "$engine" in
    risingwave) environment=pyarrow client=Tests/Engines/risingwave_messages.py ;;
    *) environment=$engine client="Tests/Engines/${engine}_client.py" ;;
  esac
  echo "== $engine"
  if ! python=$(Scripts/engines.sh "$environment"); then
    summary="$summary$engine: its environment cannot be made\n"
    failed=1
    continue
  fi
  # Each client has a deadline of its own, and ends what it has started; this is for one that cannot.
  begun=$(date +%s)
  timeout -k 10 900 "$python" "$client" "$clutch" >"$log/out" 2>"$log/err"
  code=$?
  cat "$log/out"
  [ $code -eq 0 ] || { failed=1; tail -n 30 "$log/err"; }
  counts=$(grep '^[0-9]* passed, ' "$log/out" | tail -n 1)
  summary="$summary$engine: ${counts:-ended with $code before its last check} ($(($(date +%s) - begun)) s)\n"
done
echo "=="
printf '%b' "$summary"
exit $failed
