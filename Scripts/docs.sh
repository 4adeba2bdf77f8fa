#!/usr/bin/env bash
# Builds the documentation site of all libraries, for static hosting, into .build/docs or the folder given. The umbrella's module
# hands on those of the others, so one catalogue has all symbols, and every link of a page is checked.
# usage: Scripts/docs.sh [FOLDER [BASE_PATH]]
set -euo pipefail
cd "$(dirname "$0")/.."
output=${1:-.build/docs}
base=${2:-clutch}

swift build --target Clutch
build=$(swift build --show-bin-path)
maps=()
for map in "$build"/C*.build/module.modulemap; do maps+=(-Xcc "-fmodule-map-file=$map"); done
# What the umbrella exports, as it says it itself.
modules=$(sed -n 's/.*@_exported public import \([A-Za-z]*\).*/\1/p' Sources/Clutch/Clutch.swift | paste -sd,)
tool() { if command -v xcrun > /dev/null; then xcrun "$@"; else "$@"; fi; }

graphs=$(mktemp -d)
trap 'rm -rf "$graphs"' EXIT
tool swift-symbolgraph-extract -module-name Clutch -I "$build/Modules" "${maps[@]}" \
  -target "$(swift -print-target-info | sed -n 's/.*"triple": "\(.*\)",/\1/p' | head -1)" -minimum-access-level public \
  -experimental-allowed-reexported-modules="$modules" -skip-inherited-docs -skip-synthesized-members -output-dir "$graphs"
rm -rf "$output"
tool docc convert Sources/Clutch/Clutch.docc --additional-symbol-graph-dir "$graphs" --output-path "$output" \
  --transform-for-static-hosting --hosting-base-path "$base" --fallback-display-name Clutch \
  --fallback-bundle-identifier clutch.documentation --warnings-as-errors
echo "The documentation is in $output: $(find "$output" -name '*.html' | wc -l) pages."
