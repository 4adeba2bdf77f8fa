#!/bin/sh
# Makes .venv-NAME with an engine of Python packages, unless it is there already, and prints its Python.
# usage: Scripts/engines.sh databend|spark|clickhouse|pyarrow|arrowudf
# The Python is PYTHON312, or a python3.12 of PATH or pyenv: the only one that all of these packages have.
set -eu
name=${1:-}
case "$name" in
  databend) packages="databend==1.2.784 pyarrow==26.0.1" ;;  # Later packages have function servers switched off.
  spark) packages="pyspark==4.3.0 pyarrow==26.0.1 pandas==2.3.3" ;;
  clickhouse) packages="chdb==4.4.0" ;;
  pyarrow) packages="pyarrow==26.0.1 grpcio==1.83.0" ;;
  arrowudf) packages="arrow-udf==0.3.2" ;;
  *) echo "usage: Scripts/engines.sh databend|spark|clickhouse|pyarrow|arrowudf" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/.."
folder=".venv-$name"
stamp="$folder/clutch-packages"

# The first Python of that version that is there and starts.
python312() {
  for candidate in "${PYTHON312:-}" python3.12 \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12*/bin/python3.12 /usr/local/bin/python3.12 /opt/homebrew/bin/python3.12; do
    [ -n "$candidate" ] || continue
    "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 12))' >/dev/null 2>&1 || continue
    # What pyenv puts on PATH is a script; the program itself is asked for.
    "$candidate" -c 'import sys; print(sys.executable)'
    return
  done
  echo "There is no Python 3.12; install one, or name it: PYTHON312=/path/to/python3.12." >&2
  return 1
}

if [ "$(cat "$stamp" 2>/dev/null)" != "$packages" ] || ! "$folder/bin/python" -c '' 2>/dev/null; then
  python=$(python312)
  echo "Making $folder with $python" >&2
  "$python" -m venv --clear "$folder" >&2
  # shellcheck disable=SC2086  # a list of packages
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check $packages >&2
  echo "$packages" > "$stamp"
fi
echo "$PWD/$folder/bin/python"
