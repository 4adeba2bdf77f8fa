#!/usr/bin/env bash
# Installs a wheel into fresh environments and uses it as somebody does who has neither Swift nor this folder: the demo's query,
# `python -m clutch`, what `clutch new` makes under pytest, and the type checkers.
# usage: Scripts/check-wheel.sh WHEEL PACKAGE...   (the packages of the type checkers and of pytest)
set -euo pipefail
wheel=$(realpath "$1")
shift
folder=$(cd "$(dirname "$0")/.." && pwd)
Scripts/flights.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# Nothing of Swift's, and no Python that somebody chose; what pip needs to reach its index stays.
clean() {
  env -u CLUTCH_PYTHON -u CLUTCH_DUCKDB -u VIRTUAL_ENV -u PYTHONPATH -u PYTHONHOME PATH=/usr/local/bin:/usr/bin:/bin \
    CLUTCH_CACHE="$work/cache" "$@"
}

# The program is in the wheel, and knows which Python can run it.
python3 -m zipfile -e "$wheel" unpacked
program=$(ls unpacked/*.data/scripts/clutch)
chmod +x "$program"
python=$("$program" doctor --print-python)
"$python" -m venv venv
clean venv/bin/python -m pip install --quiet --disable-pip-version-check "$wheel[duckdb]"
rm -rf unpacked

mkdir empty
cd empty
run() { echo "$ $*" >&2; clean "$@"; }
cp "$folder/Examples/flights/delays.py" .
query="SELECT carrier, count(*) AS flights, round(avg(delay_score(dep_delay, arr_delay)), 6) AS score
  FROM read_csv('$folder/.data/flights.csv', nullstr = 'NA') GROUP BY ALL ORDER BY score DESC LIMIT 3"
run ../venv/bin/clutch sql --udf delays.py --format csv "$query" | tee demo.csv
[[ $(wc -l < demo.csv) -eq 4 ]] || { echo "the demo's query gave something else" >&2; exit 1; }
run ../venv/bin/python -m clutch sql --udf delays.py --format csv "$query" | cmp - demo.csv
version=$(run ../venv/bin/clutch --version)
[[ $(run ../venv/bin/python -m clutch --version) == "$version" ]]
# That environment's packages, and a file as plain Python.
run ../venv/bin/clutch new prices
run ../venv/bin/clutch check prices.py
run ../venv/bin/clutch test prices.py
run ../venv/bin/clutch sql --udf prices.py -f prices.sql
run ../venv/bin/python -m doctest prices.py
run ../venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"
run ../venv/bin/python -m pytest -q prices.py test_prices.py --doctest-modules
mkdir types
run ../venv/bin/python "$folder/Tests/Wheel/check_types.py" types
echo "The wheel $(basename "$wheel") of version $version works; it is $(du -k "$wheel" | cut -f1) KiB."
