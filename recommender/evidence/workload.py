"""How much work a collection is, and about how long it will take, before anything is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recommender.errors import DatasetError, KnowledgeBaseError, ServerError
from recommender.evaluation.costs import SecondsModel
from recommender.evaluation.limits import Limits
from recommender.evidence.folder import load_knowledge
from recommender.evidence.pending import folds_left, why_not_at
from recommender.evidence.request import Request, make_request
from recommender.evidence.store import Store
from recommender.tables.dataset import Dataset
from recommender.tables.openml import read_task
from recommender.tables.splits import applies, n_folds, n_train

OVERHEAD = 1.1
"""What a collection takes beyond fitting and predicting."""


@dataclass(frozen=True)
class Workload:
    """What is to be done.

    Parameters
    ----------
    datasets : DataFrame
        A row for each dataset at each size of evaluation: id, name, task, rows, columns, size, how many evaluations are
        asked for, how many of them are recorded, how many are left at most, and the seconds on one thread that those
        will take; NaN where nothing is known of that.
    skipped : dict of int to str
        Task ids that could not be had, and why.
    n_workers : int
        How many evaluations run at once.
    """

    datasets: pd.DataFrame
    skipped: dict[int, str]
    n_workers: int

    @property
    def n_left(self) -> int:
        """How many evaluations there are to be done, at most."""
        return int(self.datasets["left"].sum())

    @property
    def seconds(self) -> float:
        """About how long they take by the clock, with every worker at work all the time; NaN if nothing is known."""
        return self._by_the_clock(self.datasets)

    def by_size(self) -> pd.DataFrame:
        """The same for each size: datasets, evaluations recorded and left, and seconds by the clock."""
        groups = self.datasets.groupby("size")
        found = groups.agg(datasets=("name", "size"), recorded=("recorded", "sum"), left=("left", "sum"))
        return found.assign(seconds=[self._by_the_clock(rows) for _, rows in groups])

    def _by_the_clock(self, rows: pd.DataFrame) -> float:
        left = rows[rows["left"] > 0]
        return float(left["seconds"].sum(skipna=False)) * OVERHEAD / self.n_workers


def estimate_workload(
    store: Store,
    task_ids: Iterable[int],
    *,
    n_configurations: int | None = None,
    algorithms: Iterable[str] | None = None,
    n_workers: int = 1,
    limits: Limits | None = None,
    sizes: Sequence[int] | None = None,
) -> Workload:
    """How much of a collection is left to do, as `recommender.evidence.collect.collect` would do it now.

    Datasets are read, and nothing is evaluated or recorded. Seconds come from what the store has recorded, or from the
    knowledge base that comes with the package if that has seen more datasets. Configurations that fail or are stopped
    early make it less.

    Parameters
    ----------
    store, task_ids, n_configurations, algorithms, n_workers, limits, sizes
        As for `recommender.evidence.collect.collect`.
    """
    request = make_request(task_ids, n_configurations=n_configurations, algorithms=algorithms, sizes=sizes)
    seconds = _Seconds(store, (limits or Limits()).seconds)
    rows: list[dict[str, object]] = []
    skipped = {}
    for task_id in task_ids:
        try:
            dataset = read_task(task_id).dataset
        except (ServerError, DatasetError) as error:
            skipped[task_id] = str(error)
            continue
        for size in sorted({turn.size for turn in request.turns}):
            if applies(size, dataset.n_samples):
                rows.append(_row(store, request, dataset, size, seconds))
    columns = ["id", "name", "task", "n_samples", "n_features", "size", "evaluations", "recorded", "left", "seconds"]
    return Workload(pd.DataFrame(rows, columns=columns), skipped, n_workers)


def _row(store: Store, request: Request, dataset: Dataset, size: int, seconds: _Seconds) -> dict[str, object]:
    """What there is to do on a dataset at a size."""
    known, total = store.all_outcomes(dataset.source), n_folds(dataset.n_samples, size)
    pool = [c for c in request.configurations(dataset.task) if not why_not_at(size, c, dataset)]
    left = {c.id: len(folds_left(known.get(c.id, {}), size, total)) for c in pool}
    return {
        "id": dataset.source,
        "name": dataset.name,
        "task": dataset.task,
        "n_samples": dataset.n_samples,
        "n_features": dataset.n_features,
        "size": size,
        "evaluations": len(pool) * total,
        "recorded": sum(len(known.get(c.id, {}).get(size, {})) for c in pool),
        "left": sum(left.values()),
        "seconds": seconds.of(dataset, n_train(dataset.n_samples, size), left),
    }


class _Seconds:
    """What evaluations took, as a law of size for every configuration."""

    def __init__(self, store: Store, most: float) -> None:
        self._most = most
        self._model = _learnt(store.read_datasets().set_index("id"), store.read_evaluations())
        try:
            shipped = load_knowledge()
        except KnowledgeBaseError:
            return
        if len(shipped.datasets) > (self._model[1] if self._model else 0):
            self._model = _learnt(shipped.datasets, shipped.evaluations) or self._model

    def of(self, dataset: Dataset, n_fitted: int, left: dict[str, int]) -> float:
        """Seconds on one thread that so many folds of each configuration take, with so many rows to train on."""
        if self._model is None:
            return np.nan
        each = self._model[0].predict(_sizes([n_fitted], [dataset.n_features], [dataset.n_classes])).iloc[0]
        each = each.clip(upper=self._most)
        return float(sum(each.get(i, each.mean()) * n for i, n in left.items()))


def _learnt(datasets: pd.DataFrame, evaluations: pd.DataFrame) -> tuple[SecondsModel, int] | None:
    """The law, and the number of datasets behind it; None where nothing was measured."""
    rows = evaluations[evaluations["fit_seconds"].notna()]
    if rows.empty:
        return None
    rows = rows.assign(seconds=rows["fit_seconds"] + rows["predict_seconds"].fillna(0.0))
    places = ["dataset_id", "size"]
    seconds = rows.groupby([*places, "configuration_id"], observed=True)["seconds"].mean().unstack()
    n_fitted = rows.groupby(places, observed=True)["n_train"].max()
    about = datasets.loc[list(map(str, seconds.index.get_level_values(0)))]
    sizes = _sizes(n_fitted.loc[seconds.index], about["n_features"], about["n_classes"])
    return SecondsModel.fit(sizes, seconds), about.index.nunique()


def _sizes(n_samples: Iterable[float], n_features: Iterable[int], n_classes: Iterable[int]) -> pd.DataFrame:
    table = pd.DataFrame(zip(n_samples, n_features, n_classes, strict=True))
    return table.set_axis(["n_samples", "n_features", "n_classes"], axis=1).assign(n_categorical=0)
