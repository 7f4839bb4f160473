"""Whatever files, names and folders hold: scripts, pages, JSON and the terminal get text, and errors are one line."""

from __future__ import annotations

import ast
import json
import os
import shutil
from contextlib import suppress
from html.parser import HTMLParser
from typing import Any
from xml.sax.saxutils import escape

import openml_stub
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.cli.app import main
from recommender.errors import DatasetError
from recommender.evidence.folder import load_knowledge
from recommender.evidence.store import Store
from recommender.evidence.stored import record_knowledge
from recommender.manifest import MANIFEST, shipped_folder
from recommender.recommendation import recommend
from recommender.showing.report import write_report
from recommender.showing.script import write_script
from recommender.words import visible

PIECES = (
    *("a", "Z", " ", "0", "é", "東"),
    *("\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\r", "\x08", "\x7f", "\u202e", "\u200b", "\ufeff"),
    *("[red]", "[/]", "[link=https://example.org]", "{x}", "{{7*7}}", "%s", "$(id)", "`id`"),
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</style>", "-->", "&lt;", "'", '"', '"""', "\\"),
    *("'); import os  #", "\n", "\t", "__import__('os')", "= 1\nimport os", "javascript:alert(1)"),
)
HOSTILE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join)
ESCAPED = "\x1b[31m[red]<script>alert(1)</script>\u202e"
LINEAR = ["logistic_regression", "naive_bayes"]


def table(names: list[str], classes: list[str]) -> pd.DataFrame:
    one, two, target = names
    rows = range(40)
    return pd.DataFrame({one: [i % 7 for i in rows], two: [f"{i % 3}" for i in rows]}).assign(
        **{target: [classes[i * i % 5 > 1] for i in rows]}
    )


