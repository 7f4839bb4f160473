#!/usr/bin/env bash
# From nothing to results: the AutoML Benchmark with its environment, and our two frameworks in it.
#
#     benchmarks/amlb/run.sh                      the local tasks, two folds, two minutes each
#     benchmarks/amlb/run.sh openml/s/271 1h8c    the benchmark's own classification suite, one hour on eight cores
#
# It needs git, Python 3.11 as PYTHON (python3.11 by default) and, for the benchmark's code, the network.
set -euo pipefail
HERE="$(cd "$(dirname "$0")" && pwd -P)"
BENCHMARK="${1:-local}" CONSTRAINT="${2:-smoke}" WORK="${WORK:-$PWD/amlb_work}"

mkdir -p "$WORK"
if [ ! -d "$WORK/automlbenchmark" ]; then
    git clone --depth 1 --branch stable https://github.com/openml/automlbenchmark "$WORK/automlbenchmark"
fi
if [ ! -d "$WORK/venv" ]; then
    "${PYTHON:-python3.11}" -m venv "$WORK/venv"
    "$WORK/venv/bin/pip" install --quiet --requirement "$WORK/automlbenchmark/requirements.txt"
fi
"$WORK/venv/bin/python" "$HERE/tasks.py"
cd "$WORK/automlbenchmark"
for framework in recommender recommender_fit; do
    "$WORK/venv/bin/python" runbenchmark.py "$framework" "$BENCHMARK" "$CONSTRAINT" -u "$HERE" -o "$WORK/results"
done
