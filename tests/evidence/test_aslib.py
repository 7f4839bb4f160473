from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from yaml import YAMLError

from recommender.errors import KnowledgeBaseError
from recommender.evaluation.metrics import METRICS
from recommender.evidence.aslib import ScenarioError, read_scenario, write_scenario
from recommender.evidence.knowledge import KnowledgeBase
from recommender.measuring.matrix import read_matrix

IDS = [f"openml:{i}" for i in range(12)]
CONFIGURATIONS = {"lda-default": ("lda", {}), "k_neighbors-247f5955": ("k_neighbors", {"n_neighbors": 1})}


def knowledge() -> KnowledgeBase:
    """Twelve datasets, two to a family; the second configuration ends in another way on each of the first four."""
    datasets = pd.DataFrame(
        {
            "name": [f"set {i}" for i in range(12)],
            "task": "binary",
            "family": [IDS[i // 2 * 2] for i in range(12)],
            "metafeatures_seconds": 0.5,
        },
        index=IDS,
    )
    metafeatures = pd.DataFrame({"nr_inst": np.arange(12.0), "sometimes": [np.nan, *range(11)], "never": np.nan}, IDS)
    ends = dict(zip(IDS, ["failed", "timeout", "not_applicable", "stopped"], strict=False))
    filled = {**dict.fromkeys(METRICS, np.nan), "n_train": 8, "n_test": 2, "fit_seconds": 0.5, "predict_seconds": 0.1}
    filled["size"] = 10_000
    rows = [
        {
            **filled,
            "dataset_id": i,
            "configuration_id": c,
            "fold": fold,
            "status": "ok",
            "roc_auc": 0.5 + k / 50 + fold / 10,
        }
        for k, i in enumerate(IDS)
        for c in CONFIGURATIONS
        for fold in range(2)
        if c == "lda-default" or (i not in ends and i != IDS[4])
    ]
    rows += [
        {**filled, "dataset_id": i, "configuration_id": "k_neighbors-247f5955", "fold": 0, "status": how}
        for i, how in ends.items()
    ]
    configurations = pd.DataFrame(CONFIGURATIONS, index=["algorithm", "hyperparameters"]).T
    return KnowledgeBase(datasets, metafeatures, configurations, pd.DataFrame(rows), pd.DataFrame())


def test_a_scenario_stays_where_writing_another_does_not_come_to_its_end(tmp_path):
    known = knowledge()
    write_scenario(known, tmp_path, "binary", "roc_auc")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    fewer = known.without([IDS[0]])
    wrong = replace(fewer, configurations=fewer.configurations.assign(hyperparameters=[{"C": object()}] * 2))
    with pytest.raises(YAMLError, match="cannot represent"):
        write_scenario(wrong, tmp_path, "binary", "roc_auc")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_scenario_is_of_the_standard_size(tmp_path):
    known = knowledge()
    small = known.evaluations.assign(size=200, roc_auc=0.1, status="ok")
    both = replace(known, evaluations=pd.concat([known.evaluations, small], ignore_index=True))
    write_scenario(known, tmp_path / "one", "binary", "roc_auc")
    write_scenario(both, tmp_path / "both", "binary", "roc_auc")
    pd.testing.assert_frame_equal(read_scenario(tmp_path / "one").runs, read_scenario(tmp_path / "both").runs)


def test_what_is_written_can_be_read(tmp_path):
    write_scenario(knowledge(), tmp_path, "binary", "roc_auc")
    scenario = read_scenario(tmp_path)
    assert scenario.name == "recommender-binary"
    assert next(iter(scenario.measures.items())) == ("roc_auc", True)
    assert scenario.measures["log_loss"] is False
    performance = scenario.performance().loc[IDS]
    assert performance["lda-default"].to_numpy() == pytest.approx(0.55 + np.arange(12) / 50)
    assert performance["k_neighbors-247f5955"].isna().tolist() == [True] * 5 + [False] * 7
    assert scenario.features.loc[IDS[:2], "sometimes"].isna().tolist() == [True, False]
    assert list(scenario.features) == ["nr_inst", "sometimes"]
    assert scenario.algorithms["k_neighbors-247f5955"]["configuration"] == {"n_neighbors": 1}


def test_the_run_status_says_how_it_ended(tmp_path):
    write_scenario(knowledge(), tmp_path, "binary")
    runs = read_scenario(tmp_path).runs.set_index(["algorithm", "instance_id"])["runstatus"]
    assert runs["k_neighbors-247f5955"][IDS[:6]].tolist() == [
        "crash", "timeout", "not_applicable", "other", "other", "ok",
    ]  # fmt: skip


def test_families_are_in_one_fold(tmp_path):
    base = knowledge()
    write_scenario(base, tmp_path, "binary")
    folds = read_scenario(tmp_path).folds
    assert (folds.groupby(base.datasets["family"]).nunique() == 1).all()
    assert folds.nunique() == 6


def test_a_task_without_datasets_makes_no_scenario(tmp_path):
    with pytest.raises(KnowledgeBaseError, match="0 regression datasets of 0 families"):
        write_scenario(knowledge(), tmp_path, "regression")


def test_a_metric_that_nothing_has_comes_first_in_no_scenario(tmp_path):
    with pytest.raises(KnowledgeBaseError, match="holds no f1 of binary datasets"):
        write_scenario(knowledge(), tmp_path, "binary", "f1")


PUBLISHED = {
    "description.txt": """\
algorithm_cutoff_time: 0
default_steps:
- ALL
feature_steps:
  ALL:
    provides: &id001
    - size
features_deterministic: *id001
maximize: {maximize}
performance_measures: error
performance_type: solution_quality
scenario_id: made up
""",
    "algorithm_runs.arff": """\
@relation ALGORITHM_RUNS_made_up
@attribute instance_id string
@attribute repetition numeric
@attribute algorithm string
@attribute error numeric
@attribute runstatus {ok, timeout, memout, not_applicable, crash, other}
@data
""",
    "feature_values.arff": "@relation f\n@attribute instance_id string\n@attribute repetition numeric\n"
    "@attribute size numeric\n@data\n",
    "cv.arff": "@relation c\n@attribute instance_id string\n@attribute repetition numeric\n"
    "@attribute fold numeric\n@data\n",
}


@pytest.fixture
def published(tmp_path):
    """A scenario as others write them: a single measure, numbers as names, repetitions, values that are missing."""
    rows = {
        "algorithm_runs.arff": [
            f"{i},{r},{a},0.{i}{r},ok" for i in range(10, 22) for r in (1, 2, 3) for a in ("a", "'b c'")
        ]
        + [f"10,{r},d,?,timeout" for r in (1, 2)],
        "feature_values.arff": [f"{i},1,{i * 2}" for i in range(10, 22)],
        "cv.arff": [f"{i},{r},{i % 3 + r}" for i in range(10, 22) for r in (1, 2)],
    }
    for name, text in PUBLISHED.items():
        text = text.replace("{maximize}", "false")
        (tmp_path / name).write_text(text + "\n".join(rows.get(name, [])) + "\n")
    return tmp_path


def test_repetitions_are_put_together(published):
    scenario = read_scenario(published)
    assert scenario.measures == {"error": False}
    assert scenario.performance().loc["10"].dropna().to_dict() == pytest.approx({"a": 0.102, "b c": 0.102})
    assert scenario.folds["11"] == 3


def test_the_meta_model_is_measured_on_a_scenario(published):
    matrix = read_matrix(published)
    assert matrix.performance.loc["10", "a"] == pytest.approx(-0.102)  # an error is turned round
    assert matrix.metafeatures.loc["10", "size"] == 20
    assert matrix.folds is not None


def test_what_is_no_scenario_is_said(published, tmp_path_factory):
    with pytest.raises(ScenarioError, match=r"holds no ASlib scenario: there is no description\.txt"):
        read_scenario(tmp_path_factory.mktemp("empty"))
    runs = published / "algorithm_runs.arff"
    runs.write_text(runs.read_text().replace("attribute error", "attribute mistake"))
    with pytest.raises(ScenarioError, match=r"algorithm_runs\.arff has no column error"):
        read_scenario(published)
    (published / "description.txt").write_text("performance_measures: [error\n")
    with pytest.raises(ScenarioError, match="not hold an ASlib scenario as the format asks for"):
        read_scenario(published)
