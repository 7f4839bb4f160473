from __future__ import annotations

import pickle
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import Pipeline

from recommender import recommend
from recommender.errors import KnowledgeBaseError, RecommendationError, UnknownNameError
from recommender.metamodel.seen import Seen
from recommender.metamodel.trained import load_trained
from recommender.showing.script import write_script
from recommender.tables.checks import make_dataset
from recommender.tables.loading import load_dataset


def churn(n: int = 150) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    usage = rng.normal(size=n)
    return pd.DataFrame(
        {
            "usage": np.where(rng.random(n) < 0.1, np.nan, usage),
            "plan": rng.choice(["basic", "plus", None], n),
            "since": pd.date_range("2020-01-01", periods=n),
            "active": rng.random(n) < 0.5,
            "churned": np.where(usage + rng.normal(size=n) > 0, "yes", "no"),
        }
    )


@pytest.mark.parametrize(
    ("loader", "task", "metric"),
    [
        (load_breast_cancer, "binary", "roc_auc"),
        (load_wine, "multiclass", "roc_auc"),
        (load_diabetes, "regression", "r2"),
    ],
)
def test_every_task_gets_a_ranking(loader, task, metric):
    recommendation = recommend(loader(as_frame=True))
    assert (recommendation.task, recommendation.metric.name) == (task, metric)
    frame = recommendation.to_frame()
    assert len(frame) >= 35
    possible = recommendation.scenarios
    preference = pd.Series(possible.preference, index=possible.configurations)
    assert preference[frame["configuration_id"]].is_monotonic_increasing
    assert frame["expected_regret"].between(0, 1).all()
    assert (frame["lower"] <= frame["expected_score"]).all()
    assert (frame["expected_score"] <= frame["upper"]).all()
    assert (frame[["fit_seconds", "predict_seconds"]] > 0).all(axis=None)


def test_every_form_of_a_dataset_gives_the_same(tmp_path):
    bunch = load_breast_cancer(as_frame=True)
    bunch.frame.to_csv(tmp_path / "a.csv", index=False)
    bunch.frame.to_parquet(tmp_path / "a.parquet")
    X, y = bunch.data, bunch.target
    answers = [
        recommend(X, y),
        recommend(X.to_numpy(), y.to_numpy()),
        recommend(bunch.frame, target="target"),
        recommend(bunch),
        recommend(tmp_path / "a.csv", target="target"),
        recommend(str(tmp_path / "a.parquet"), target="target"),
    ]
    first = answers[0].to_frame()
    for answer in answers[1:]:
        pd.testing.assert_frame_equal(answer.to_frame(), first)


@pytest.mark.parametrize(("asked", "nearest"), [("f1", "f1_macro"), ("brier", "log_loss"), ("mcc", "f1_macro")])
def test_a_metric_that_nothing_was_learnt_of_is_ranked_by_the_nearest(asked, nearest):
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    found, near = recommend(X, y, metric=asked), recommend(X, y, metric=nearest)
    assert (found.judge.name, found.metric.name) == (asked, nearest)
    pd.testing.assert_frame_equal(found.to_frame(), near.to_frame())
    said = f"nothing was learnt of {asked} itself: the ranking and the expected scores are by {nearest}"
    assert [note for note in found.notes() if note.startswith(said)]
    assert not [note for note in near.notes() if "nothing was learnt" in note]


def test_a_scorer_is_ranked_by_the_nearest_metric_and_a_note_says_so():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    found, near = recommend(X, y, metric="neg_mean_absolute_error"), recommend(X, y, metric="mae")
    assert (found.judge.name, found.metric.name) == ("neg_mean_absolute_error", "mae")
    pd.testing.assert_frame_equal(found.to_frame(), near.to_frame())
    assert any("judged by neg_mean_absolute_error" in note for note in found.notes())


def test_a_meta_model_given_ranks_by_its_own_metric():
    X, y = load_iris(return_X_y=True, as_frame=True)
    trained = load_trained("multiclass", "log_loss")
    found = recommend(X, y, metric="accuracy", knowledge=trained)
    assert (found.judge.name, found.metric.name) == ("accuracy", "log_loss")
    assert recommend(X, y, knowledge=trained).judge.name == "log_loss"


