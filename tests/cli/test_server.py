"""What a server may take is an option of every command that reads from one, and nonsense is refused in one line."""

from __future__ import annotations

import pytest

from recommender.cli.app import main, program
from recommender.cli.server import DEFAULTS, PANEL
from recommender.tables import patience
from recommender.tables.patience import Patience

ASKING = ["recommend", "fit", "metafeatures", "collect", "benchmark", "import-evaluations"]


@pytest.fixture(autouse=True)
def _usual_patience(monkeypatch):
    monkeypatch.setattr(patience, "current", Patience())


@pytest.mark.parametrize("name", sorted(program().commands))
def test_whatever_takes_a_server_takes_patience_with_it(name):
    options = {one.name: one for one in program().commands[name].params}
    assert ("server" in options) == ("patience" in options) == (name in ASKING)
    if name in ASKING:
        assert {options[n].rich_help_panel for n in ("server", "cache", "patience") if n in options} == {PANEL}


def test_what_is_given_holds_and_the_rest_stays(openml_cache, openml_server, tmp_path):
    more = ["--patience", "silence=300", "--patience", "file-bytes=2e9", "--server", openml_server]
    assert main(["collect", "--dry-run", "--task", "1", "--store", str(tmp_path / "a.sqlite"), *more]) == 0
    assert patience.current == Patience(silence=300, file_bytes=2_000_000_000)


def test_a_table_of_the_server_has_no_more_columns_than_that(openml_cache, openml_server, capsys):
    assert main(["recommend", "openml:1", "--server", openml_server, "--patience", "columns=3"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "5 columns, and at most 3 are read" in said


@pytest.mark.parametrize("limit", ["inf", "nan", "0", "-3", "1e15", "1e400", "", "much", "\u0663", "3=3"])
@pytest.mark.parametrize("name", DEFAULTS)
def test_a_limit_that_limits_nothing_is_one_line(capsys, name, limit):
    assert main(["recommend", "openml:61", "--patience", f"{name}={limit}"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "is no limit: give a" in said or "is no number. Give one such as" in said
    assert patience.current == Patience()


@pytest.mark.parametrize("given", ["silent=3", "silence", "", "=", "--silence=3"])
def test_so_is_what_names_no_limit(capsys, given):
    assert main(["recommend", "openml:61", f"--patience={given}"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "connecting, silence, answer, tries" in said or "silence='' is no number" in said


def test_a_half_is_no_number_of_tries(capsys):
    assert main(["recommend", "openml:61", "--patience", "tries=1.5"]) == 2
    assert "tries=1.5 is no limit: give a whole number from 1 to" in capsys.readouterr().err
