from __future__ import annotations

import pytest
from records import LDA, evaluation, prepared

from recommender.evaluation.jobs import Described
from recommender.evidence.recording import Progress, Recorder, Summary
from recommender.metafeatures import METAFEATURES_VERSION


@pytest.fixture
def told() -> list[Progress]:
    return []


@pytest.fixture
def recorder(told):
    store, environment_id = prepared("sqlite://")
    yield Recorder(store, environment_id, Summary(), told.append)
    store.close()


def test_an_evaluation_is_recorded_counted_and_told(recorder, told):
    recorder.add("openml:1", "set 1", evaluation())
    assert recorder.store.outcomes("openml:1", LDA.id) == {10_000: {0: "ok"}}
    assert recorder.summary.outcomes == {"ok": 1}
    assert recorder.summary.fit_and_predict_seconds == pytest.approx(0.6)
    assert told == [Progress("set 1", evaluation())]


def test_what_others_have_recorded_meanwhile_costs_nothing(recorder):
    recorder.store.add_evaluations("openml:1", [evaluation()], recorder.environment_id)
    recorder.add("openml:1", "set 1", evaluation())
    assert recorder.summary.outcomes.total() == 0
    assert recorder.summary.fit_and_predict_seconds == 0


def test_what_is_taken_up_and_what_is_spared_is_told(recorder, told):
    recorder.take_up("set 1", 40)
    recorder.spare("set 1", 19)
    recorder.spare("set 1", 0)
    assert recorder.summary.n_datasets == 1
    assert told == [Progress("set 1", n_evaluations=40), Progress("set 1", n_evaluations=-19)]


def test_a_dataset_that_cannot_be_described_is_said_to_be_so(recorder):
    recorder.describe("openml:1", Described({}, 0.0, "no"))
    assert recorder.summary.undescribed == {"openml:1": "no"}
    assert recorder.store.dataset("openml:1")["metafeatures_version"] != METAFEATURES_VERSION
    recorder.describe("openml:1", Described({"nr_inst": 7.0}, 0.5, ""))
    known = recorder.store.dataset("openml:1")
    assert (known["metafeatures"], known["metafeatures_version"]) == ({"nr_inst": 7.0}, METAFEATURES_VERSION)
