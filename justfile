# Names for the commands of .ci/run: `just` lists them, `just check` runs them all. A test holds the two together.
# Without just (pip install rust-just), run `bash .ci/run`.

set shell := ["bash", "-euo", "pipefail", "-c"]

export PYTHON := env("PYTHON", "python3.11")

_list:
    @just --list

# the environment with all that the tests and checks need
setup:
    "$PYTHON" -m venv .venv && .venv/bin/pip install --quiet --editable '.[dev]'

# every test, on two processes
test:
    .venv/bin/pytest -n 2 --dist worksteal

# style and format
lint:
    .venv/bin/ruff check .
    .venv/bin/ruff format --check .

# the types of the package
types:
    .venv/bin/mypy

# what may import what
laws:
    .venv/bin/lint-imports

# the site: every page, the quick examples, and its links
docs:
    .venv/bin/sphinx-build -W --keep-going -q -j 2 docs docs/_build/html

# the same with the atlas of the knowledge base in it, and with the slow examples; some minutes
site:
    .venv/bin/recommender kb atlas docs/_build/extra/atlas
    .venv/bin/sphinx-build -W --keep-going -j 2 -t slow docs docs/_build/html

# a recommendation and quick tests with the lowest versions that pyproject.toml allows
lowest:
    "$PYTHON" -m venv --clear .venv-lowest && .venv-lowest/bin/pip install --quiet 'uv>=0.8,<1'
    .venv-lowest/bin/uv pip install --quiet --python .venv-lowest/bin/python --resolution lowest-direct --editable . 'pytest>=8.3' 'hypothesis>=6.112'
    .venv-lowest/bin/recommender recommend examples/churn.csv --target churned
    .venv-lowest/bin/pytest -q -W default tests/test_package.py tests/algorithms/test_pool.py tests/algorithms/test_pipelines.py tests/evidence/test_schema.py tests/tables/cells/test_dates.py tests/tables/test_openml.py tests/advice/test_hostile_tables.py::test_targets_that_are_none

# all of them, as .ci/run does
check: setup test lint types laws docs lowest
