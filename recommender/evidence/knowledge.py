"""The knowledge base: datasets, meta-features, configurations and evaluations, as tables."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recommender.algorithms.configuration import Configuration
from recommender.errors import KnowledgeBaseError, unknown_name
from recommender.evaluation.evaluate import FAILURES
from recommender.evaluation.metrics import METRICS, Metric, find_metric
from recommender.evidence.families import find_families
from recommender.manifest import checked_file, read_manifest, shipped_folder, shipped_version, write_manifest
from recommender.outputs import check_folder
from recommender.tables.dataset import Task

if TYPE_CHECKING:
    from recommender.evidence.store import Store

FORMAT = 1
"""The format of the files. To change it: raise it, and teach `load_knowledge` to read the older ones."""


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
        One row for each configuration on a fold of a dataset: status, seconds, and each metric in its own unit.
    environments : DataFrame indexed by environment id
        With which versions and limits the evaluations were made.
    """

    datasets: pd.DataFrame
    metafeatures: pd.DataFrame
    configurations: pd.DataFrame
    evaluations: pd.DataFrame
    environments: pd.DataFrame

    def for_task(self, task: Task) -> list[str]:
        """The ids of a task's datasets that have evaluations."""
        evaluated = set(self.evaluations["dataset_id"].unique())
        return [i for i in self.datasets.index[self.datasets["task"] == task] if i in evaluated]

    def without(self, dataset_ids: Collection[str]) -> KnowledgeBase:
        """The knowledge base as if it had never seen some datasets."""
        keep = ~self.datasets.index.isin(list(dataset_ids))
        return KnowledgeBase(
            self.datasets[keep],
            self.metafeatures[self.metafeatures.index.isin(self.datasets.index[keep])],
            self.configurations,
            self.evaluations[~self.evaluations["dataset_id"].isin(list(dataset_ids))],
            self.environments,
        )

    def configuration(self, configuration_id: str) -> Configuration:
        """The configuration of that id."""
        row = self.configurations.loc[configuration_id].to_dict()
        return Configuration(row["algorithm"], row["hyperparameters"])

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Each configuration on each dataset, over the folds: mean score by metric, seconds, and how it ended.

        Where a configuration has only some of a dataset's folds, since it was stopped as hopeless or the collection
        has not come to its end, its mean is corrected for how hard these folds are: by how much the mean of the
        configurations that have every fold differs between these folds and all.
        """
        rows, keys = self.evaluations, ["dataset_id", "configuration_id"]
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

    def performance(self, task: Task, metric: str | Metric | None = None) -> pd.DataFrame:
        """Mean scores over folds, larger is better: datasets by configurations.

        A configuration that failed on any fold of a dataset has that dataset's lowest score: to the user it is worth no
        more than the worst of the others. One that was stopped as hopeless has what it had reached, and at most the
        dataset's median, which it was known to be behind. One that does not apply, was not evaluated, or does not allow
        the metric is missing.
        """
        measure = metric if isinstance(metric, Metric) else find_metric(metric, task)
        outcomes = self.outcomes.loc[self.outcomes.index.get_level_values(0).isin(self.for_task(task))]
        scores = outcomes[measure.name] if measure.greater_is_better else -outcomes[measure.name]
        table = scores.where(~outcomes["failed"]).unstack()
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
        rows = self.evaluations[["dataset_id", "rmse", "r2"]].dropna()
        rows = rows[rows["r2"] < 0.999]
        scales = (rows["rmse"] / np.sqrt(1 - rows["r2"])).groupby(rows["dataset_id"], observed=True).median()
        return scales.set_axis(_as_text(scales.index))

    def save(self, folder: Path, *, extending: bool = False) -> None:
        """Write the tables as Parquet, with a manifest.

        Parameters
        ----------
        folder : Path
            Where to; made where it does not exist.
        extending : bool, default=False
            Whether `load_knowledge` shall give these tables together with what comes with the package, of which then a
            hash is written down, so that a change of it is noticed.
        """
        check_folder(folder)
        signatures = self.datasets["signatures"].map(json.dumps)
        _write(self.datasets.assign(signatures=signatures), folder / "datasets.parquet")
        _write(self.metafeatures, folder / "metafeatures.parquet")
        settings = self.configurations["hyperparameters"].map(json.dumps)
        _write(self.configurations.assign(hyperparameters=settings), folder / "configurations.parquet")
        names = ["dataset_id", "configuration_id", "environment_id", "status", "message"]
        rows = self.evaluations.astype(dict.fromkeys(names, "category"))
        rows = rows.astype(dict.fromkeys(["fit_seconds", "predict_seconds", *METRICS], np.float32))
        _write(rows.reset_index(drop=True), folder / "evaluations.parquet")
        versions = self.environments["versions"].map(json.dumps)
        _write(self.environments.assign(versions=versions), folder / "environments.parquet")
        about = {"extends": shipped_version()} if extending else None
        write_manifest(folder, kind="knowledge base", version=FORMAT, about=about)


def _with_hard_folds_taken_out(outcomes: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Means over some folds of a dataset, as they would be over all of them if every fold were as hard for all."""
    dataset_ids = outcomes.index.get_level_values(0)
    most = outcomes["n_folds"].groupby(dataset_ids, observed=True).transform("max")
    partial = (outcomes["n_folds"] < most) & (outcomes["n_folds"] > 0) & ~outcomes["failed"]
    if not partial.any():
        return outcomes
    metrics = list(METRICS)
    rows = rows[rows["dataset_id"].isin(set(dataset_ids[partial]))]
    at = outcomes.index.get_indexer(pd.MultiIndex.from_frame(rows[["dataset_id", "configuration_id"]]))
    whole = (outcomes["n_folds"] == most).to_numpy()[at]
    folds = rows[whole].groupby(["dataset_id", "fold"], observed=True)[metrics].mean()
    hardness = folds - folds.groupby(level=0, observed=True).transform("mean")
    mine = rows[partial.to_numpy()[at]]
    seen = hardness.reindex(pd.MultiIndex.from_frame(mine[["dataset_id", "fold"]]))
    seen.index = pd.MultiIndex.from_frame(mine[["dataset_id", "configuration_id"]])
    correction = seen.groupby(level=[0, 1], observed=True).mean().reindex(outcomes.index[partial]).fillna(0.0)
    corrected = outcomes.copy()
    corrected.loc[partial, metrics] -= correction.to_numpy()
    return corrected


