"""The knowledge base: datasets, meta-features, configurations and evaluations, as tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.algorithms.configuration import Configuration
from recommender.evaluation.evaluate import FAILURES
from recommender.evaluation.metrics import METRICS, Metric, find_metric
from recommender.tables.dataset import Task
from recommender.tables.splits import MAX_TRAIN_SAMPLES
from recommender.words import count

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]

N_ALIKE = 9
"""By so many configurations that did about as well on some folds it is judged how hard these are."""


@dataclass(frozen=True, eq=False)
class KnowledgeBase:
    """What is known of how configurations do on datasets.

    Parameters
    ----------
    datasets : DataFrame indexed by dataset id
        Name, task, target, sizes, fingerprint, signatures of the columns, licence and family.
    metafeatures : DataFrame of shape (n_datasets, n_metafeatures)
        Missing ones are NaN.
    configurations : DataFrame indexed by configuration id
        Algorithm and hyperparameters.
    evaluations : DataFrame
        One row for each configuration on a fold of a dataset at a size, which is how many training rows the fold might
        have: status, seconds, memory, rounds of early stopping, threads, and each metric in its own unit.
    environments : DataFrame indexed by environment id
        With which versions and limits the evaluations were made.
    size : int, default=10,000
        At which size configurations are compared: of how many training rows at most the outcomes are.
    """

    datasets: pd.DataFrame
    metafeatures: pd.DataFrame
    configurations: pd.DataFrame
    evaluations: pd.DataFrame
    environments: pd.DataFrame
    size: int = MAX_TRAIN_SAMPLES

    def __repr__(self) -> str:
        tables = {"dataset": self.datasets, "configuration": self.configurations, "evaluation": self.evaluations}
        return f"<KnowledgeBase: {', '.join(count(len(table), one) for one, table in tables.items())}>"

    def at(self, size: int) -> KnowledgeBase:
        """The same, with configurations compared at another size."""
        if size != self.size and size not in self._at:
            self._at[size] = replace(self, size=size)
        return self._at.get(size, self)

    @cached_property
    def _at(self) -> dict[int, KnowledgeBase]:
        """What was asked for at other sizes, since outcomes take a while."""
        return {}

    def for_task(self, task: Task) -> list[str]:
        """The ids of a task's datasets that have evaluations at its size."""
        evaluated = set(self.compared["dataset_id"].unique())
        return [i for i in self.datasets.index[self.datasets["task"] == task] if i in evaluated]

    def without(self, dataset_ids: Collection[str]) -> KnowledgeBase:
        """The knowledge base as if it had never seen some datasets."""
        keep = ~self.datasets.index.isin(list(dataset_ids))
        return replace(
            self,
            datasets=self.datasets[keep],
            metafeatures=self.metafeatures[self.metafeatures.index.isin(self.datasets.index[keep])],
            evaluations=self.evaluations[~self.evaluations["dataset_id"].isin(list(dataset_ids))],
        )

    def configuration(self, configuration_id: str) -> Configuration:
        """The configuration of that id."""
        row = self.configurations.loc[configuration_id].to_dict()
        return Configuration(row["algorithm"], row["hyperparameters"])

    @cached_property
    def compared(self) -> pd.DataFrame:
        """The evaluations at its size: the standard one, unless another was asked for."""
        is_compared = self.evaluations["size"] == self.size
        return self.evaluations if is_compared.all() else self.evaluations[is_compared]

    @cached_property
    def outcomes_by_size(self) -> pd.DataFrame:
        """The same as `outcomes` for every size, indexed by dataset, configuration and size."""
        by_size = {size: _outcomes(rows) for size, rows in self.evaluations.groupby("size")}
        found = pd.concat(by_size, names=["size"])
        return found.reorder_levels(["dataset_id", "configuration_id", "size"]).sort_index()

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Each configuration on each dataset, over the folds: mean score by metric, seconds, and how it ended.

        Of the evaluations at its size.

        Where a configuration has only some of a dataset's folds, since it was stopped as hopeless or the collection
        has not come to its end, its mean is corrected for how hard these folds are: by how much the scores of those
        that have every fold, and did about as well on these, differ there from their means over all, in the median.
        """
        return _outcomes(self.compared)

    def performance(self, task: Task, metric: str | Metric | None = None) -> pd.DataFrame:
        """Mean scores over folds, larger is better: datasets by configurations.

        A configuration that failed on any fold of a dataset has that dataset's lowest score: to the user it is worth no
        more than the worst of the others. One that was stopped as hopeless has what it had reached, and at most the
        dataset's median, which it was known to be behind. One that does not apply, was not evaluated, or does not allow
        the metric is missing.
        """
        measure = metric if isinstance(metric, Metric) else find_metric(metric, task)
        outcomes = self.outcomes.loc[self.outcomes.index.get_level_values(0).isin(self.for_task(task))]
        table = (measure.sign * outcomes[measure.name]).where(~outcomes["failed"]).unstack()
        stopped, failed = (outcomes[how].unstack().eq(True).to_numpy(bool) for how in ("stopped", "failed"))
        values = table.to_numpy(np.float64)
        lowest = table.min(axis=1).to_numpy()[:, None]
        medians = pd.DataFrame(np.where(stopped | failed, lowest, values)).median(axis=1).to_numpy()[:, None]
        values = np.where(stopped, np.minimum(values, medians), values)
        values = np.where(failed, lowest, values)
        return pd.DataFrame(values, index=table.index, columns=table.columns)

    def target_scales(self) -> pd.Series:
        """The standard deviation of each regression dataset's target, as its scores give it away.

        On any fold ``1 - r2`` is the square of ``rmse`` over the standard deviation of the fold's targets.
        """
        rows = self.compared[["dataset_id", "rmse", "r2"]].dropna()
        rows = rows[rows["r2"] < 0.999]
        scales = (rows["rmse"] / np.sqrt(1 - rows["r2"])).groupby(rows["dataset_id"], observed=True).median()
        return scales.set_axis(_as_text(scales.index))


def _outcomes(rows: pd.DataFrame) -> pd.DataFrame:
    """What `KnowledgeBase.outcomes` says, of evaluations at one size."""
    keys = ["dataset_id", "configuration_id"]
    flags = {
        "failed": rows["status"].isin(FAILURES),
        "not_applicable": rows["status"] == "not_applicable",
        "stopped": rows["status"] == "stopped",
    }
    ok = rows["status"] == "ok"
    numbers = ["fit_seconds", "predict_seconds", "n_train", "n_test", *METRICS]
    sizes = {name: rows[name].where(ok) for name in ("n_train", "n_test")}
    grouped = rows[[*keys, *numbers]].assign(**sizes, **flags, n_folds=ok).groupby(keys, observed=True)
    found = grouped[numbers].mean().join(grouped[list(flags)].max()).join(grouped["n_folds"].sum())
    found = _with_hard_folds_taken_out(found, rows[ok])
    ids = (_as_text(found.index.get_level_values(key)) for key in keys)
    return found.set_axis(pd.MultiIndex.from_arrays(list(ids), names=keys))


def _with_hard_folds_taken_out(outcomes: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Means over some folds of a dataset, as they would be over all of them if every fold were as hard for all."""
    dataset_ids = outcomes.index.get_level_values(0)
    most = outcomes["n_folds"].groupby(dataset_ids, observed=True).transform("max")
    partial = ((outcomes["n_folds"] < most) & (outcomes["n_folds"] > 0) & ~outcomes["failed"]).to_numpy()
    if not partial.any():
        return outcomes
    metrics, whole = list(METRICS), (outcomes["n_folds"] == most).to_numpy()
    means = outcomes[metrics].to_numpy(np.float64)
    found = means.copy()
    for at, folds, scores in _by_dataset(outcomes.index, rows[rows["dataset_id"].isin(set(dataset_ids[partial]))]):
        complete = at[whole[at]]
        for pattern in np.unique(folds[partial[at]], axis=0):
            mine = at[partial[at] & (folds == pattern).all(axis=1)]
            there = scores[whole[at]][:, pattern].mean(axis=1)
            found[mine] += _hardness(means[mine], there, means[complete])
    found = np.clip(found, *(np.array([getattr(METRICS[m], end) for m in metrics]) for end in ("lower", "upper")))
    corrected = {name: np.where(partial, found[:, i], means[:, i]) for i, name in enumerate(metrics)}
    return outcomes.assign(**corrected).astype(outcomes.dtypes.to_dict())


