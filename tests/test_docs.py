"""The documentation is true: its Python runs, its commands exist with their options, its links lead somewhere."""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer

from recommender.cli.app import app

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
BUILT = ("_build", "api", "benchmarks", "cli", "gallery", "project")
"""Folders of docs/ that the build writes."""

WRITTEN = [page for page in sorted(DOCS.rglob("*.md")) if page.relative_to(DOCS).parts[0] not in BUILT]
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "data/README.md")),
    *WRITTEN,
    *sorted((ROOT / "benchmarks").rglob("*.md")),
]


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def is_built(target: Path) -> bool:
    """Whether the build writes it, and checks that it is there."""
    inside = Path(os.path.normpath(target))
    return any(inside.is_relative_to(DOCS / folder) for folder in BUILT)


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), flags=re.DOTALL | re.MULTILINE)


def commands() -> list[list[str]]:
    """Every `recommender ...` that a console block shows, as its words."""
    lines = [
        line for page in PAGES for block in blocks(page, "console") for line in block.replace("\\\n", " ").splitlines()
    ]
    found = [re.search(r"\brecommender ([a-z].*)", line.split("#")[0]) for line in lines if line.startswith("$")]
    return [shlex.split(match.group(1)) for match in found if match]


def test_every_dependency_has_a_line_that_says_what_it_is_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.match(r"[\w-]+", dependency)[0] for dependency in project["dependencies"]}
    told = re.findall(r"^\| `([\w-]+)` \|", (ROOT / "docs" / "weight.md").read_text(), flags=re.MULTILINE)
    assert set(told) == names


def test_the_readme_shows_python():
    assert blocks(ROOT / "README.md", "python")


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=named)
def test_python_of_a_page_runs_from_its_first_line_to_its_last(page, tmp_path, monkeypatch):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)  # where it may write
    names: dict[str, object] = {}
    for block in blocks(page, "python"):
        exec(compile(block, page.name, "exec"), names)


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_commands_exist_with_their_options(words):
    command = typer.main.get_command(app)
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    used = {word.split("=")[0] for word in words if word.startswith("--")}
    assert used <= options


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not link.startswith("http") and not is_built(page.parent / link):
            assert (page.parent / link).exists(), link


def test_the_tests_behind_a_promise_are_there():
    named = re.findall(r"`(tests/[\w/]+\.py)`", (ROOT / "docs" / "promises.md").read_text())
    assert len(set(named)) > 20
    assert [name for name in named if not (ROOT / name).is_file()] == []
