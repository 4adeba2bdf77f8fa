#!/bin/sh
# Runs the stress tests, and those of threads, of memory and of functions, under Thread Sanitizer and Address
# Sanitizer (Linux).
#
#   Scripts/sanitize.sh [thread] [address]     both by default
#
# What each can and cannot see: docs/reliability.md. Fails when a test fails or a sanitizer has something to say.
set -eu
cd "$(dirname "$0")/.."

lifecycles='ThreadConfinementTests|LifecycleTests|ProtectedPagesTests|ExitTests|ExitAtEdgesTests|ProcessEndTests|ErrnoTests'
pools='UDFRegistryTests|UDFPoolTests|UDFPoolClosingTests|HostQueueTests|ThreadedUDFInterpreterTests|DeadlineTests|ExitWithPoolsTests'
stack='a thread whose stack is used up says so'
told='LogTests|LogLimitTests|MetricsTests|TracingTests|RegistryTelemetryTests'
# Of `PythonUDFTests` alone: other targets have suites of the same names.
kinds='PythonUDFTests\.(KindGuardTests|TableTests|AggregateTests|Batch[A-Za-z]*Tests|Async[A-Za-z]*Tests|ConcurrentPlacesTests|InstanceTests)'
memory='PythonUDFTests\.(TableTests|AggregateTests|BatchColumnTests|BatchBufferTests|BatchStreamTests)'
# What reads and writes memory by addresses. Not the reader of stacks, which reads what may be freed, and looks at it before
# it believes it.
addresses='VectorizedPythonTests\.(ShortcutTests|PartsTests|AttemptTests|DateTests|ConstantTests|OperationTests|CorpusTests|RerunTests)|DuckDBEngineTests\.AggregateFunctionTests'
engine='DuckDBEngineTests\.(AggregateFunctionTests|TableFunctionTests|BatchFunctionTests|AsyncSQLTests)'

# run <folder of the build> <tests> <tests not to run>
run() {
  # The processes that tests start for themselves report too: hence files.
  reports=$PWD/$1/reports
  rm -rf "$reports"
  mkdir -p "$reports"
  status=0
  TSAN_OPTIONS="log_path=$reports/report" ASAN_OPTIONS="detect_leaks=0:log_path=$reports/report" \
    LD_PRELOAD=${locks:-} "$1/debug/clutchPackageTests.xctest" --testing-library swift-testing --no-parallel \
    --filter "$2" --skip "$3" || status=$?
  for report in "$reports"/*; do
    [ -e "$report" ] || continue
    cat "$report"
    status=1
  done
  return $status
}

for sanitizer in ${*:-thread address}; do
  case $sanitizer in
  thread)
    swift build --build-tests --sanitize=thread --scratch-path .build/tsan
    locks=$PWD/.build/tsan/locks.so
    clang -O1 -fPIC -shared -o "$locks" Scripts/sanitize-locks.c
    # Thread Sanitizer's own stack of calls has room for 65,536, and it ends a process that has no stack left by itself.
    run .build/tsan "$lifecycles|$pools|$told|$kinds|$engine" "has room for deep recursion|$stack"
    ;;
  address)
    swift build --build-tests --sanitize=address --scratch-path .build/asan
    locks=
    # What tells that data is not there is that its pages are not, and here nearly all of them are the sanitizer's own.
    # Freed memory is kept for a while to find late accesses: this test would measure that.
    run .build/asan "ColumnarTests|ArrowIPCTests|MemoryUsageTests|$lifecycles|$pools|$told|$memory|$addresses" \
      "a list that always has callers waiting|ImpossibleLengthTests|$stack"
    ;;
  *)
    echo "thread or address, not $sanitizer" >&2
    exit 2
    ;;
  esac
done