def _by_dataset(index: pd.Index, rows: pd.DataFrame) -> Iterator[tuple[Positions, NDArray[np.bool_], Floats]]:
    """Of each dataset the positions of its configurations, which folds they have, and the scores there by metric."""
    at = index.get_indexer(pd.MultiIndex.from_frame(rows[["dataset_id", "configuration_id"]]))
    values, folds = rows[list(METRICS)].to_numpy(np.float64), rows["fold"].to_numpy()
    for mine in rows.groupby("dataset_id", observed=True).indices.values():
        positions, one = np.unique(at[mine], return_inverse=True)
        _, other = np.unique(folds[mine], return_inverse=True)
        scores = np.full((one.max() + 1, other.max() + 1, values.shape[1]), np.nan)
        scores[one, other] = values[mine]
        has = np.zeros(scores.shape[:2], dtype=bool)
        has[one, other] = True
        yield positions, has, scores


def _hardness(means: Floats, there: Floats, everywhere: Floats) -> Floats:
    """What scores on some folds lack of scores on all, by the configurations that did about as well on these folds.

    Parameters
    ----------
    means : array of shape (n_configurations, n_metrics)
        Of the configurations that have these folds alone.
    there, everywhere : array of shape (n_complete, n_metrics)
        Those of the others on these folds, and on all.
    """
    with np.errstate(invalid="ignore"):  # a score may be infinite where it comes from elsewhere
        distance, differences = np.abs(means[:, None] - there), everywhere - there
    nearest = np.argsort(np.where(np.isfinite(distance), distance, np.inf), axis=1)[:, :N_ALIKE]
    lacking = np.take_along_axis(differences[None], nearest, axis=1)
    known: NDArray[np.bool_] = np.any(np.isfinite(lacking), axis=1)
    return np.where(known, np.nanmedian(np.where(known[:, None], lacking, 0.0), axis=1), 0.0)


