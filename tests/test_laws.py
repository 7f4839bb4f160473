"""The laws of the house: what may import what, checked on the package and shown to notice what breaks them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHECK = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"

BREACHES = {
    "Imports run down the floors of the house": ("tables/splits.py", "from recommender.cli import options"),
    "Recommending never reaches the evidence": (
        "advice/ranking.py",
        "if TYPE_CHECKING:\n    from recommender.evidence.store import Store",
    ),
    "Only the command line knows the terminal's libraries": ("fitting/session.py", "def show():\n    import rich"),
    "There is no circle, neither between rooms nor inside of one": (
        "tables/dataset.py",
        "from recommender.tables import splits",
    ),
}
"""For each contract a file of the package, and lines that break it: at the top, for types alone, in a function."""


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    """The contracts of a folder with `pyproject.toml` and the package, checked from inside it."""
    command = [sys.executable, "-c", CHECK, "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_the_laws_are_kept():
    found = checked(ROOT)
    assert found.returncode == 0, found.stdout


def test_every_contract_is_shown_to_fail():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert {contract["name"] for contract in contracts} == set(BREACHES)


@pytest.mark.parametrize("contract", BREACHES)
def test_a_breach_is_noticed(contract, tmp_path):
    shutil.copytree(
        ROOT / "recommender", tmp_path / "recommender", ignore=shutil.ignore_patterns("__pycache__", "data")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file, line = BREACHES[contract]
    with (tmp_path / "recommender" / file).open("a") as module:
        module.write(f"\n{line}\n")
    found = checked(tmp_path)
    assert found.returncode == 1
    assert f"{contract} BROKEN" in found.stdout
