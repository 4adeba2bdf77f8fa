#!/bin/sh
# Makes .venv, or the folder VENV, from the CPython that Clutch would use, with the packages named, unless they are there
# already.
# usage: [VENV=FOLDER] Scripts/environment.sh CLUTCH PACKAGE...
set -eu
clutch=$1
shift
folder=$(cd "$(dirname "$0")/.." && pwd)
cd "$folder"
venv=${VENV:-.venv}
stamp="$venv/clutch-packages"

if [ ! -x "$venv/bin/python" ]; then
  python=$("$clutch" doctor --print-python)
  echo "Making $venv with $python"
  # Emptied and not removed: it may be the place of a mount.
  "$python" -m venv --clear "$venv" || {
    rm -rf "${venv:?}"/*
    echo "$python cannot make a virtual environment; on Debian and Ubuntu install its -venv package." >&2
    exit 1
  }
fi
for package in "$@"; do
  if ! grep -qxF "$package" "$stamp" 2>/dev/null; then
    echo "Installing $package into $venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$package"
    echo "$package" >> "$stamp"
  fi
done
