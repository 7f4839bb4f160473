from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from recommender import recommend
from recommender.showing.plain_reading import plain_reading
from recommender.showing.script import write_script


def dated_table(n: int = 80) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2019-01-01") + pd.to_timedelta(rng.integers(0, 1500, n), unit="D")
    table = pd.DataFrame({"since": days.strftime("%Y-%m-%d"), "x": rng.normal(size=n)})
    table["size"] = rng.choice(["low", "medium", "high"], n)
    table["kind"] = rng.choice(["red", "blue"], n)
    table.loc[3, "since"] = table.loc[5, "size"] = table.loc[7, "kind"] = np.nan
    return table.assign(y=(table["x"] + rng.normal(size=n) > 0).astype(int))


def read(lines: list[str], table: pd.DataFrame) -> pd.DataFrame:
    names = {"table": table.copy(), "pd": pd}
    exec("\n".join(lines), names)
    return names["table"]


@pytest.mark.parametrize("algorithm", ["logistic_regression", "lightgbm", "random_forest", "k_neighbors"])
def test_pandas_and_the_pipeline_predict_what_is_recommended(algorithm):
    table = dated_table()
    recommendation = recommend(table, target="y", include=[algorithm])
    data, best = recommendation.dataset, recommendation.best
    plain = plain_reading(best.estimator, data)
    prepared = read(plain.lines, table.drop(columns="y"))
    ours = best.estimator.fit(data.X, data.y).predict_proba(data.X)
    np.testing.assert_allclose(plain.pipeline.fit(prepared, table["y"]).predict_proba(prepared), ours, atol=1e-5)


@pytest.mark.parametrize(
    "cells",
    [
        ["$3.50", "$1,200.00", "$7.00", "$8.25"],
        ["03/12/2019", "25/12/2019", "01/02/2020", "30/01/2021"],
        ["3 kg", "4 kg", "5 kg", "7 kg"],
        ["Low ", "medium", "low", "HIGH"],
    ],
    ids=["money", "days first", "units", "spellings"],
)
def test_what_pandas_would_read_otherwise_needs_the_reader(cells):
    table = dated_table().assign(more=cells * 20)
    recommendation = recommend(table, target="y", include=["lda"])
    assert plain_reading(recommendation.best.estimator, recommendation.dataset) is None


def test_a_name_that_is_taken_already_needs_the_reader():
    table = dated_table().assign(since_year=np.arange(80) % 7)
    recommendation = recommend(table, target="y", include=["lda"])
    assert plain_reading(recommendation.best.estimator, recommendation.dataset) is None


def test_a_script_for_dates_and_levels_runs_without_this_package(tmp_path, capsys):
    dated_table().to_csv(tmp_path / "dated.csv", index=False)
    recommendation = recommend(tmp_path / "dated.csv", target="y", include=["logistic_regression"])
    code = write_script(recommendation.best, file=str(tmp_path / "dated.csv"), target="y", metric=recommendation.judge)
    assert "recommender" not in code
    assert "skrub" not in code
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(compile(code, "script", "exec"), {})
    assert capsys.readouterr().out.startswith("cross-validated roc_auc: 0.")


def test_names_are_quoted(tmp_path):
    hostile = "a'); import os; os.abort() #"
    table = dated_table().rename(columns={"size": hostile})
    recommendation = recommend(table, target="y", include=["lda"])
    plain = plain_reading(recommendation.best.estimator, recommendation.dataset)
    assert hostile in read(plain.lines, table.drop(columns="y")).columns


def test_columns_of_one_name_are_read_by_the_reader():
    table = pd.DataFrame([[1.5, "a"], [2.5, "b"]] * 20, columns=["same", "same"])
    item = recommend(table, pd.Categorical(["u", "v"] * 20), include=["naive_bayes"]).best
    compile(write_script(item, file="table.csv", target="y"), "script", "exec")