def _as_text(labels: pd.Index) -> pd.Index:
    """Labels as plain text, where they were categories."""
    return labels.astype("str") if isinstance(labels.dtype, pd.CategoricalDtype) else labels


def _write(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path, compression="zstd", compression_level=15)


def knowledge_of(store: Store) -> KnowledgeBase:
    """The knowledge base that a store has recorded."""
    datasets = store.read_datasets().set_index("id")
    if datasets.empty:
        raise KnowledgeBaseError(f"the store {store.address} holds no datasets yet. Fill it with `recommender collect`")
    metafeatures = pd.DataFrame(datasets["metafeatures"].tolist(), index=datasets.index).astype(np.float64)
    datasets = datasets.drop(columns=["metafeatures"])
    return KnowledgeBase(
        datasets.assign(family=find_families(datasets)),
        metafeatures,
        store.read_configurations().set_index("id"),
        store.read_evaluations(),
        store.read_environments().set_index("id"),
    )


def record_knowledge(knowledge: KnowledgeBase, store: Store) -> int:
    """Record a knowledge base in a store, so that `collect` can go on from it; what the store holds stays as it is.

    The inverse of `knowledge_of`, but for families, which are found anew from the content.

    Parameters
    ----------
    knowledge : KnowledgeBase
        What to record.
    store : Store
        Where to; it may hold something already.

    Returns
    -------
    int
        How many evaluations were new to the store.

    Examples
    --------
    >>> from recommender.evidence.store import Store
    >>> store = Store("sqlite://")
    >>> knowledge = load_knowledge()
    >>> knowledge = knowledge.without(knowledge.datasets.index[5:])
    >>> record_knowledge(knowledge, store) == len(knowledge.evaluations)
    True
    >>> record_knowledge(knowledge, store)
    0
    """
    datasets = knowledge.datasets.drop(columns=["family"], errors="ignore")
    metafeatures = knowledge.metafeatures.reindex(datasets.index).to_dict("records")
    datasets["metafeatures"] = pd.Series(metafeatures, index=datasets.index, dtype=object)
    return store.add_tables(
        datasets.rename_axis("id").reset_index(),
        knowledge.configurations.rename_axis("id").reset_index(),
        knowledge.environments.rename_axis("id").reset_index(),
        knowledge.evaluations,
    )


