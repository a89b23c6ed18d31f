#!/bin/sh
# Installs what is needed, builds, runs every test. Ends with the test runner's summary.
set -e
cd "$(dirname "$0")/.."
sh ./.install-packages build test
cmake --preset dev
cmake --build --preset dev
cmake --build --preset dev --target all_verify_interface_header_sets
exec ctest --preset dev -j "$(nproc)"
