#!/usr/bin/env bash
# mutate-vectors.sh [NUMBER]...: breaks kernels of vectorised functions in one place after the other, and says which of these
# faults the tests do not notice. Each takes a build. Ends with status 1 if there is one.
#
# A line: the file in Sources/VectorizedPython, what stands there, and what is put in its place.
set -euo pipefail
cd "$(dirname "$0")/.."
mutations=$(cat <<'END'
Kernels/IntegerKernels.swift|return (rest != 0 && (rest ^ right) < 0 ? rest &+ right : rest, false)|return (rest, false)
Kernels/IntegerKernels.swift|if right == 0 \|\| (right == -1 && left == .min) { return (0, true) }|if right == 0 { return (0, true) }; if right == -1 { return (0 &- left, false) }
Kernels/IntegerKernels.swift|return (shifted, shifted &>> right != left)|return (shifted, shifted < 0)
Kernels/IntegerKernels.swift|(left &>> Swift.min(right, 63), right < 0)|(left &>> right, right < 0)
Kernels/ComparisonKernels.swift|if left != floor { return left < floor ? -1 : 1 }|if Double(left) != whole { return Double(left) < whole ? -1 : 1 }
Kernels/FloatKernels.swift|left.magnitude > limit \|\| right.magnitude > limit|left.magnitude > limit
Kernels/ConversionKernels.swift|whole(value.rounded(.toNearestOrEven))|whole(value.rounded())
Kernels/ConversionKernels.swift|return (fits ? Int64(value) : 0, !fits)|return (fits ? Int64(value) : 0, false)
Kernels/TextKernels.swift|byte == 32 \|\| byte &- 9 < 5 \|\| byte &- 28 < 4|byte == 32 \|\| byte &- 9 < 5
Kernels/TextKernels.swift|for place in 0..<self.count { count &+= Int8(bitPattern: start[place]) > -65 ? 1 : 0 }|count = self.count
Kernels/TextKernels.swift|(low &+ ones &* (128 - 28)) ^ (low &+ ones &* (128 - 33))|(low &+ ones &* (128 - 28)) ^ (low &+ ones &* (128 - 32))
Kernels/TextNumberKernels.swift|case 9...16:|case 9...17:
Kernels/TextNumberKernels.swift|return others & uppers == 0 ? Int64(digits) : -1|return Int64(digits)
Registers/Texts.swift|return first \| (last ^ right.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)) == 0|return first == 0
Registers/Texts.swift|gaps \|= count == 0 ? 0 : start ^ next|gaps \|= 0
Columns/ColumnNulls.swift|UInt64(raw.load(fromByteOffset: 8, as: UInt8.self)) &<< (64 &- shift)|0
Kernels/TextMakingKernels.swift|let left = pad / 2 + (pad & width & 1)|let left = pad / 2
Kernels/TextMakingKernels.swift|if exponent > -4, exponent <= 16 {|if exponent > -4, exponent <= 17 {
Kernels/CaseKernels.swift|(low &+ (ones &* 0x3F)) ^ (low &+ (ones &* 0x25))|(low &+ (ones &* 0x3F)) ^ (low &+ (ones &* 0x26))
Kernels/MathKernels.swift|(Int64(truncatingIfNeeded: a), a > UInt64(Int64.max))|(Int64(truncatingIfNeeded: a), false)
Program/Lanes+Execution.swift|nos &+= 1 &- isTrue|nos &+= isTrue == 0 && row != 1000 ? 1 : 0
END
)
number=0 missed=0
while IFS= read -r line; do
  number=$((number + 1))
  if [ $# -gt 0 ] && ! [[ " $* " == *" $number "* ]]; then continue; fi
  line=${line//\\|/$'\x01'}
  IFS='|' read -r file old new <<< "$line"
  old=${old//$'\x01'/|} new=${new//$'\x01'/|}
  path=Sources/VectorizedPython/$file
  grep -qF -- "$old" "$path" || { echo "$number: '$old' is not in $file" >&2; exit 2; }
  cp "$path" "$path.whole"
  trap 'mv "$path.whole" "$path"' EXIT
  text=$(cat "$path.whole")
  printf "%s\n" "${text/"$old"/"$new"}" > "$path"
  swift build --build-tests > /dev/null 2>&1 || { echo "$number: $file: does not build"; exit 2; }
  if swift test --skip-build --filter '^VectorizedPythonTests\.(OperationTests|CorpusTests|FuzzTests|ShortcutTests)' > /dev/null 2>&1; then
    echo "$number: $file: not noticed: $new"
    missed=$((missed + 1))
  else
    echo "$number: $file: noticed"
  fi
  mv "$path.whole" "$path"
  trap - EXIT
done <<< "$mutations"
[ "$missed" -eq 0 ]
