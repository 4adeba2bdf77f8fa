#!/usr/bin/env bash
# fuzz-vectors.sh CLUTCH SECONDS [FIRST SEED]: random typed programs, without Python and by Python, until the time is over.
#
# Programs with a difference stay in .data/fuzz-vectors, with what was found beside them.
set -euo pipefail
cd "$(dirname "$0")/.."
clutch=$1 seconds=$2 seed=${3:-$(date +%s)}
folder=.data/fuzz-vectors
mkdir -p "$folder"
end=$((SECONDS + seconds)) programs=0 rows=0 differences=0
while [ "$SECONDS" -lt "$end" ]; do
  file=$folder/seed$seed.py
  python3 Tests/VectorizedPythonTests/Files/programs.py "$seed" > "$file"
  if timeout 600 "$clutch" verify "$file" --rows 5000 --seed "$seed" > "$file.txt" 2>&1; then
    rows=$((rows + $(sed -n 's/.*: \([0-9]*\) rows.*/\1/p' "$file.txt" | paste -sd+ - | bc)))
    rm "$file" "$file.txt"
  else
    differences=$((differences + 1))
    echo "seed $seed: see $file.txt"
    head -3 "$file.txt"
  fi
  programs=$((programs + 6)) seed=$((seed + 1))
done
echo "$programs programs, $rows rows, $differences with a difference"
[ "$differences" -eq 0 ]
