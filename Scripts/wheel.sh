#!/usr/bin/env bash
# Builds the wheel into dist: a release build with the Swift runtime in it, in a folder of its own, as other linker options and
# traits build everything anew.
# usage: [TRAITS=DuckDB,Server] Scripts/wheel.sh
set -euo pipefail
cd "$(dirname "$0")/.."

swift build -c release --product clutch --static-swift-stdlib --scratch-path .build-wheel --traits "${TRAITS:-DuckDB,Server}" -Xlinker -s \
  -Xlinker --no-export-dynamic
rm -f dist/clutch_udf-*.whl
"$(.build-wheel/release/clutch doctor --print-python)" Packaging/wheel.py .build-wheel/release/clutch dist