class Page(HTMLParser):
    """What a page is made of: its elements, and whether any of them runs or fetches what a name says."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts, self.text, self.bad = 0, "", list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.bad += [name for name, _ in attrs if name.startswith("on")]
        self.bad += [str(value) for name, value in attrs if str(value).strip().lower().startswith("javascript:")]
        self.bad += [tag] if tag in ("img", "iframe", "object") else []


def check_script(code: str) -> None:
    """A script imports from where ours come from, and calls by name only what it imports, and print."""
    assert visible(code) == code
    nodes = list(ast.walk(ast.parse(code)))
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    from_imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    modules |= {str(node.module) for node in from_imports}
    assert {module.partition(".")[0] for module in modules} <= {"sklearn", "recommender", "pandas", "numpy"}
    names = {alias.name for node in from_imports for alias in node.names}
    called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called <= names | {"print"}


@given(
    names=st.lists(HOSTILE, min_size=3, max_size=3, unique=True),
    classes=st.lists(HOSTILE, min_size=2, max_size=2, unique_by=str.strip),
    name=HOSTILE,
    file=HOSTILE,
)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_names_values_classes_and_files_are_text_everywhere(n_scripts, names, classes, name, file):
    frame = table(names, classes)
    frame.attrs["name"] = name
    with suppress(DatasetError):  # such as two names that become one
        found = recommend(frame, target=names[2], include=LINEAR)
        code = write_script(found.best, file=f"{file}.csv", target=names[2])
        check_script(code)
        page = Page(write_report(found, file=f"{file}.csv", target=names[2], top=2))
        assert (page.bad, page.scripts) == ([], n_scripts)
        assert json.loads(json.dumps(found.columns.to_dict("records"), default=str))
        TRIED.append(names)


@given(
    names=st.lists(HOSTILE, min_size=3, max_size=3, unique=True),
    classes=st.lists(HOSTILE, min_size=2, max_size=2, unique_by=str.strip),
)
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@pytest.mark.parametrize("form", ["table", "json"])
def test_what_a_table_holds_is_text_in_the_terminal_and_in_json(tmp_path, capsys, form, names, classes):
    path = tmp_path / "table.csv"
    table(names, classes).to_csv(path, index=False)
    code = main(
        ["recommend", str(path), f"--target={names[2]}", "--include=naive_bayes", "--explain", "--format", form]
    )
    out, err = capsys.readouterr()
    assert code in (0, 2)
    assert visible(out + err) == out + err
    if code == 2:
        assert (out, err.count("\n")) == ("", 1)
    elif form == "json":
        assert json.loads(out)


def test_what_a_server_says_is_text_in_the_terminal(tmp_path, monkeypatch, capsys, openml_server, openml_cache):
    monkeypatch.setattr(openml_stub, "name_of", lambda number: escape(ESCAPED.replace("\x1b", "\x9b")))
    collecting = ["collect", "--task", "3", "--dry-run", "--cache", str(openml_cache), "--store", str(tmp_path / "s")]
    for command in (collecting, ["recommend", "openml:3", "--include", "naive_bayes", "--explain"]):
        assert main([*command, "--server", openml_server]) == 0
        out, err = capsys.readouterr()
        assert visible(out + err) == out + err


def test_most_of_them_were_recommended_for():
    assert len(TRIED) >= 4


TRIED: list[list[str]] = []


@pytest.fixture(scope="module")
def n_scripts() -> int:
    """How many scripts are in a page where nothing is hostile."""
    found = recommend(table(["a", "b", "c"], ["u", "v"]), target="c", include=LINEAR)
    return Page(write_report(found, file="a.csv", target="c", top=2)).scripts


def asked(arguments: list[str], capsys: Any) -> str:
    """What a command says that cannot do what is asked: one line, without anything that moves the terminal."""
    code = main(arguments)
    out, err = capsys.readouterr()
    assert (code, out) == (2, ""), out + err
    assert err.count("\n") == 1, err
    assert visible(err) == err
    assert err.startswith("recommender: ")
    return err


@pytest.mark.parametrize("name", [f"no{ESCAPED}.csv", os.fsdecode(b"no\xff.csv"), "[red].csv", "a\nb.csv", "²"])
@pytest.mark.parametrize(
    "command",
    [
        ["recommend", "{}"],
        ["metafeatures", "{}"],
        ["kb", "info", "--knowledge", "{}"],
        ["kb", "list", "--store", "{}"],
        ["kb", "add", "{}"],
        ["kb", "add", "--results", "{}"],
        ["kb", "drop", "{}", "--store", "none"],
        ["recommend", "a.csv", "--target", "{}"],
        ["recommend", "a.csv", "--metric", "{}"],
        ["recommend", "a.csv", "--max-memory", "{}"],
        ["recommend", "openml:{}"],
        ["collect", "--suite", "any", "--server", "{}"],
        ["winners", "--task", "{}"],
        ["{}"],
        ["kb", "{}"],
        ["recommend", "--{}"],
    ],
)
def test_what_is_not_there_is_one_line(tmp_path, monkeypatch, capsys, command, name):
    monkeypatch.chdir(tmp_path)
    table(["a", "b", "c"], ["u", "v"]).to_csv("a.csv", index=False)
    asked([part.replace("{}", name.replace("/", "")) for part in command], capsys)


@pytest.fixture(scope="module")
def few() -> Any:
    shipped = load_knowledge()
    return shipped.without(shipped.datasets.index[2:])


@pytest.mark.parametrize("command", [["list"], ["list", "--format", "json"], ["winners"], ["info"]])
def test_a_store_colours_no_terminal(tmp_path, capsys, few, command):
    renamed = few.datasets.assign(name=ESCAPED, target=ESCAPED)
    store = Store(tmp_path / "store.sqlite")
    record_knowledge(type(few)(renamed, few.metafeatures, few.configurations, few.evaluations, few.environments), store)
    store.close()
    assert main(["kb", *command, "--store", str(tmp_path / "store.sqlite")]) == 0
    out, err = capsys.readouterr()
    assert visible(out + err) == out + err


@pytest.mark.parametrize("command", [["recommend", "a.csv", "--target", "c"], ["kb", "info"], ["kb", "winners"]])
@pytest.mark.parametrize("damage", ["a pipe", "a folder", "empty", "other"])
def test_a_folder_that_is_none_is_one_line(tmp_path, monkeypatch, capsys, command, damage):
    monkeypatch.chdir(tmp_path)
    table(["a", "b", "c"], ["u", "v"]).to_csv("a.csv", index=False)
    folder = tmp_path / ESCAPED.replace("/", "")
    (folder / "metamodel").mkdir(parents=True)
    for path in (folder / MANIFEST, folder / "metamodel" / MANIFEST):
        if damage == "a pipe":
            os.mkfifo(path)
        elif damage == "a folder":
            path.mkdir()
        elif damage == "empty":
            path.write_bytes(b"")
        else:
            shutil.copy(shipped_folder() / MANIFEST, path)
    asked([*command, "--knowledge", str(folder)], capsys)


def test_a_file_whose_name_is_no_text_is_read(tmp_path, capsys):
    path = os.path.join(tmp_path, os.fsdecode(b"caf\xe9.csv"))
    table(["a", "b", "c"], ["u", "v"]).to_csv(path, index=False)
    page = tmp_path / "page.html"
    options = ["--target", "c", "--include", "naive_bayes"]
    for form in ("table", "json", "python"):
        assert main(["recommend", path, "--format", form, "--html", str(page), *options]) == 0
        out, err = capsys.readouterr()
        assert visible(out + err) == out + err
    assert page.read_text(encoding="utf-8")