def load_knowledge(folder: Path | None = None, *, alone: bool = False) -> KnowledgeBase:
    """The knowledge base in a folder, or the one that comes with the package.

    Parameters
    ----------
    folder : Path, optional
        Written by `KnowledgeBase.save` or ``recommender train``; what is shipped by default.
    alone : bool, default=False
        Whether to give only what the folder itself holds, where it extends what is shipped.

    Raises
    ------
    KnowledgeBaseError
        If it is not there, damaged, of a newer format, or extends another shipped knowledge base than today's.

    Examples
    --------
    >>> load_knowledge().datasets["task"].isin(["binary", "multiclass", "regression"]).all()
    np.True_
    """
    folder = folder or shipped_folder()
    manifest = read_manifest(folder, kind="knowledge base", version=FORMAT)

    def read(name: str) -> pd.DataFrame:
        return pd.read_parquet(checked_file(folder, f"{name}.parquet", manifest))

    datasets, configurations, environments = read("datasets"), read("configurations"), read("environments")
    own = KnowledgeBase(
        datasets.assign(signatures=datasets["signatures"].map(json.loads)),
        read("metafeatures"),
        configurations.assign(hyperparameters=configurations["hyperparameters"].map(json.loads)),
        read("evaluations"),
        environments.assign(versions=environments["versions"].map(json.loads)),
    )
    if alone or "extends" not in manifest:
        return own
    if manifest["extends"] != shipped_version():
        raise KnowledgeBaseError(
            f"{folder} extends the knowledge base of another version of recommender than the one installed. "
            f"`recommender train --knowledge {folder} --output {folder}` brings it up to date"
        )
    return extend(load_knowledge(), own)


def extends_shipped(folder: Path) -> bool:
    """Whether what a folder holds is to be taken together with what comes with the package."""
    return "extends" in read_manifest(folder, kind="knowledge base", version=FORMAT)


def extend(base: KnowledgeBase, own: KnowledgeBase) -> KnowledgeBase:
    """Two knowledge bases as one.

    A dataset that both hold, by its id or by its content, is there once, with the evaluations of both; where both
    have the same configuration on the same fold of it, the first one's evaluation stands. Families are found across
    both.

    Parameters
    ----------
    base : KnowledgeBase
        The one whose ids and descriptions of datasets stand.
    own : KnowledgeBase
        What is added to it.

    Examples
    --------
    >>> shipped = load_knowledge()
    >>> first, second = shipped.datasets.index[:2]
    >>> rest = shipped.without([first])
    >>> together = extend(rest, shipped.without([second]))
    >>> len(together.datasets) == len(shipped.datasets), len(together.evaluations) == len(shipped.evaluations)
    (True, True)
    """
    own = _under_ids_of(base, own)
    datasets = _united(base.datasets, own.datasets)
    ids = ["dataset_id", "configuration_id"]
    return KnowledgeBase(
        datasets.assign(family=find_families(datasets)),
        _united(base.metafeatures, own.metafeatures).reindex(datasets.index),
        _united(base.configurations, own.configurations),
        _stacked(base.evaluations, own.evaluations).drop_duplicates([*ids, "fold"], ignore_index=True),
        _united(base.environments, own.environments),
    )


