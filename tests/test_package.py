"""The package as a whole: what may import what, and what importing costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path

import pytest

import recommender

FOLDER = Path(recommender.__file__).parent


def imported(path: Path) -> set[str]:
    """The modules of the package that a file imports, inside functions too but not for annotations alone."""
    tree = ast.parse(path.read_text())
    typing_only = [node for node in tree.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    skipped = {inner for node in typing_only for inner in ast.walk(node)}
    found = (node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node not in skipped)
    return {name.split(".")[1] for name in found if name and name.startswith("recommender.")}


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    modules = {path.stem: imported(path) for path in FOLDER.glob("*.py") if path.stem not in {"__init__", "__main__"}}
    whole = (imported(path) for path in (FOLDER / "metafeatures").glob("*.py"))
    return modules | {"metafeatures": set().union(*whole) - {"metafeatures"}}


def test_imports_run_one_way(imports):
    tuple(TopologicalSorter(imports).static_order())  # an error names the circle, if there is one


def test_the_command_line_is_the_last_door(imports):
    assert not [name for name, used in imports.items() if "cli" in used]
    assert imports["datasets"] == {"errors"}


def test_importing_loads_nothing_heavy():
    code = "import recommender, sys; print(*sorted(m for m in ('numpy', 'pandas', 'sklearn') if m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


def test_public_names_exist():
    for name in recommender.__all__:
        assert getattr(recommender, name).__doc__


def test_the_version_is_that_of_the_distribution():
    assert recommender.__version__ == version("recommender")


def test_function_stays_a_function_after_everything_is_imported():
    code = "import recommender.recommendation, recommender.cli; from recommender import recommend; recommend.__name__"
    subprocess.run([sys.executable, "-c", code], check=True)