def _as_text(labels: pd.Index) -> pd.Index:
    """Labels as plain text, where they were categories."""
    return labels.astype("str") if isinstance(labels.dtype, pd.CategoricalDtype) else labels


def winners(knowledge: KnowledgeBase, task: Task, metric: str | None = None) -> pd.DataFrame:
    """Which configuration won on each dataset of a task.

    Parameters
    ----------
    knowledge : KnowledgeBase
        Where the evaluations are.
    task : {"binary", "multiclass", "regression"}
        Whose datasets.
    metric : str, optional
        By which scores; the task's default otherwise.

    Returns
    -------
    DataFrame
        A row for each dataset, with the winning algorithm, its hyperparameters, its mean score, and by how much it is
        ahead of LightGBM's default, in the metric's own unit.
    """
    measure = find_metric(metric, task)
    performance = knowledge.performance(task, measure)
    performance = performance[performance.notna().any(axis=1)]
    best = performance.idxmax(axis=1)
    table = pd.DataFrame(
        {
            "dataset": knowledge.datasets.loc[performance.index, "name"],
            "n_samples": knowledge.datasets.loc[performance.index, "n_samples"],
            "n_features": knowledge.datasets.loc[performance.index, "n_features"],
            "algorithm": best.map(knowledge.configurations["algorithm"]),
            "hyperparameters": best.map(knowledge.configurations["hyperparameters"]),
            measure.name: measure.sign * performance.max(axis=1),
        }
    )
    if "lightgbm-default" in performance:
        table["ahead_of_lightgbm"] = performance.max(axis=1) - performance["lightgbm-default"]
    return table
