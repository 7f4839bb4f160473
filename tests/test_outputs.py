from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from recommender.cli import app as cli
from recommender.errors import OutputError
from recommender.outputs import check_file, check_folder, whole_file, whole_folder, write_html, write_text


def test_a_file_that_can_be_written_is_not_touched(tmp_path):
    check_file(tmp_path / "new.csv")
    assert not (tmp_path / "new.csv").exists()
    (tmp_path / "old.csv").write_text("old")
    check_file(tmp_path / "old.csv")
    assert (tmp_path / "old.csv").read_text() == "old"


@pytest.mark.parametrize(("name", "why"), [("", "it is a folder"), ("missing/x.csv", "there is no folder")])
def test_a_file_that_cannot_be_written_is_named_with_the_reason(tmp_path, name, why):
    with pytest.raises(OutputError, match=why):
        check_file(tmp_path / name)


def test_a_file_that_no_file_can_be_is_named_with_the_reason(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(OutputError, match="a link that leads back to itself"):
        check_file(tmp_path / "loop")
    for name in ("x" * 300, "a\0b"):
        with pytest.raises(OutputError, match=r"cannot be written: .*(long|null)"):
            check_file(tmp_path / name)


def test_a_folder_is_made_or_said_to_be_impossible(tmp_path):
    check_folder(tmp_path / "one" / "two")
    assert list((tmp_path / "one" / "two").iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot keep anything in"):
        check_folder(tmp_path / "file" / "folder")


def test_a_text_replaces_the_old_one_and_leaves_nothing_beside_it(tmp_path):
    for text in ("old", "new"):
        write_text(tmp_path / "text", text)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("text", "new")]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_what_was_there_stays_where_writing_does_not_come_to_its_end(tmp_path, error):
    def begin(part):
        part.write_text("ne")
        raise error

    write_text(tmp_path / "text", "old")
    with pytest.raises(error), whole_file(tmp_path / "text") as part:
        begin(part)
    with pytest.raises(error), whole_folder(tmp_path) as part:
        begin(part / "text")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("text", "old")]


def test_the_files_of_a_folder_take_their_places_together(tmp_path):
    write_text(tmp_path / "text", "old")
    with whole_folder(tmp_path) as part:
        write_text(part / "text", "new")
        write_text(part / "more", "more")
        assert (tmp_path / "text").read_text() == "old"
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"text": "new", "more": "more"}


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "page.html"
    link.symlink_to(tmp_path / "real" / "page.html")
    for text in ("old", "new"):
        write_text(link, text)
    assert link.is_symlink()
    assert [(path.name, path.read_text()) for path in (tmp_path / "real").iterdir()] == [("page.html", "new")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit((tmp_path / "pipe").read_text)
        write_text(tmp_path / "pipe", "new")
        assert read.result(timeout=10) == "new"
    assert (tmp_path / "pipe").is_fifo()


def test_a_page_holds_what_utf_8_cannot(tmp_path):
    write_html(tmp_path / "page.html", "Zürich \ud800")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == "Zürich &#55296;"


@pytest.mark.parametrize(
    "arguments",
    [
        ["benchmark", "--itself", "--output", "missing/x.csv"],
        ["benchmark", "--task", "31", "--output", "missing/x.csv"],
        ["recommend", "file", "--target", "y", "--html", "missing/x.html"],
        ["train", "--output", "file"],
        ["kb", "export", "missing/x.csv"],
        ["kb", "export", "file/folder"],
        ["kb", "export", "file", "--format", "aslib", "--task", "regression"],
    ],
    ids=" ".join,
)
def test_a_wrong_output_is_one_line_before_any_work(tmp_path, monkeypatch, capsys, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    monkeypatch.setattr("recommender.metamodel.training.train", lambda *_, **__: pytest.fail("worked for nothing"))
    monkeypatch.setattr("recommender.measuring.matrix.fitted", lambda *_, **__: pytest.fail("worked for nothing"))
    assert cli.main(arguments) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert lines[-1].startswith("recommender: ")
    assert "cannot be written" in lines[-1] or "cannot keep anything in file" in lines[-1]
    assert (tmp_path / "file").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_line(capsys):
    assert cli.main(["kb", "export", "/dev/full", "--format", "csv", "--task", "regression"]) == 2
    assert "No space left on device" in capsys.readouterr().err
