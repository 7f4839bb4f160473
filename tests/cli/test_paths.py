"""An empty path is refused before anything is read or written."""

from __future__ import annotations

import pytest

from recommender.cli.app import main, program


def commands(command, words=()):
    """Every command with the words that call it."""
    inner = getattr(command, "commands", {})
    return [(words, command)] if not inner else [c for name in inner for c in commands(inner[name], (*words, name))]


PLACES = [
    (words, parameter)
    for words, command in commands(program())
    for parameter in command.params
    if parameter.name in {"output", "html", "store", "knowledge"}
]


@pytest.mark.parametrize("empty", ["", " "])
@pytest.mark.parametrize(("words", "place"), PLACES, ids=lambda value: getattr(value, "name", None) or " ".join(value))
def test_an_empty_path_is_one_line_and_nothing_is_written(tmp_path, monkeypatch, capsys, words, place, empty):
    monkeypatch.chdir(tmp_path)
    given = [empty] if place.param_type_name == "argument" else [place.opts[0], empty]
    assert main([*words, *given]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert f"{empty!r} is not a path. Give the name of a file or folder" in shown.err
    assert list(tmp_path.iterdir()) == []


def test_places_that_are_written_to_are_known():
    assert {(*words, place.name) for words, place in PLACES} >= {
        ("fit", "output"),
        ("fit", "html"),
        ("predict", "output"),
        ("train", "output"),
        ("collect", "store"),
        ("kb", "export", "output"),
        ("kb", "atlas", "output"),
    }
