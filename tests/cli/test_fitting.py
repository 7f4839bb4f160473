from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pytest

from recommender.cli import app as cli
from recommender.fitting.saving import load, save, saved_target
from recommender.recommendation import recommend

rng = np.random.default_rng(0)
N = 160
USAGE = rng.normal(size=N)
TABLE = pd.DataFrame(
    {
        "usage": USAGE,
        "plan": rng.choice(["basic", "plus"], N),
        "since": pd.date_range("2020-01-01", periods=N).strftime("%d.%m.%Y"),
        "churned": np.where(USAGE + rng.normal(size=N) > 0, "yes", "no"),
    }
)


FIT = ["fit", "churn.csv", "--target", "churned", "--include", "lda", "--seconds", "5", "--output", "m.skops"]


@pytest.fixture(scope="module")
def churn(tmp_path_factory):
    """A folder with a model, and the tables it is for."""
    folder = tmp_path_factory.mktemp("churn")
    TABLE[:120].to_csv(folder / "churn.csv", index=False)
    TABLE[120:].to_csv(folder / "new.csv", index=False)
    X, y = TABLE[:120].drop(columns="churned"), TABLE["churned"][:120]
    model = recommend(X, y, include=["lda"]).best.estimator.fit(X, y)
    save(model, folder / "churn.skops", target="churned")
    return folder


@pytest.fixture
def here(churn, monkeypatch):
    monkeypatch.chdir(churn)
    return churn


def test_the_whole_way_from_a_table_to_predictions(here, tmp_path, capsys):
    model, report = str(tmp_path / "model.skops"), tmp_path / "report.html"
    asked = ["--target", "churned", "--seconds", "2", "--include", "lda", "--include", "naive_bayes"]
    assert cli.main(["fit", "churn.csv", *asked, "--output", model, "--html", str(report)]) == 0
    shown = capsys.readouterr()
    assert f"model written to {model}" in " ".join(shown.out.split())
    assert "Traceback" not in shown.err
    page = report.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "Model card: churn" in page
    assert saved_target(model) == "churned"
    assert cli.main(["predict", model, "new.csv"]) == 0
    predicted = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert len(predicted) == 40
    assert predicted["prediction"].tolist() == load(model).predict(TABLE[120:].drop(columns="churned")).tolist()
    assert cli.main(["evaluate", model, "new.csv"]) == 0
    assert "on 40 rows of new.csv" in capsys.readouterr().out


def test_the_division_of_rows_and_the_workers_reach_what_tries(here, tmp_path, monkeypatch):
    given = {}

    def refine(ranking, X, y, **how):
        given.update(how)
        raise KeyboardInterrupt

    monkeypatch.setattr("recommender.recommendation.Recommendation.refine", refine)
    how = ["--time", "since", "--folds", "4", "--workers", "1", "--memory", "1.5"]
    assert cli.main([*FIT[:-1], str(tmp_path / "m.skops"), *how]) == 130
    assert (given["n_jobs"], given["memory"], given["cluster"]) == (1, 1.5, None)
    assert (given["time"], given["cv"], given["groups"]) == ("since", 4, None)
    assert 0 < given["seconds"] < 5  # recommending took the rest
    assert list(tmp_path.iterdir()) == []


def test_what_ending_needs_is_loaded_before_anything_is_tried(here, tmp_path, monkeypatch):
    done = []

    def refine(ranking, X, y, **how):
        done.append("tried")
        raise KeyboardInterrupt

    monkeypatch.setattr("recommender.cli.fitting.import_module", done.append)
    monkeypatch.setattr("recommender.recommendation.Recommendation.refine", refine)
    assert cli.main([*FIT[:-1], str(tmp_path / "m.skops"), "--html", str(tmp_path / "card.html")]) == 130
    assert done[-1] == "tried"
    assert {"skops.io", "recommender.fitting.saved_types", "recommender.showing.card"} < set(done)


