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
    inside = path.relative_to(FOLDER.parent).parts[:-1]
    return {name for name in found if name and name.startswith("recommender.") and name != ".".join(inside)}


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    files = {path: ".".join(path.relative_to(FOLDER.parent).with_suffix("").parts) for path in FOLDER.rglob("*.py")}
    return {name.removesuffix(".__init__"): imported(path) for path, name in files.items()}


def test_imports_run_one_way(imports):
    assert len(imports) > 70
    tuple(TopologicalSorter(imports).static_order())  # an error names the circle, if there is one


def test_the_command_line_is_the_last_door(imports):
    inside = {name for name in imports if name.startswith("recommender.cli")} | {"recommender.__main__"}
    used = {name for file, names in imports.items() if file not in inside for name in names}
    assert not [name for name in used if name.startswith("recommender.cli")]


def test_importing_loads_nothing_heavy():
    code = "import recommender, sys; print(*sorted(m for m in ('numpy', 'pandas', 'sklearn') if m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


def test_public_names_exist():
    for name in recommender.__all__:
        assert getattr(recommender, name).__doc__


def test_the_version_is_that_of_the_distribution():
    assert recommender.__version__ == version("recommender")


def test_function_stays_a_function_after_everything_is_imported():
    code = "import recommender.advice.recommendation, recommender.cli.app as a; recommender.recommend.__name__"
    subprocess.run([sys.executable, "-c", code], check=True)
