"""The benchmark against live peers: what its report says, what is kept and forgotten, and what a search may take."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from benchmarks.peers import fits as peers_fits
from benchmarks.peers import methods as peers_methods
from benchmarks.peers import report as peers_report
from benchmarks.peers import run as peers
from benchmarks.rows import append_rows
from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.configuration import Configuration
from recommender.evaluation.metrics import find_metric
from recommender.metamodel.trained import load_trained
from recommender.tables.loading import load_dataset
from recommender.tables.splits import split


@pytest.fixture(scope="module")
def rows():
    """Scores of five methods on eight tasks: each method is better than the next, and one was measured on two tasks."""
    found = []
    for task_id in range(8):
        for place, method in enumerate(["best of 5", "best of 3", "recommended", "other", "worst", "long"]):
            if method == "long" and task_id > 1:
                continue
            failed = method == "worst" and task_id == 3
            found.append(
                {
                    "task_id": task_id,
                    "task": "regression" if task_id < 2 else "binary",
                    "n_samples": 500 * (task_id + 1),
                    "fold": 0,
                    "method": method,
                    "metric": "r2" if task_id < 2 else "roc_auc",
                    "score": np.nan if failed else 0.9 - 0.1 * place,
                    "status": "timeout" if failed else "ok",
                    "choose_seconds": 1.0,
                    "fit_seconds": 0.5,
                    "predict_seconds": 0.1,
                }
            )
    return pd.DataFrame(found)


def test_critical_difference_is_that_of_a_published_example():
    assert peers_report.critical_difference(4, 14) == pytest.approx(1.25, abs=0.01)  # Demšar (2006), section 3.2.2


def test_the_summary_ranks_what_was_measured_everywhere_and_compares_the_rest_in_pairs(rows):
    summary = peers_report.summarise(rows).set_index(["kind", "method"]).loc["all"]
    assert summary["mean_rank"].drop("long").to_dict() == {
        "best of 5": 1.0,
        "best of 3": 2.0,
        "recommended": 3.0,
        "other": 4.0625,  # on one task it ties with what failed there
        "worst": 4.9375,
    }
    assert np.isnan(summary.loc["long", "mean_rank"])
    assert summary.loc["long", ["n_tasks", "five_wins", "five_losses"]].tolist() == [2, 2, 0]
    assert summary.loc["best of 5", ["first_wins", "first_ties", "first_losses"]].tolist() == [0, 0, 8]
    assert summary.loc["worst", ["first_wins", "failed", "normalized_score"]].tolist() == [8, 1, 0]
    assert summary.loc["best of 3", "normalized_score"] == pytest.approx(0.5)
    assert summary.loc["other", "five_p"] < 0.02
    assert np.isnan(summary.loc["long", "five_p"])  # two tasks can show nothing


def test_first_choices_alone_can_be_summarised(rows):
    rows = rows[~rows["method"].isin(["best of 3", "best of 5"])]
    summary = peers_report.summarise(rows).set_index(["kind", "method"]).loc["all"]
    assert summary.loc["other", "first_wins"] == 8
    assert not summary.columns.str.startswith("five").any()


def test_no_two_methods_are_compared_on_different_folds(rows):
    again = rows[rows["method"] != "long"].assign(fold=1, score=lambda rows: rows["score"] - 0.2)
    again = again[(again["task_id"] != 7) | (again["method"] != "other")]  # stopped on the way
    scores = peers_report.task_scores(pd.concat([rows[rows["task_id"] > 0], again]))
    assert scores["best of 5"].tolist() == pytest.approx([0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.9, 0.7])  # 7 has one, as 0
    assert scores.index.tolist() == [1, 2, 3, 4, 5, 6, 7, 0]
    assert scores["long"].isna().all()  # on task 1 it has the first fold alone
    assert "long" not in set(peers_report.summarise(pd.concat([rows, again]))["method"])


def test_the_report_writes_a_table_and_a_plot(rows, tmp_path):
    rows.assign(message="", chosen="").to_csv(tmp_path / "results.csv", index=False)
    summary = peers_report.report(tmp_path / "results.csv")
    sizes = {"up to 2,000 rows": 4, "above 2,000 rows": 4}
    assert set(summary["kind"]) == {"all", "classification", "regression", *sizes}
    for size, n_tasks in sizes.items():
        assert summary.set_index(["kind", "method"]).loc[(size, "recommended"), "n_tasks"] == n_tasks
    assert {path.name for path in tmp_path.iterdir()} == {"results.csv", "summary.csv", "regret_over_seconds.png"}


def test_rows_are_kept_as_they_come_and_only_those_asked_for_are_forgotten(tmp_path):
    path = tmp_path / "some" / "results.csv"
    for method in ("recommended", "LightGBM default"):
        append_rows(path, peers.COLUMNS, [{"task_id": 1, "fold": 0, "method": method, "message": "a, b"}])
    assert peers.read_results(path)["message"].tolist() == ["a, b", "a, b"]
    peers.forget(path, [1, 2], ["recommended"])
    append_rows(path, peers.COLUMNS, [{"task_id": 2, "fold": 0, "method": "best of 3"}])
    assert peers.read_results(path)["method"].tolist() == ["LightGBM default", "best of 3"]


@pytest.fixture(scope="module")
def iris():
    return load_dataset(load_iris(as_frame=True))


class Here:
    """Fits in this process."""

    def fit(self, dataset, what, fold, split):
        return peers_fits.fit(dataset, what, fold, split)


@pytest.fixture
def fold(iris):
    return peers_methods.Fold(iris, find_metric(None, iris.task), 0, split(iris)[0], None, None, Here())


def test_a_search_stops_at_its_seconds_and_sees_training_rows_alone(fold):
    fold.budget = 0.05
    chosen = peers_methods.random_search(fold)
    assert isinstance(chosen, Configuration)
    n_tried, rest = divmod(fold.spent.n_fits, peers_methods.N_INNER)
    assert n_tried >= 1
    assert fold.spent.choose_seconds >= fold.budget or rest
    held_out = np.concatenate([test_rows for _, test_rows in fold.inner_splits])
    assert sorted(held_out) == sorted(fold.split[0])


def test_a_fit_that_two_methods_want_is_done_once_and_counted_twice(fold):
    lda = Configuration("lda", {})
    scores = [fold.inner_score(lda), fold.inner_score(lda)]
    assert scores[0] == scores[1] > 0.9
    assert fold.spent.n_fits == 2 * peers_methods.N_INNER
    assert len(fold._fits) == peers_methods.N_INNER


def test_a_configuration_that_fails_is_not_chosen(fold):
    assert fold.inner_score(Configuration("k_neighbors", {"n_neighbors": 0})) == -np.inf


def test_histogram_boosting_is_measured_as_the_pool_is(iris):
    done = peers_fits.fit(iris, peers_fits.HISTOGRAM, 0, split(iris)[0]).evaluation
    assert done.status == "ok", done.message
    assert done.scores["accuracy"] > 0.8
    assert done.fit_seconds > 0


@pytest.fixture(scope="module")
def trained():
    return load_trained("multiclass")


def test_what_is_left_out_is_not_recommended(fold, trained):
    fold.trained = trained
    everything = {item.algorithm for item in fold.recommendation()[0].items}
    plain = {item.algorithm for item in fold.recommendation(peers_methods.EXTRA)[0].items}
    assert {"xgboost", "catboost"} <= everything - plain <= set(peers_methods.EXTRA)
    assert peers_methods.ALL["recommended (no extra)"](fold).algorithm in plain


def test_our_blend_says_what_it_weighs(iris, trained):
    only = {"lda", "gaussian_nb", "k_neighbors"}
    blend = peers_fits.Blend(trained, tuple(sorted(set(ALGORITHMS) - only)))
    done = peers_fits.fit(iris, blend, 0, split(iris)[0]).evaluation
    assert (done.status, done.configuration_id) == ("ok", "blend of 5 (no extra)"), done.message
    assert done.scores["accuracy"] > 0.8
    parts = [part.split() for part in done.message.split(" + ")]
    assert sum(float(weight) for weight, _ in parts) == pytest.approx(1, abs=0.02)
    assert {name.split("-")[0] for _, name in parts} <= only