def test_openml_address(openml_cache):
    assert recommend("openml:3").dataset.name == "wine"


def test_best_estimator_fits_the_raw_table():
    table = churn()
    recommendation = recommend(table, target="churned")
    X, y = table.drop(columns="churned"), table["churned"]
    for item in recommendation.portfolio(3):
        assert isinstance(item.estimator, Pipeline)
        assert set(item.estimator.fit(X, y).predict(X)) <= {"yes", "no"}
    assert cross_val_score(clone(recommendation.best.estimator), X, y, cv=3).mean() > 0.5


def test_every_estimator_of_a_ranking_can_be_built():
    recommendation = recommend(load_iris(as_frame=True))
    for item in recommendation.items:
        assert item.estimator["model"].get_params() is not None


def test_portfolio_starts_with_the_best_and_repeats_nothing():
    recommendation = recommend(load_wine(as_frame=True))
    ids = [item.configuration.id for item in recommendation.portfolio(10)]
    assert ids[0] == recommendation.best.configuration.id
    assert len(set(ids)) == 10


def test_same_seed_same_answer():
    first, second = (recommend(churn(), target="churned", random_state=3).to_frame() for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_include_and_exclude():
    only = recommend(load_iris(), include=["lda", "k_neighbors"])
    assert {item.algorithm for item in only.items} == {"lda", "k_neighbors"}
    rest = recommend(load_iris(), exclude=["lightgbm"])
    assert "lightgbm" not in {item.algorithm for item in rest.items}


def test_limits_on_seconds_are_kept():
    frame = recommend(load_iris()).to_frame()
    most = float(frame["fit_seconds"].quantile(0.3))
    kept = recommend(load_iris(), max_fit_time=most)
    assert 0 < len(kept.items) < len(frame)
    assert kept.to_frame()["fit_seconds"].max() <= most


@pytest.fixture(scope="module")
def trained():
    return load_trained("multiclass")


def test_a_meta_model_for_other_tasks_is_refused():
    with pytest.raises(RecommendationError, match="for regression tasks, and this is multiclass"):
        recommend(load_iris(), knowledge=load_trained("regression"))


def test_limit_on_memory_is_kept(trained):
    whole = recommend(load_iris(), knowledge=trained).to_frame()
    most = float(whole["peak_bytes"].median()) / 1e6
    kept = recommend(load_iris(), knowledge=trained, max_memory=most).to_frame()
    assert 0 < len(kept) < len(whole)
    assert kept[["model_bytes", "peak_bytes"]].max(axis=None) <= most * 1e6


def test_what_is_said_to_fit_fits(trained):
    limits = {"max_memory": 1e-6, "max_predict_time": 100.0}
    with pytest.raises(RecommendationError, match="comes nearest: max_memory=") as caught:
        recommend(load_iris(), knowledge=trained, **limits)
    enough = float(str(caught.value).split("=")[-1].split()[0])
    kept = recommend(load_iris(), knowledge=trained, **limits | {"max_memory": enough})
    assert kept.best.peak_bytes <= enough * 1e6


def test_expected_size_is_of_the_right_order(trained):
    item = recommend(load_iris(), knowledge=trained, include="random_forest").best
    size = len(pickle.dumps(item.estimator.fit(*load_iris(return_X_y=True))))
    assert size / 4 < item.model_bytes < size * 4


def test_sizes_that_were_not_learnt_are_not_promised(trained):
    nothing = np.full_like(trained.model_bytes.costs, np.nan)
    unknown = replace(trained.model_bytes, costs=nothing)
    trained = replace(trained, model_bytes=unknown, peak_bytes=unknown)
    assert recommend(load_iris(), knowledge=trained).to_frame()[["model_bytes", "peak_bytes"]].isna().all(axis=None)
    with pytest.raises(KnowledgeBaseError, match="trained without peak_bytes"):
        recommend(load_iris(), knowledge=trained, max_memory=1.0)


def test_a_quicker_one_is_named_where_the_first_is_slow(trained):
    first = recommend(load_wine(), knowledge=trained)
    assert not any("max_fit_time" in note for note in first.notes())
    costs = trained.fit_seconds.costs.copy()
    costs[trained.fit_seconds.configurations.index(first.best.configuration.id)] *= 300 / first.best.fit_seconds
    slow = replace(trained, fit_seconds=replace(trained.fit_seconds, costs=costs))
    note = next(note for note in recommend(load_wine(), knowledge=slow).notes() if "max_fit_time" in note)
    assert note.startswith(f"{first.best.configuration.id} is expected to take 300 s")
    quicker = recommend(load_wine(), knowledge=slow, max_fit_time=30).best
    assert f"number {quicker.rank + 1}, {quicker.configuration.id}" in note


@pytest.mark.parametrize("loader", [load_breast_cancer, load_wine, load_diabetes])
def test_interpretable_models_can_be_read(loader):
    data = loader()
    recommendation = recommend(data, interpretable=True)
    for item in {item.algorithm: item for item in recommendation.items}.values():
        pipeline = item.estimator.fit(data.data, data.target)
        model = getattr(pipeline["model"], "regressor_", pipeline["model"])
        numbers = next(getattr(model, name) for name in ("coef_", "theta_", "term_features_") if hasattr(model, name))
        n_read = len(numbers) if isinstance(numbers, (list, tuple)) else numbers.shape[-1]
        assert n_read >= data.data.shape[1]  # pairs of columns, and curves of one, have numbers of their own


def test_no_expected_score_is_worse_than_always_predicting_the_most_frequent_class():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 3)), np.where(np.arange(400) % 40 == 0, "yes", "no")
    ranking = recommend(X, y, metric="accuracy")
    table = ranking.to_frame()
    assert table[["expected_score", "lower", "upper"]].min().min() >= 0.975
    assert (table["lower"] <= table["expected_score"]).all()
    session = ranking.session()
    session.tell(0.975, session.suggest())
    assert session.to_frame()[["expected_score", "lower"]].min().min() >= 0.975
    assert not any("thresholds of decision" in note for note in ranking.notes())  # accuracy gains nothing by them


