#!/bin/sh
# Installs what is needed, builds the program, makes up a screen of 384-well plates and runs it.
set -e
cd "$(dirname "$0")/.."
sh ./.install-packages build
cmake --preset release
cmake --build --preset release --target wellsieve
folder=build/example-screen
rm -rf "$folder"
wellsieve=build/release/workflows/wellsieve
$wellsieve simulate examples/screen_spec.toml -o "$folder"
$wellsieve run "$folder/screen.toml" -o "$folder/results"
