#!/usr/bin/env bash
# From nothing to a leaderboard: an environment with TabArena's package, our systems on OpenML tasks, and bencheval.
#
#     benchmarks/tabarena/run.sh                                     all of OpenML-CC18 and CTR23, three folds, an hour each
#     benchmarks/tabarena/run.sh --task 11 --folds 1 --seconds 20    one small task
#     benchmarks/tabarena/run.sh --server ADDRESS ...                from another server than openml.org
#
# It needs Python 3.11 as PYTHON (python3.11 by default). AutoGluon, which TabArena builds on, asks for pandas before
# version 3, and we for version 3: uv installs ours nevertheless, and what is used of the arena here works with it.
set -euo pipefail
cd "$(dirname "$0")/../.."
WORK="${WORK:-$PWD/tabarena_work}"
BIN="$WORK/venv/bin"

if [ ! -x "$BIN/uv" ]; then
    "${PYTHON:-python3.11}" -m venv "$WORK/venv"
    "$BIN/pip" install --quiet 'uv>=0.8,<1'
fi
echo 'pandas>=3.0' > "$WORK/overrides.txt"
"$BIN/uv" pip install --quiet --python "$BIN/python" --override "$WORK/overrides.txt" \
    '.[boosting]' 'tabarena==0.1.0' 'bencheval==0.1.0'
if [ "$#" = 0 ]; then
    set -- --suite OpenML-CC18 --suite OpenML-CTR23 --folds 3 --seconds 3600
fi
"$BIN/python" -m benchmarks.tabarena.run --work "$WORK" --output "$WORK/results.csv" "$@"
"$BIN/python" -m benchmarks.tabarena.leaderboard "$WORK/results.csv"
