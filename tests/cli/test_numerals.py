"""Numbers that nobody means are one line, and nothing is done."""

from __future__ import annotations

import pytest

from recommender.cli.app import main

COLLECT = ["collect", "--task", "3", "--store"]


@pytest.mark.parametrize("limit", ["inf", "nan", "0", "-3", "1e12", "\u0663", "much"])
@pytest.mark.parametrize("option", ["--max-seconds", "--max-memory"])
def test_limits_are_finite_and_make_sense(tmp_path, capsys, option, limit):
    assert main([*COLLECT, str(tmp_path / "a.sqlite"), f"{option}={limit}"]) == 2
    said = capsys.readouterr().err
    assert (said.count("\n"), said.split(":")[1].strip()) == (1, f"Invalid value for '{option}'")
    assert "is not a number from 0.1 to" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", ["--max-fit-time", "--max-predict-time", "--max-memory"])
def test_so_are_those_of_a_recommendation(capsys, option):
    assert main(["recommend", "a.csv", f"{option}=nan"]) == 2
    assert "'nan' is not a number from 0 to" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["inf", "nan", "0", "1e12"])
def test_so_are_the_seconds_of_fitting(tmp_path, capsys, seconds):
    assert main(["fit", "a.csv", "--output", str(tmp_path / "a.skops"), f"--seconds={seconds}"]) == 2
    assert f"'{seconds}' is not a number from 0.1 to 2,592,000." in capsys.readouterr().err


@pytest.mark.parametrize("given", ["\u0663", "3.0", "-3", "\u00b2", "three"])
def test_ids_are_of_ten_digits(capsys, given):
    assert main(["collect", f"--task={given}"]) == 2
    assert main(["import-evaluations", f"--flow={given}"]) == 2
    assert capsys.readouterr().err.count("is not an id, which is of the digits 0 to 9.\n") == 2


@pytest.mark.parametrize("given", ["9" * 19, "9" * 5000])
def test_an_id_that_no_database_holds_is_refused(capsys, given):
    assert main(["import-evaluations", f"--flow={given}"]) == 2
    assert "999... is not an id, which has at most 18 digits.\n" in capsys.readouterr().err
    assert main(["recommend", f"openml:{given}"]) == 2
    assert "does not name an OpenML dataset" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["foo", "foo:bar", "tcp://", "http://x:1"])
def test_an_address_of_no_cluster_is_one_line(tmp_path, capsys, address):
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    assert main([*COLLECT, str(tmp_path / "a.sqlite"), "--cluster", address]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"--cluster {address!r} is no address of a Dask scheduler: give the one that `dask scheduler` says" in said
