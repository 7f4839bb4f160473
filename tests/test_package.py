"""The package as a whole: its public names, and what importing costs."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import recommender


def test_importing_loads_nothing_heavy():
    code = "import recommender, sys; print(*sorted(m for m in ('numpy', 'pandas', 'sklearn') if m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


def test_public_names_exist():
    for name in recommender.__all__:
        assert getattr(recommender, name).__doc__


def test_the_version_is_that_of_the_distribution():
    assert recommender.__version__ == version("recommender")


def test_function_stays_a_function_after_everything_is_imported():
    code = "import recommender.recommendation, recommender.cli.app; print(type(recommender.recommend).__name__)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown == "function\n"
