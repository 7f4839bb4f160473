"""The study of faults: what is counted, at the smallest size."""

from __future__ import annotations

import sys
import types

import pandas as pd
import pytest

from benchmarks.faults import rounds, run
from benchmarks.faults.rounds import Collection, Round


def test_every_kind_takes_its_turn_and_counts(monkeypatch):
    monkeypatch.setattr(run, "ROUNDS", {"kill": lambda rng: Round("kill", 2, 1, 0)})
    monkeypatch.setattr(run, "TABLES_A_ROUND", 3)
    monkeypatch.setattr(run, "came_of", lambda seed: ("fits", "error", "failed")[seed % 3])
    *_, figures = run.run(("kill", "tables"), minutes=1, rounds=2, seed=0)
    assert figures.loc["kill"].to_dict() == dict.fromkeys(run.COUNTS, 0) | {"rounds": 2, "lost": 4, "doubled": 2}
    assert figures.loc["tables", ["tables", "refused", "fits_failed"]].tolist() == [6, 2, 2]


def test_a_run_goes_on_where_the_one_before_it_stopped(tmp_path, monkeypatch):
    seeds: list[int] = []
    monkeypatch.setattr(run, "_one", lambda kind, seed, server: seeds.append(seed) or {"lost": 1})
    output = tmp_path / "faults.csv"
    output.write_text("kind," + ",".join(run.COUNTS) + "\nkill,2,0,0,0,0,0,0\nserver,5,0,0,0,0,0,0\n")
    monkeypatch.setattr(sys, "argv", ["run", "--kinds", "kill", "disk", "--rounds", "3", "--output", str(output)])
    run.main()
    figures = pd.read_csv(output, index_col="kind")
    assert figures["rounds"].to_dict() == {"kill": 3, "server": 5, "disk": 3}
    assert (seeds, figures["lost"].to_dict()) == ([2, 0, 1, 2], {"kill": 1, "server": 0, "disk": 3})


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_what_is_lost_or_left_behind_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(rounds, "ENDS_WITHIN", 0.1)
    monkeypatch.setattr(rounds, "recorded", lambda store: {("a", 0)})
    monkeypatch.setattr(rounds, "whole", lambda store: (1, rounds.N_EVALUATIONS - 2))
    monkeypatch.setattr(rounds, "Collection", lambda *_: types.SimpleNamespace(end=lambda: None))
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / "left").touch()
    first = types.SimpleNamespace(said={("a", 0), ("a", 1)})
    assert rounds.run_again("kill", "store", tmp_path, first) == Round("kill", 3, 1, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_a_collection_has_its_own_folder_and_is_heard(tmp_path):
    collection = Collection(str(tmp_path / "store.sqlite"), tmp_path)
    try:
        collection.hear(1)
        assert len(collection.said) == 1
        assert collection.process.pid in rounds._alive(tmp_path / "tmp")
    finally:
        collection.process.kill()
        collection.process.wait()
        collection.process.stdout.close()
