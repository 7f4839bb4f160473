"""What generates the pages of the site: the reference of the API and of the command line, links, and their checks."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from generating import api, commands, repository
from generating.checking import complaints

import recommender

PACKAGE = Path(recommender.__file__).parent
NAMES = [name for section in api.SECTIONS for name in section.names]


def all_errors() -> set[str]:
    """Every error that the package defines, by its module within the package."""
    return {
        ".".join([*module.relative_to(PACKAGE).with_suffix("").parts, name])
        for module in PACKAGE.rglob("*.py")
        for name in re.findall(r"^class (\w+Error)\(", module.read_text(), flags=re.MULTILINE)
    }


def test_the_reference_has_every_public_name_once():
    assert sorted(name for name in NAMES if "." not in name) == sorted(recommender.__all__)
    assert len(set(NAMES)) == len(NAMES)


def test_the_reference_has_every_error():
    listed = {name for name in NAMES if name.endswith("Error")}
    assert listed == all_errors() - {"errors.RecommenderError"} | {"RecommenderError"}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_the_reference_exists_where_it_is_said_to_be_and_is_documented(name):
    thing = api.found(name)
    assert inspect.getdoc(thing)
    assert "." not in name or thing.__module__ == f"recommender.{name.rpartition('.')[0]}"
    assert api.summary(name)[0].isupper()


def test_a_class_shows_its_own_members_and_no_request_of_scikit_learn():
    page = api.page("RecommendedClassifier")
    assert ".. autoclass:: recommender.RecommendedClassifier\n   :members:" in page
    assert "set_fit_request" in page.split(":exclude-members:")[1]


def leaves(command, name: str) -> list[str]:
    """The names of the commands below one, with their options."""
    inner = getattr(command, "commands", {})
    told = [option for one in command.params for option in one.opts if option.startswith("--")]
    return [name, *told, *(part for called, one in inner.items() for part in leaves(one, f"{name} {called}"))]


def test_every_command_and_option_is_in_the_reference():
    index = commands.index()
    for name, command in commands.program().commands.items():
        page = commands.page(command, f"recommender {name}")
        assert f"[{name}]({name}.md)" in index
        assert [part for part in leaves(command, f"recommender {name}") if part not in page] == []
        assert "ALGORITHMS" not in page


def test_links_of_the_repository_lead_to_pages_or_to_the_source():
    text = (
        "[a](peers/README.md) [b](../docs/weight.md#top) [c](peers/run.py) [d](https://x.org) [f](../docs) "
        "![e](peers/results/s.png)"
    )
    page = repository.relinked(text, repository.ROOT / "benchmarks/README.md", repository.DOCS / "benchmarks/index.md")
    assert page == (
        f"[a](peers.md) [b](../weight.md#top) [c]({repository.SOURCE}benchmarks/peers/run.py) [d](https://x.org) "
        f"[f]({repository.SOURCE}docs) "
        "![e](../../benchmarks/peers/results/s.png)"
    )


def test_every_page_of_the_repository_has_its_place():
    mounted = repository.mounted()
    assert all(source.is_file() for source in mounted)
    assert len(set(mounted.values())) == len(mounted)


def test_a_site_is_checked_for_links_places_and_what_it_loads(tmp_path: Path):
    (tmp_path / "a.html").write_text(
        '<h1 id="top">A</h1><a href="b.html#there">b</a><a href="#top">up</a><a href="https://example.org">out</a>'
        '<a href="b.html#nowhere">b</a><a href="gone.html">c</a><script src="https://example.org/x.js"></script>'
    )
    (tmp_path / "b.html").write_text('<p id="there">B</p>')
    assert list(complaints(tmp_path)) == [
        "a.html leads to b.html#nowhere, and there is no such place on that page",
        "a.html leads to gone.html, which is not there",
        "a.html loads https://example.org/x.js from elsewhere",
    ]
