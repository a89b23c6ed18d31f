#!/bin/sh
# Installs what is needed, builds the benchmarks, makes their input from a seed, measures, and prints one table;
# the same figures stand in build/bench/figures.json. `sh bench/run.sh --help` lists the options.
set -e
cd "$(dirname "$0")/.."
sh ./.install-packages build bench
cmake --preset bench
cmake --build --preset bench
exec /usr/bin/python3 bench/measure.py "$@"