def test_predictions_have_probabilities_where_they_are_asked_for(here, tmp_path, capsys):
    output = tmp_path / "out.csv"
    assert cli.main(["predict", "churn.skops", "new.csv", "--probabilities", "--output", str(output)]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"40 predictions written to {output}" in shown.err
    assert "Note" not in shown.err  # the target is no surprise
    table = pd.read_csv(output)
    assert list(table) == ["prediction", "probability of no", "probability of yes"]
    np.testing.assert_allclose(table.iloc[:, 1:].sum(axis=1), 1)


def test_new_rows_may_be_in_any_kind_of_file_with_columns_in_any_order(here, tmp_path, capsys):
    cli.main(["predict", "churn.skops", "new.csv"])
    expected = capsys.readouterr().out
    shuffled = TABLE[120:][["since", "plan", "usage"]].assign(mood="good")
    shuffled.to_parquet(tmp_path / "new.parquet")
    assert cli.main(["predict", "churn.skops", str(tmp_path / "new.parquet")]) == 0
    shown = capsys.readouterr()
    assert shown.out == expected
    assert "Note: the model does not know 1 column, left aside: 'mood'" in shown.err


def test_missing_columns_are_one_line(here, tmp_path, capsys):
    TABLE[["usage"]].to_csv(tmp_path / "few.csv", index=False)
    assert cli.main(["predict", "churn.skops", str(tmp_path / "few.csv")]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert "lacks 2 columns of the 3 that the model was fitted on: 'plan', 'since'" in shown.err


def test_a_model_is_judged_by_all_metrics_of_its_task(here, capsys):
    assert cli.main(["evaluate", "churn.skops", "new.csv", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["metric"] for row in rows} >= {"roc_auc", "log_loss", "accuracy", "f1"}
    assert all(row["lower"] <= row["score"] <= row["upper"] and row["n_rows"] == 40 for row in rows)
    known = TABLE[120:]
    accuracy = load("churn.skops").score(known.drop(columns="churned"), known["churned"])
    assert next(row["score"] for row in rows if row["metric"] == "accuracy") == pytest.approx(accuracy)


def test_a_model_that_does_not_know_its_target_asks_for_it(here, tmp_path, capsys):
    save(load("churn.skops"), tmp_path / "nameless.skops")
    assert cli.main(["evaluate", str(tmp_path / "nameless.skops"), "new.csv"]) == 2
    assert "give --target, the column with the truth" in capsys.readouterr().err
    assert cli.main(["evaluate", str(tmp_path / "nameless.skops"), "new.csv", "--target", "churned"]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["predict", "absent.skops", "new.csv"], "absent.skops cannot be read"),
        (["predict", "churn.csv", "new.csv"], "churn.csv is damaged, or not a saved model"),
        (["predict", "churn.skops", "absent.csv"], "absent.csv"),
        (["predict", "churn.skops", "new.csv", "--output", "missing/out.csv"], "there is no folder missing"),
        (
            ["predict", "churn.skops", "new.csv", "--output", "./new.csv"],
            "new.csv is given twice, and what",
        ),
        (["predict", "churn.skops", "new.csv", "--output", "churn.skops"], "churn.skops is given twice"),
        (["fit", "churn.csv", "--target", "churned", "--output", "churn.csv"], "churn.csv is given twice"),
        ([*FIT, "--html", "m.skops"], "m.skops is given twice"),
        (["recommend", "churn.csv", "--html", "churn.csv"], "churn.csv is given twice"),
        (["evaluate", "churn.skops", "new.csv", "--target", "churn"], "Did you mean 'churned'"),
        (["fit", "churn.csv", "--target", "churned", "--output", "missing/m.skops"], "there is no folder missing"),
        (["fit", "churn.csv", "--output", "m.skops"], "which column is the target? Give --target"),
        (["fit", "churn.csv", "--target", "churned"], "Missing option"),
        ([*FIT, "--groups", "plain"], "Did you mean 'plan'"),
        ([*FIT, "--groups", "plan", "--time", "since"], "--groups and --time do not go together"),
        ([*FIT, "--time", "plan"], "--time holds what is read as category, which has no order"),
        ([*FIT, "--cluster", "localhost"], "--cluster 'localhost' is no address of a Dask scheduler"),
        (["fit", "absent.csv", *FIT[2:], "--cluster", "tcp://127.0.0.1:9"], "no Dask scheduler answers"),
        ([*FIT, "--memory", "0"], "'0' is not a number from 0.1"),
        ([*FIT, "--patience", "silence=x"], "--patience silence='x' is no number"),
        ([*FIT, "--folds", "500"], "--folds 500 folds were asked for, and the table has 120 rows"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistakes_are_one_line(here, capsys, arguments, said):
    before = sorted(here.iterdir())
    assert cli.main(arguments) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.err.count("\n") == 1
    assert shown.out == ""
    assert sorted(here.iterdir()) == before


def test_other_versions_are_a_note(here, tmp_path, monkeypatch, capsys):
    model, fitted = str(tmp_path / "old.skops"), load("churn.skops")
    with monkeypatch.context() as patch:
        patch.setattr("recommender.fitting.saving._versions", lambda names: {"numpy": "1.2.3"})
        save(fitted, model)
    assert cli.main(["predict", model, "new.csv"]) == 0
    assert "was saved with numpy 1.2.3 (here " in capsys.readouterr().err