def test_it_is_said_where_thresholds_of_decision_may_be_moved():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 3)), np.where(np.arange(400) % 10 == 0, "yes", "no")
    assert any("thresholds of decision" in note for note in recommend(X, y, metric="f1").notes())


@pytest.mark.parametrize("loader", [load_wine, load_diabetes])
def test_weighted_models_take_weights(loader):
    data = loader()
    items = {item.algorithm: item for item in recommend(data, weighted=True).items}
    everything = {item.algorithm for item in recommend(data).items}
    assert everything - set(items) == everything & {"k_neighbors", "lda", "qda", "gaussian_process"}
    for item in (item for item in items.values() if item.fit_seconds < 0.1):
        item.estimator.fit(data.data, data.target, model__sample_weight=np.ones(len(data.target)))


def test_other_metrics():
    losses = recommend(load_diabetes(as_frame=True), metric="rmse").to_frame()
    assert losses["expected_score"].between(20, 120).all()
    proper = recommend(load_iris(), metric="log_loss")
    assert all(hasattr(item.estimator, "predict_proba") for item in proper.items)


def test_too_large_for_a_kernel():
    rng = np.random.default_rng(0)
    recommendation = recommend(rng.normal(size=(12_000, 3)), rng.integers(0, 2, 12_000))
    assert "rbf_svm" not in {item.algorithm for item in recommendation.items}


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"metric": "auc"}, UnknownNameError, "unknown metric 'auc'"),
        ({"metric": "r2", "task": "multiclass"}, UnknownNameError, "does not judge multiclass tasks"),
        ({"include": ["xgbost"]}, UnknownNameError, "unknown algorithm 'xgbost'"),
        ({"exclude": ["lightgmb"]}, UnknownNameError, "Did you mean 'lightgbm'"),
        ({"include": ["ridge"]}, RecommendationError, "no configuration is left"),
        ({"max_fit_time": 1e-9}, RecommendationError, r"comes nearest: max_fit_time=[\d.]+ would do"),
        ({"include": "rbf_svm", "interpretable": True}, RecommendationError, "lda, linear_svm, logistic_"),
        ({"task": "clustering"}, UnknownNameError, "unknown task 'clustering'"),
        ({"knowledge": "nowhere"}, KnowledgeBaseError, "nowhere"),
    ],
)
def test_requests_that_cannot_be_met(options, error, message):
    with pytest.raises(error, match=message):
        recommend(load_iris(), **options)


