#!/bin/sh
# Installs what is needed, builds the program, and runs an example screen: four 384-well plates with a known truth.
set -e
cd "$(dirname "$0")/.."
sh ./.install-packages build
cmake --preset release
cmake --build --preset release --target wellsieve
folder=build/example-screen
rm -rf "$folder"
python3 examples/make_screen.py "$folder"
build/release/workflows/wellsieve run "$folder/screen.toml" -o "$folder/results"
