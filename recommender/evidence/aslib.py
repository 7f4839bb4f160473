"""Scenarios of the Algorithm Selection Library, written and read.

The format: Bischl et al., "ASlib: a benchmark library for algorithm selection", Artificial Intelligence 237, 2016, and
https://www.coseal.net/aslib. A dataset is an instance, a configuration an algorithm, a meta-feature a feature.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recommender.errors import KnowledgeBaseError, MissingExtraError, RecommenderError, one_line
from recommender.evaluation.metrics import find_metric, metrics_for
from recommender.evidence.knowledge import KnowledgeBase
from recommender.outputs import whole_folder, write_text
from recommender.tables.dataset import Task
from recommender.tables.files.readers import read_table

DESCRIPTION = "description.txt"
N_FOLDS = 10
STEP = "all"
"""The one feature step: meta-features are extracted together."""
RUN_STATUS = {
    "ok": "ok",
    "timeout": "timeout",
    "memory": "memout",
    "failed": "crash",
    "crashed": "crash",
    "not_applicable": "not_applicable",
    "stopped": "other",
    "not evaluated": "other",
}
"""How an evaluation ended, in the words of the format."""

README = """\
Performance of configurations of scikit-learn pipelines (algorithms) on {n} {task} datasets of OpenML (instances),
written by `recommender kb export`. Each value is a mean over the folds on which a configuration was evaluated,
corrected for how hard these folds are where it has only some of them. fit_seconds are processor seconds on one thread.
At most 10,000 rows were fitted.

Where a value is missing (?), the run status says why: timeout, memout, crash (an error, or the process died), or
not_applicable (the dataset is too large for the algorithm, or has nothing that a choice is for). "other" with a
value was stopped after its first folds since it was far behind; "other" without one was not evaluated. Missing features
are not defined on that dataset.