def test_a_known_dataset_is_recognised_by_its_content():
    X, y = load_iris(return_X_y=True, as_frame=True)
    trained = load_trained("multiclass")
    known = trained.datasets.index[0]
    fingerprints = trained.datasets["fingerprint"].mask(trained.datasets.index == known, load_dataset(X, y).fingerprint)
    trained = replace(trained, datasets=trained.datasets.assign(fingerprint=fingerprints, n_samples=len(X)))
    shuffled = X.sample(frac=1, random_state=0).set_axis(list("abcd"), axis=1)
    recommendation = recommend(shuffled, y.loc[shuffled.index], knowledge=trained)
    assert recommendation.known == known
    assert "is in the knowledge base" in " ".join(recommendation.notes())
    other = X.assign(**{X.columns[0]: X[X.columns[0]] + np.arange(len(X))})
    assert recommend(other, y, knowledge=trained).known is None
    assert recommend(X.iloc[1:], y.iloc[1:], knowledge=trained).known is None


def test_scores_that_were_seen_on_the_very_table_count():
    X, y = load_iris(return_X_y=True, as_frame=True)
    X = X.iloc[:, :3]  # which the knowledge base does not hold
    trained = load_trained("multiclass")
    plain = recommend(X, y, knowledge=trained)
    scores = np.full((1, len(trained.configurations)), np.nan, np.float32)
    ids = trained.model.configurations_
    scores[0, [ids.index(item.configuration.id) for item in plain.items[:3]]] = 0.7
    told = Seen(np.array([plain.dataset.fingerprint]), np.array([len(X)]), scores)
    recommendation = recommend(X, y, knowledge=replace(trained, seen=told))
    assert plain.n_seen == 0
    assert "3 configurations were evaluated on this very table" in " ".join(recommendation.notes())
    assert recommendation.best.configuration.id not in {item.configuration.id for item in plain.items[:3]}
    assert recommendation.best.expected_score < plain.best.expected_score


def test_neighbours_are_known_datasets_with_winners():
    neighbours = recommend(load_wine(as_frame=True)).neighbours(4)
    assert len(neighbours) == 4
    assert neighbours["similarity"].between(0, 1).all()
    assert neighbours["winner"].notna().all()


def test_a_dataset_far_off_is_said_to_be_outside():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.lognormal(sigma=8, size=(60, 900)))
    recommendation = recommend(X, rng.integers(0, 2, 60))
    assert recommendation.outside
    assert "outside" in " ".join(recommendation.notes())


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_script_runs_as_it_is(tmp_path, monkeypatch, capsys, task):
    monkeypatch.chdir(tmp_path)
    table = churn()
    target = "churned" if task == "binary" else "usage"
    table = table.dropna(subset=["usage"])
    table.to_csv(tmp_path / "churn.csv", index=False)
    recommendation = recommend(tmp_path / "churn.csv", target=target)
    item = recommend(tmp_path / "churn.csv", target=target, include=["ridge", "lda"]).best
    scripts = [write_script(shown, file="churn.csv", target=target) for shown in (recommendation.best, item)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a model says of the data is not ours
        for script in scripts:
            exec(compile(script, "script", "exec"), {})
    name = "cross-validated r2: " if target == "usage" else "cross-validated accuracy: "
    assert [line.startswith(name) for line in capsys.readouterr().out.splitlines()] == [True, True]


def test_no_more_neighbours_are_recommended_than_half_of_the_rows_hold():
    X = np.random.default_rng(0).normal(size=(12, 3))
    table = recommend(X, np.arange(12) % 2, include=["k_neighbors"]).to_frame()
    assert {settings.get("n_neighbors", 5) for settings in table["hyperparameters"]} <= set(range(1, 7))
    assert len(table) >= 2


def test_what_was_noticed_while_reading_comes_first():
    X, y = load_iris(return_X_y=True, as_frame=True)
    repeated = X.assign(again=y).loc[lambda table: table.index.repeat(2)].reset_index(drop=True)
    found = recommend(make_dataset(repeated, y.repeat(2).reset_index(drop=True), notes=("a title was skipped",)))
    assert found.notes()[0] == "a title was skipped"
    assert len(found.notes()) > 1  # of a column that gives the target away
