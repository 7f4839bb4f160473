from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from messy import messy_table
from sklearn.datasets import load_diabetes, load_iris, load_wine

from recommender import recommend
from recommender.advice.reasons import Reasons, explain
from recommender.cli import app as cli
from recommender.metafeatures import METAFEATURES


@pytest.fixture(scope="module", params=[load_wine, load_diabetes], ids=["multiclass", "regression"])
def reasons(request) -> Reasons:
    return recommend(request.param()).explain()


def test_neighbours_come_with_similarity_and_what_won(reasons):
    assert len(reasons.neighbours) == 5
    assert reasons.neighbours["similarity"].is_monotonic_decreasing
    assert reasons.neighbours[["name", "winner"]].notna().all(axis=None)


def test_every_meta_feature_is_accounted_for_and_described(reasons):
    assert set(reasons.metafeatures.index) == set(reasons.recommendation.trained.model.features_) <= set(METAFEATURES)
    assert reasons.metafeatures["percentile"].dropna().between(0, 1).all()
    assert reasons.metafeatures["description"].map(len).min() > 5
    change = (reasons.metafeatures["regret_if_typical"] - reasons.recommendation.best.expected_regret).abs()
    assert change.is_monotonic_decreasing
    assert change.iloc[0] > 0


def test_what_a_meta_feature_changes_is_what_the_meta_model_says(reasons):
    recommendation = reasons.recommendation
    name = reasons.metafeatures.index[0]
    changed = recommendation.metafeatures.assign(**{name: reasons.metafeatures["typical"][name]})
    ask = recommendation.trained.model.predict
    best = recommendation.best
    as_it_is, expected = (
        float(ask(m).regret[best.configuration.id].iloc[0]) for m in (recommendation.metafeatures, changed)
    )
    change = reasons.metafeatures["regret_if_typical"][name] - best.expected_regret
    assert change == pytest.approx(expected - as_it_is, abs=1e-6)


def test_what_would_come_first_is_what_the_recommendation_would_put_first(reasons):
    recommendation = reasons.recommendation
    group = reasons.groups.index[-1]
    names = [name for name, about in METAFEATURES.items() if about.group == group]
    typical = reasons.metafeatures["typical"][names]
    changed = recommendation.metafeatures.assign(**typical.to_dict())
    model = recommendation.trained.model
    first = model.preference(changed, among=[item.configuration.id for item in recommendation.items]).iloc[0].idxmin()
    assert reasons.groups["first_if_typical"][group] == recommendation.trained.configurations[first].algorithm


def test_typical_dataset_has_nothing_that_moved_the_choice(reasons):
    typical = reasons.metafeatures["typical"].to_frame().T.reindex(columns=reasons.recommendation.metafeatures.columns)
    regret = reasons.recommendation.trained.model.expected_regret(typical).iloc[0]
    items = tuple(replace(item, expected_regret=regret[item.configuration.id]) for item in reasons.recommendation.items)
    unmoved = explain(replace(reasons.recommendation, metafeatures=typical, items=items))
    assert unmoved.metafeatures_in_words() == []
    assert "no single one did noticeably" in str(unmoved)


def test_ranks_are_places_among_algorithms(reasons):
    assert reasons.recommendation.best.algorithm in reasons.ranks.index
    assert reasons.ranks[["typical_rank", "rank_among_neighbours"]].stack().between(1, len(reasons.ranks)).all()
    assert 0 < reasons.ranks["wins"].sum() <= len(reasons.recommendation.trained.datasets)


def test_percentile_says_where_a_value_lies():
    small = recommend(load_iris(as_frame=True).frame.sample(60, random_state=0), target="target").explain()
    large = recommend(load_wine()).explain()
    assert small.metafeatures["percentile"]["nr_attr"] < large.metafeatures["percentile"]["nr_attr"]
    assert np.isnan(large.metafeatures["percentile"]["target_skewness"])


def test_printed_it_is_plain_text_without_leftovers(reasons):
    text = repr(reasons)
    for heading in ("comes first", "Most similar known datasets", "moved the choice", "typical rank", "resembles"):
        assert heading in text
    assert "NaN" not in text
    assert max(map(len, text.splitlines())) < 250


def test_what_is_known_twice_is_told_once(reasons):
    moved = reasons.metafeatures.loc[["nr_inst", "log_nr_inst", "nr_class"]].assign(regret_if_typical=1.0)
    told = replace(reasons, metafeatures=moved).metafeatures_in_words()
    assert [sentence.partition(":")[0] for sentence in told] == ["Number of rows", "Number of classes"]


def test_as_a_dict_it_is_json(reasons):
    content = json.loads(json.dumps(reasons.to_dict(), allow_nan=False))
    assert [row["metafeature"] for row in content["metafeatures"]] == list(reasons.noticeable().index)
    assert len(content["ranks"]) == len(reasons.ranks)


def test_the_command_line_explains(tmp_path, capsys):
    load_iris(as_frame=True).frame.to_csv(tmp_path / "iris.csv", index=False)
    ask = ["recommend", str(tmp_path / "iris.csv"), "--target", "target", "--explain"]
    assert cli.main(ask) == 0
    assert "moved the choice" in capsys.readouterr().out
    assert cli.main([*ask, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["reasons"]["outside"] is False
    assert cli.main([*ask, "--format", "python"]) == 2


def test_outside_is_said_with_its_reason(reasons):
    assert "The dataset resembles" in str(reasons)
    outside = explain(replace(reasons.recommendation, why_outside=("it has 9 rows", "it has 9 columns")))
    assert outside.outside
    assert "lies outside what the knowledge base has seen: it has 9 rows; it has 9 columns." in str(outside)


def test_how_columns_were_read_is_told_where_it_is_not_evident(reasons):
    assert "How columns were read" not in str(reasons)
    told = str(recommend(messy_table(), target="sold").explain()).split("\nHow columns were read\n")[1].splitlines()
    assert told[0] == "  'id': left out, it numbers the rows"
    assert told[1].endswith("': number in $")
    assert "  'temperature': number, 10% missing, -999 read as missing" in told
    assert len(told) == 10  # all but x and colour
    assert all(line.isprintable() for line in told)