def beyond(base: KnowledgeBase, own: KnowledgeBase) -> KnowledgeBase:
    """What the second knowledge base adds to the first: evaluations that are not there, and their datasets.

    So a store into which the shipped knowledge base was exported, to go on from it, is not written down twice.
    """
    own = _under_ids_of(base, own)
    keys = ["dataset_id", "configuration_id", "fold"]
    of_base, of_own = (
        pd.MultiIndex.from_frame(some.evaluations[keys].astype({"dataset_id": "str", "configuration_id": "str"}))
        for some in (base, own)
    )
    evaluations = own.evaluations[~of_own.isin(of_base)].reset_index(drop=True)
    known = own.datasets.index[own.datasets.index.isin(base.datasets.index)]
    rest = own.without(known.difference(pd.Index(evaluations["dataset_id"].unique().astype(str))))
    return replace(rest, evaluations=evaluations)


def _under_ids_of(base: KnowledgeBase, own: KnowledgeBase) -> KnowledgeBase:
    """The second knowledge base with the first one's ids for datasets of the same content and task."""
    contents = [list(zip(some["fingerprint"], some["task"], strict=True)) for some in (base.datasets, own.datasets)]
    known = dict(zip(contents[0], base.datasets.index.astype(str), strict=True))
    renamed = {
        str(i): known[content]
        for i, content in zip(own.datasets.index, contents[1], strict=True)
        if i not in base.datasets.index and content in known
    }
    if not renamed:
        return own
    evaluated = own.evaluations["dataset_id"].astype("str").map(lambda i: renamed.get(i, i))
    return replace(
        own,
        datasets=own.datasets.rename(index=renamed),
        metafeatures=own.metafeatures.rename(index=renamed),
        evaluations=own.evaluations.assign(dataset_id=evaluated),
    )


def _united(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """The rows of the first table, and those of the second whose label is not in it."""
    more = second[~second.index.isin(first.index)]
    more = more[~more.index.duplicated()]
    return pd.concat([first, more]).rename_axis("id") if len(more) else first


def _stacked(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Two tables of evaluations on top of each other; text that repeats stays categorical."""
    kinds = {}
    for name in ("dataset_id", "configuration_id", "environment_id", "status", "message"):
        texts = [table[name].astype("category").cat.categories.astype("str") for table in (first, second)]
        kinds[name] = pd.CategoricalDtype(texts[0].union(texts[1]))
    return pd.concat([first.astype(kinds), second.astype(kinds)], ignore_index=True)


def drop_datasets(folder: Path, dataset_ids: Collection[str]) -> int:
    """Forget datasets that a folder of one's own holds, with all that was evaluated on them.

    Parameters
    ----------
    folder : Path
        Written by `KnowledgeBase.save`; not what comes with the package.
    dataset_ids : collection of str
        Which ones.

    Returns
    -------
    int
        How many evaluations were dropped.

    Raises
    ------
    KnowledgeBaseError
        If the folder is the shipped one.
    UnknownNameError
        If the folder does not hold one of them; then all are kept.
    """
    if folder.resolve() == shipped_folder().resolve():
        raise KnowledgeBaseError(
            "the knowledge base that comes with the package is not changed. Copy it with "
            "`recommender kb export my-knowledge`, and drop from the copy"
        )
    own = load_knowledge(folder, alone=True)
    for dataset_id in dataset_ids:
        if dataset_id not in own.datasets.index:
            raise unknown_name("dataset", dataset_id, own.datasets.index)
    rest = own.without(dataset_ids)
    rest.save(folder, extending=extends_shipped(folder))
    return len(own.evaluations) - len(rest.evaluations)


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
    sign = 1 if measure.greater_is_better else -1
    best = performance.idxmax(axis=1)
    table = pd.DataFrame(
        {
            "dataset": knowledge.datasets.loc[performance.index, "name"],
            "n_samples": knowledge.datasets.loc[performance.index, "n_samples"],
            "n_features": knowledge.datasets.loc[performance.index, "n_features"],
            "algorithm": best.map(knowledge.configurations["algorithm"]),
            "hyperparameters": best.map(knowledge.configurations["hyperparameters"]),
            measure.name: sign * performance.max(axis=1),
        }
    )
    if "lightgbm-default" in performance:
        table["ahead_of_lightgbm"] = performance.max(axis=1) - performance["lightgbm-default"]
    return table
