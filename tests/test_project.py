"""What stands around the code says the same everywhere: commands, versions, what is distributed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RECIPES = re.findall(r"^(\w+):[^\n]*\n((?:    .+\n)*)", (ROOT / "justfile").read_text(), flags=re.MULTILINE)
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
YAML_FILES = [
    ROOT / "CITATION.cff",
    ROOT / ".pre-commit-config.yaml",
    *sorted((ROOT / ".github").rglob("*.yml")),
]


def commands_of_ci() -> list[str]:
    """The commands of .ci/run, from the environment on."""
    lines = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line and not line.startswith("#")]
    return lines[next(i for i, line in enumerate(lines) if "--editable" in line) :]


def test_the_justfile_has_the_commands_of_ci_in_their_order():
    recipes = {name: [line.strip() for line in body.splitlines()] for name, body in RECIPES}
    every = re.search(r"^check: (.+)", (ROOT / "justfile").read_text(), flags=re.MULTILINE)
    assert every
    assert [line for name in every.group(1).split() for line in recipes[name]] == commands_of_ci()
    assert len(commands_of_ci()) > 5


def test_the_interpreter_is_the_same_by_default():
    assert 'export PYTHON="${PYTHON:-python3.11}"' in (ROOT / ".ci" / "run").read_text()
    assert 'export PYTHON := env("PYTHON", "python3.11")' in (ROOT / "justfile").read_text()


def test_every_python_of_the_classifiers_is_tried():
    versions = {re.sub(".*:: ", "", c) for c in PROJECT["project"]["classifiers"] if ":: Python :: 3." in c}
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text())
    job = workflow["jobs"]["tests"]
    assert set(job["strategy"]["matrix"]["python"]) == versions
    assert any("bash .ci/run" in step.get("run", "") for step in job["steps"])


@pytest.mark.parametrize("file", YAML_FILES, ids=lambda path: path.name)
def test_yaml_can_be_read(file):
    assert isinstance(yaml.safe_load(file.read_text()), dict)


def test_the_version_is_that_of_the_changelog_and_of_the_citation():
    version = PROJECT["project"]["version"]
    released = re.findall(r"^## \[(\d[^\]]*)\] - (\d{4}-\d\d-\d\d)$", CHANGELOG, flags=re.MULTILINE)
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert released[0] == (version, citation["date-released"])
    assert citation["version"] == version


def test_every_version_of_the_changelog_has_its_link():
    assert re.findall(r"^## \[([^\]]+)\]", CHANGELOG, flags=re.MULTILINE) == re.findall(
        r"^\[([^\]]+)\]: https://", CHANGELOG, flags=re.MULTILINE
    )


def test_every_dependency_has_a_lower_bound():
    project = PROJECT["project"]
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    assert not [
        name for name in project["dependencies"] + extras if ">=" not in name and not name.startswith("recommender[")
    ]


def test_what_the_source_distribution_includes_is_there():
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert not [name for name in included if not (ROOT / name).exists()]
