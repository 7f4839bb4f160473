"""Tests for what a meta-model learns from: datasets at the sizes at which they were evaluated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.evaluation.metrics import METRICS
from recommender.evidence.knowledge import KnowledgeBase
from recommender.metamodel.model import MetaModel
from recommender.metamodel.observations import MIN_SEEN, observe
from recommender.metamodel.training import inputs_of

R2 = METRICS["r2"]
N_ROWS = [150, 2_000, 15_000, 60_000, 80_000, 200_000]
NAMES = [f"ridge-{i}" for i in range(12)]


def knowledge(better_with_rows: float = 0.0, n_times: int = 1) -> KnowledgeBase:
    """Datasets of these rows, at 10,000 and 30,000 training rows where they have them; the last one needs rows."""
    rng = np.random.default_rng(0)
    rows = np.array(N_ROWS * n_times)
    ids = [f"set-{i}" for i in range(len(rows))]
    evaluations = []
    for dataset_id, n in zip(ids, rows, strict=True):
        for size in (10_000, 30_000) if n >= 45_000 else (10_000,):
            n_train = min(2 * n // 3, size)
            scores = 0.8 - 0.02 * np.arange(len(NAMES)) + rng.normal(scale=0.002, size=len(NAMES))
            scores[-1] = 0.7 + better_with_rows * (n_train > 10_000)
            for name, score in zip(NAMES, scores, strict=True):
                about = {"dataset_id": dataset_id, "configuration_id": name, "size": size, "fold": 0, "status": "ok"}
                costs = {"fit_seconds": n_train / 1e4, "predict_seconds": 0.1, "model_bytes": 10, "peak_bytes": n_train}
                evaluations.append(about | costs | {"n_train": n_train, "n_test": 1000, "r2": score})
    counts = {"nr_inst": rows.astype(float), "log_nr_inst": np.log10(rows), "nr_attr": 5.0, "attr_to_inst": 5 / rows}
    return KnowledgeBase(
        pd.DataFrame(
            {"task": "regression", "n_samples": rows, "n_features": 5, "n_classes": 0, "family": ids}, index=ids
        ),
        pd.DataFrame(counts | {"nr_cat": 0.0, "nr_class": np.nan}, index=ids),
        pd.DataFrame({"algorithm": "ridge", "hyperparameters": [{}] * len(NAMES)}, index=NAMES),
        pd.DataFrame(dict.fromkeys(METRICS, np.nan), index=range(len(evaluations))).assign(**pd.DataFrame(evaluations)),
        pd.DataFrame(),
    )


def test_a_large_dataset_is_learnt_once_for_each_size():
    learnt = observe(knowledge(), R2)
    assert learnt.about["dataset_id"].value_counts().to_dict() == {
        **dict.fromkeys(["set-0", "set-1", "set-2"], 1),
        **dict.fromkeys(["set-3", "set-4", "set-5"], 2),
    }
    assert learnt.about.loc["set-5 at 30000", ["dataset_id", "size", "n_train"]].tolist() == ["set-5", 30_000, 30_000]
    assert learnt.fit_seconds.loc["set-5 at 30000"].tolist() == [3.0] * len(NAMES)
    assert learnt.peak_bytes.loc["set-5"].tolist() == [10_000.0] * len(NAMES)


def test_the_rows_are_those_of_a_table_of_which_so_many_are_trained_on():
    rows = observe(knowledge(), R2).metafeatures["nr_inst"]
    assert rows.loc[["set-0", "set-1", "set-2"]].tolist() == [150, 2_000, 15_000]
    assert rows.loc[["set-3", "set-4", "set-5"]].tolist() == [15_000] * 3
    assert rows.loc[[f"set-{i} at 30000" for i in (3, 4, 5)]].tolist() == [45_000] * 3
    others = observe(knowledge(), R2).metafeatures
    np.testing.assert_allclose(others["log_nr_inst"], np.log10(rows))
    np.testing.assert_allclose(others["attr_to_inst"], 5 / rows)
    assert (others["nr_attr"] == 5).all()


def test_what_wins_with_more_rows_is_chosen_there_and_not_below():
    learnt = observe(knowledge(better_with_rows=0.2, n_times=6), R2)
    inputs = inputs_of(learnt.metafeatures)
    model = MetaModel(n_trees=100).fit(inputs, learnt.scores, families=learnt.about["family"])
    expected = model.predict(inputs.loc[["set-5", "set-5 at 30000"]]).regret.idxmin(axis=1)
    assert expected.tolist() == [NAMES[0], NAMES[-1]]


@pytest.mark.parametrize(("n_known", "is_learnt"), [(MIN_SEEN, True), (MIN_SEEN // 2 - 1, False)])
def test_a_dataset_of_which_little_is_known_is_not_learnt_from(n_known, is_learnt):
    known = knowledge()
    rows = known.evaluations
    unknown = (rows["dataset_id"] == "set-1") & ~rows["configuration_id"].isin(NAMES[:n_known])
    learnt = observe(KnowledgeBase(**vars(known) | {"evaluations": rows[~unknown]}), R2)
    assert ("set-1" in learnt.scores.index) == is_learnt


def test_where_a_configuration_does_not_apply_it_is_not_missing():
    known = knowledge()
    rows = known.evaluations
    rare = (rows["configuration_id"] == NAMES[3]) & ~rows["dataset_id"].isin(["set-0", "set-1"])
    unknown = KnowledgeBase(**vars(known) | {"evaluations": rows[~rare]})
    assert NAMES[3] not in observe(unknown, R2).scores
    not_applicable = rows.assign(status=rows["status"].mask(rare, "not_applicable"), r2=rows["r2"].mask(rare))
    assert NAMES[3] in observe(KnowledgeBase(**vars(known) | {"evaluations": not_applicable}), R2).scores
