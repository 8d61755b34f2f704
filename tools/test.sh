#!/usr/bin/env bash
# Runs every check and test of Berth, or the parts that are named: check unit api system portal. ./test --help says more.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$root/tools/ensure-packages.sh"
cd "$root"
exec node tools/src/test-run.ts "$@"
