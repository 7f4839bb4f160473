"""The study of faults: what is counted, at the smallest size."""

from __future__ import annotations

import sys
import types

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
