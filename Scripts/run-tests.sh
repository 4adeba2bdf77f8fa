#!/usr/bin/env bash
# Runs `swift test` with the options given, and repeats at the end what failed: among the lines of some thousand tests that run
# beside each other nobody finds it, and who keeps the end of a log only would not even have it.
set -uo pipefail
cd "$(dirname "$0")/.."

# Without a limit all tests begin at once, and each step of a task of theirs waits for a step of all the others: minutes.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=${SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH:-$((8 * $(getconf _NPROCESSORS_ONLN)))}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift test --skip-build "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
if [[ $status -ne 0 ]]; then
  printf '\nFailed:\n' >&2
  grep -a -A 4 -E '✘ .*(recorded an issue|[Ff]ailed|time limit)|^.*(Fatal error|Crash|Sanitizer:)' "$log" | grep -av '^✔' | tail -n 80 >&2
fi
exit "$status"