cv.arff keeps datasets of one origin in one fold.
"""


class ScenarioError(RecommenderError, ValueError):
    """A folder that does not hold an ASlib scenario."""


@dataclass(frozen=True, eq=False)
class Scenario:
    """What is read of a scenario.

    Parameters
    ----------
    name : str
        Its id.
    measures : dict of str to bool
        Each performance measure and whether a larger value is better, the most important one first.
    runs : DataFrame
        A row for each algorithm on an instance, with columns instance_id, algorithm, runstatus and the measures;
        repetitions are put together by their median.
    features : DataFrame of shape (n_instances, n_features)
        Indexed by instance; the mean over repetitions.
    folds : Series or None
        The fold of each instance in the scenario's own splits, of the first repetition.
    algorithms : dict of str to mapping
        What the scenario says of each algorithm.
    """

    name: str
    measures: dict[str, bool]
    runs: pd.DataFrame
    features: pd.DataFrame
    folds: pd.Series | None
    algorithms: dict[str, Any]

    def performance(self, measure: str | None = None) -> pd.DataFrame:
        """Instances by algorithms, by the first measure unless another is asked for; NaN where a run was not ok."""
        measure = measure or next(iter(self.measures))
        values = self.runs[measure].where(self.runs["runstatus"] == "ok")
        return values.set_axis(pd.MultiIndex.from_frame(self.runs[["instance_id", "algorithm"]])).unstack()


def is_scenario(folder: Path) -> bool:
    """Whether a folder looks like a scenario."""
    return (folder / DESCRIPTION).exists()


def read_scenario(folder: Path) -> Scenario:
    """The scenario in a folder.

    Parameters
    ----------
    folder : Path
        Holds ``description.txt``, ``algorithm_runs.arff``, ``feature_values.arff``, and, where it has one, ``cv.arff``.

    Raises
    ------
    ScenarioError
        If a file is missing or is not what the format asks for.
    MissingExtraError
        If PyYAML is not installed.
    """
    yaml = _yaml()
    if not is_scenario(folder):
        raise ScenarioError(f"{folder} holds no ASlib scenario: there is no {DESCRIPTION} in it")
    try:
        about = yaml.safe_load((folder / DESCRIPTION).read_text(encoding="utf-8"))
        names, maximize = (_listed(about[key]) for key in ("performance_measures", "maximize"))
        measures = dict(zip(names, map(bool, maximize), strict=True))
        grouped = _read(folder, "algorithm_runs", ["algorithm", "runstatus", *names]).groupby(
            ["instance_id", "algorithm"], sort=False
        )
        runs = grouped[names].median().join(grouped["runstatus"].agg(_most_frequent)).reset_index()
        values = _read(folder, "feature_values", [])
        features = values.groupby("instance_id", sort=False).mean(numeric_only=True).drop(columns="repetition")
        folds = None
        if (folder / "cv.arff").exists():
            cv = _read(folder, "cv", ["fold"])
            folds = cv[cv["repetition"] == cv["repetition"].min()].set_index("instance_id")["fold"]
        algorithms = about.get("metainfo_algorithms") or {}
    except RecommenderError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, yaml.YAMLError) as error:
        raise ScenarioError(
            f"{folder} does not hold an ASlib scenario as the format asks for: {one_line(error)}"
        ) from error
    return Scenario(
        str(about.get("scenario_id") or folder.name),
        measures,
        runs,
        features,
        folds,
        {str(name): about for name, about in algorithms.items()},
    )


def _read(folder: Path, name: str, columns: Iterable[str]) -> pd.DataFrame:
    """An ARFF file of a scenario, instances as text."""
    table = read_table(folder / f"{name}.arff").frame
    missing = {"instance_id", "repetition", *columns} - set(table.columns)
    if missing:
        raise ScenarioError(
            f"{folder / name}.arff has no column {', '.join(sorted(missing))}, which the format asks for"
        )
    texts = [column for column in ("instance_id", "algorithm", "runstatus") if column in table]
    return table.astype(dict.fromkeys(texts, "str"))


def _most_frequent(values: pd.Series) -> str:
    return str(values.mode().iloc[0])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def write_scenario(knowledge: KnowledgeBase, folder: Path, task: Task, metric: str | None = None) -> None:
    """Write what is known of a task's datasets as a scenario, all of its files or none.

    Parameters
    ----------
    knowledge : KnowledgeBase
        Where the evaluations are.
    folder : Path
        Made where it does not exist; files of the same names in it are replaced.
    task : {"binary", "multiclass", "regression"}
        Whose datasets.
    metric : str, optional
        Which measure comes first; the task's default otherwise. The task's other metrics and ``fit_seconds`` follow.

    Raises
    ------
    KnowledgeBaseError
        If the knowledge base holds fewer than two families of the task's datasets, or nothing of the metric.
    MissingExtraError
        If PyYAML is not installed.
    """
    yaml = _yaml()
    ids = knowledge.for_task(task)
    families = knowledge.datasets.loc[ids, "family"]
    if families.nunique() < 2:
        raise KnowledgeBaseError(f"{len(ids)} {task} datasets of {families.nunique()} families make no scenario")
    first = find_metric(metric, task)
    if knowledge.evaluations.loc[knowledge.evaluations["dataset_id"].isin(ids), first.name].isna().all():
        raise KnowledgeBaseError(f"the knowledge base holds no {first.name} of {task} datasets: name another metric")
    metrics = [first, *(m for m in metrics_for(task) if m is not first)]
    measures = [*(m.name for m in metrics), "fit_seconds"]
    runs = _runs(knowledge, ids, measures)
    algorithms = list(dict.fromkeys(runs["algorithm"]))
    features = knowledge.metafeatures.loc[ids].dropna(axis=1, how="all")
    named = {i: knowledge.configuration(i) for i in algorithms}
    name = f"recommender-{task}"
    about = {
        "scenario_id": name,
        "performance_measures": measures,
        "maximize": [*(m.greater_is_better for m in metrics), False],
        "performance_type": [*("solution_quality" for _ in metrics), "runtime"],
        "algorithm_cutoff_time": "?",
        "algorithm_cutoff_memory": "?",
        "features_cutoff_time": "?",
        "features_cutoff_memory": "?",
        "metainfo_algorithms": {
            i: {"algorithm": c.algorithm, "configuration": dict(c.hyperparameters), "deterministic": True}
            for i, c in named.items()
        },
        "algorithms_deterministic": algorithms,
        "algorithms_stochastic": [],
        "number_of_feature_steps": 1,
        "feature_steps": {STEP: {"provides": list(features)}},
        "default_steps": [STEP],
        "features_deterministic": list(features),
        "features_stochastic": [],
    }
    keys = pd.DataFrame({"instance_id": ids, "repetition": 1})
    steps = {STEP: ["ok", "timeout", "memout", "presolved", "crash", "other"]}
    seconds = knowledge.datasets.loc[ids, "metafeatures_seconds"].to_numpy()
    with whole_folder(folder) as part:
        write_text(part / "readme.txt", README.format(n=len(ids), task=task))
        write_text(part / DESCRIPTION, yaml.safe_dump(about, sort_keys=False))
        _write(part, name, "algorithm_runs", runs, {"runstatus": list(dict.fromkeys(RUN_STATUS.values()))})
        _write(part, name, "feature_values", pd.concat([keys, features.reset_index(drop=True)], axis=1))
        _write(part, name, "feature_runstatus", keys.assign(**{STEP: "ok"}), steps)
        _write(part, name, "feature_costs", keys.assign(**{STEP: seconds}))
        _write(part, name, "cv", keys.assign(fold=_folds(families) + 1))


def _runs(knowledge: KnowledgeBase, ids: list[str], measures: list[str]) -> pd.DataFrame:
    """Every configuration that was tried on one of the datasets, on all of them."""
    outcomes = knowledge.outcomes.loc[knowledge.outcomes.index.get_level_values(0).isin(ids)]
    rows = knowledge.compared.astype({"status": "str"})
    rows = rows[(rows["status"] != "ok") & rows["dataset_id"].isin(ids)]
    status = rows.groupby(["dataset_id", "configuration_id"], observed=True)["status"].first()
    configurations = sorted(outcomes.index.get_level_values(1).unique())
    pairs = pd.MultiIndex.from_product([ids, configurations], names=["instance_id", "algorithm"])
    ended = status.reindex(pairs).where(status.reindex(pairs).notna(), "ok")
    ended[~pairs.isin(outcomes.index)] = "not evaluated"
    values = outcomes[measures].reindex(pairs).where(ended.isin(["ok", "stopped"]))
    runs = values.assign(runstatus=ended.map(RUN_STATUS)).reset_index()
    runs.insert(1, "repetition", 1)
    return runs


def _folds(families: pd.Series) -> np.ndarray:
    """The fold of each dataset, families kept together and folds about equal."""
    from sklearn.model_selection import GroupKFold

    folds = np.zeros(len(families), dtype=int)
    splits = GroupKFold(min(N_FOLDS, families.nunique())).split(folds, groups=families)
    for number, (_, test) in enumerate(splits):
        folds[test] = number
    return folds


def _write(
    folder: Path, scenario: str, name: str, table: pd.DataFrame, nominal: dict[str, list[str]] | None = None
) -> None:
    import arff  # liac-arff

    kinds: dict[str, Any] = {"instance_id": "STRING", "algorithm": "STRING", **(nominal or {})}
    columns = [table[column].astype(object).where(table[column].notna(), None).tolist() for column in table]
    content = {
        "relation": f"{name.upper()}_{scenario}",
        "attributes": [(str(column), kinds.get(str(column), "NUMERIC")) for column in table],
        "data": list(zip(*columns, strict=True)),
    }
    write_text(folder / f"{name}.arff", arff.dumps(content))


def _yaml() -> Any:
    try:
        import yaml
    except ModuleNotFoundError as error:
        raise MissingExtraError("ASlib scenarios need PyYAML: pip install 'recommender[aslib]'") from error
    return yaml
