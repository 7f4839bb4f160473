#!/usr/bin/env bash
# An environment beside this file, with the checkout that it is in; RECOMMENDER names another source that pip takes.
set -eo pipefail
HERE="$(cd "$(dirname "$0")" && pwd -P)"

. "$HERE/.setup/setup_env"
. "$AMLB_ROOT/frameworks/shared/setup.sh" "$HERE" true

PIP install --no-cache-dir --upgrade "${RECOMMENDER:-$HERE/../../../..}[boosting]"
PY -c "from importlib.metadata import version; print(version('recommender'))" >> "$HERE/.setup/installed"
