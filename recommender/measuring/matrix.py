"""Measures the meta-model on a published matrix: datasets x configurations with meta-features, families left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import RecommenderError, one_line
from recommender.evidence.aslib import is_scenario, read_scenario
from recommender.measuring.simple_rules import simple_rules
from recommender.metamodel.intervals import COVERAGE
from recommender.metamodel.model import MetaModel
from recommender.metamodel.regrets import normalized_regret

Floats = NDArray[np.float64]
Orders = dict[str, NDArray[np.intp]]
"""The first configurations of each dataset, best first, by strategy."""

OURS, OURS_BY_SCORE = "meta-model", "meta-model, highest expected score"
REGRET, GAP = "mean normalized regret", "remaining gap"
SPARED = "regret that the meta-model spares"
FAMILY_FOLDS, OWN_FOLDS = "10 folds, families together", "the matrix's own folds"
N_FOLDS = 10
N_RESAMPLES = 2000


class MatrixError(RecommenderError, ValueError):
    """A folder that does not hold a performance matrix."""


@dataclass(frozen=True, eq=False)
class Matrix:
    """A published performance matrix.

    Parameters
    ----------
    name : str
        Its folder's name.
    performance : DataFrame of shape (n_datasets, n_configurations)
        Higher is better; missing cells allowed.
    metafeatures : DataFrame of shape (n_datasets, n_metafeatures)
        Of the same datasets in the same order.
    families : Series of shape (n_datasets,)
        Datasets of one family stay on one side of every split.
    folds : Series of shape (n_datasets,), optional
        The fold of each dataset in the matrix's own splits.
    tasks : Series of shape (n_datasets,), optional
        The task of each dataset, where there are several: the meta-model learns them together, and simple rules look at
        a dataset's own alone. What is of none is learnt from, and not judged.
    defaults : tuple of str, optional
        Configurations that are safe to choose, as for `MetaModel.fit`.
    levels : collection of str, optional
        Meta-features that say nothing of the order of configurations, as for `MetaModel.fit`.
    may_choose : DataFrame of bool of shape (n_datasets, n_configurations), optional
        What may be chosen on each dataset, at least one configuration; everything by default, and then one without a
        score counts as the worst.
    """

    name: str
    performance: pd.DataFrame
    metafeatures: pd.DataFrame
    families: pd.Series
    folds: pd.Series | None = None
    tasks: pd.Series | None = None
    defaults: tuple[str, ...] = ()
    levels: Collection[str] = ()
    may_choose: pd.DataFrame | None = None

    def parts(self) -> dict[str, NDArray[np.bool_]]:
        """Which datasets are of each task; where there is one task, all of them by the matrix's name."""
        if self.tasks is None:
            return {self.name: np.ones(len(self.performance), dtype=bool)}
        return {task: (self.tasks == task).to_numpy(bool) for task in self.tasks.dropna().unique()}

    def take(self, rows: NDArray[np.bool_]) -> Matrix:
        """Some of the datasets alone."""
        parts = {
            name: getattr(self, name)
            for name in ("performance", "metafeatures", "families", "folds", "tasks", "may_choose")
        }
        return replace(self, **{name: part[rows] for name, part in parts.items() if part is not None})


def read_matrix(folder: Path, *, higher_is_better: bool | None = None) -> Matrix:
    """The matrix in a folder.

    Parameters
    ----------
    folder : Path
        Holds ``performance.parquet`` (datasets x configurations), ``metafeatures.parquet``, and, where it has them,
        ``families.parquet`` (column family) and ``cv.parquet`` (columns dataset_id and fold); or an ASlib scenario,
        of which the first performance measure is read.
    higher_is_better : bool, optional
        The direction of the scores. By default the folder's ``README.md`` says "higher is better" or "lower is
        better"; a scenario says it too.

    Raises
    ------
    MatrixError
        If a file is missing or unreadable, no dataset has scores and meta-features, or nothing says the direction.
    """
    families = folds = None
    if is_scenario(folder):
        scenario = read_scenario(folder)
        performance, metafeatures, folds = scenario.performance(), scenario.features, scenario.folds
        higher_is_better = next(iter(scenario.measures.values())) if higher_is_better is None else higher_is_better
    else:
        performance, metafeatures = (_read(folder / f"{part}.parquet") for part in ("performance", "metafeatures"))
        if higher_is_better is None:
            higher_is_better = _direction(folder)
        if (folder / "families.parquet").exists():
            families = _read(folder / "families.parquet")["family"]
        if (folder / "cv.parquet").exists():
            folds = _read(folder / "cv.parquet")["fold"]
    performance = performance.astype(np.float64)
    performance = performance[performance.notna().any(axis=1)]
    datasets = performance.index.intersection(metafeatures.index, sort=False)
    if len(datasets) < N_FOLDS:
        raise MatrixError(f"{folder}: {len(datasets)} datasets with scores and meta-features, {N_FOLDS} are needed")
    scores, alone = performance.loc[datasets], pd.Series(datasets, index=datasets)
    return Matrix(
        folder.resolve().name,
        scores if higher_is_better else -scores,
        metafeatures.loc[datasets].select_dtypes(["number", "bool"]).astype(np.float64),
        alone if families is None else families.reindex(datasets).fillna(alone),
        None if folds is None else folds.reindex(datasets),
    )


def _read(path: Path) -> pd.DataFrame:
    """A table whose index is the dataset ids as text."""
    if not path.exists():
        raise MatrixError(f"no such file: {path}. A matrix's folder holds performance and metafeatures.parquet")
    try:
        table = pd.read_parquet(path)
    except Exception as error:  # the reader has many errors for a damaged file
        raise MatrixError(f"{path} cannot be read as Parquet: {one_line(error)}") from error
    if "dataset_id" in table.columns:
        table = table.set_index("dataset_id")
    table.index = table.index.astype(str)
    return table[~table.index.duplicated()]


def _direction(folder: Path) -> bool:
    readme = folder / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    said = set(re.findall(r"(higher|lower) is better", text.lower()))
    if len(said) != 1:
        raise MatrixError(
            f"{folder}: README.md does not say whether higher or lower is better; say so with higher_is_better="
        )
    return said == {"higher"}


def measure_matrix(
    folder: Path,
    *,
    seeds: Iterable[int] = range(5),
    ks: Sequence[int] = (1, 3, 5, 10),
    higher_is_better: bool | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> pd.DataFrame:
    """How well the meta-model and simple rules choose on a published matrix, each dataset's family left out.

    Everything that the meta-model learns or chooses, it learns from the training families of a fold.

    Parameters
    ----------
    folder : Path
        The matrix, as `read_matrix` takes it.
    seeds : iterable of int
        Each shuffles the families anew into ten folds and seeds the meta-model.
    ks : sequence of int
        How many configurations may be tried; the best of them counts.
    higher_is_better : bool, optional
        The direction of the scores, as for `read_matrix`.
    on_progress : callable(str), optional
        Called with a line on what is being done.

    Returns
    -------
    DataFrame
        Columns matrix, splits, measure, strategy, k, value, low, high (95 % interval, families bootstrapped),
        n_datasets, n_seeds. Measures are the mean normalized regret of the best of the first k, how much of another
        strategy's the meta-model spares, what the 80 % intervals cover and how wide they are, and, on a matrix with its
        own folds, the remaining gap: how much of the mean score between the single best (1) and the virtual best (0)
        is left by the first choice.
    """
    matrix = read_matrix(folder, higher_is_better=higher_is_better)
    seeds = list(seeds)
    runs = []
    for seed in seeds:
        on_progress(f"{matrix.name}: seed {seed}")
        runs.append(run_folds(matrix, family_folds(matrix.families, seed), max(ks), seed))
    rows = _regret_rows(matrix, FAMILY_FOLDS, [run[0] for run in runs], ks)
    rows += interval_rows(matrix, FAMILY_FOLDS, [run[1] for run in runs])
    if matrix.folds is not None:
        folds = pd.factorize(matrix.folds)[0]
        runs = [run_folds(matrix, folds, max(ks), seed) for seed in seeds]
        rows += _regret_rows(matrix, OWN_FOLDS, [run[0] for run in runs], ks)
        rows += _gap_rows(matrix, [run[0] for run in runs])
    table = pd.DataFrame(rows)
    table.insert(0, "matrix", matrix.name)
    return table.assign(n_datasets=len(matrix.performance), n_seeds=len(seeds))


def family_folds(families: pd.Series, seed: int) -> NDArray[np.intp]:
    """The fold of each dataset: families in random order, each to the fold that is smallest so far."""
    codes = pd.factorize(families)[0]
    sizes, filled = np.bincount(codes), np.zeros(N_FOLDS)
    fold_of = np.zeros(len(sizes), dtype=np.intp)
    for family in np.random.default_rng(seed).permutation(len(sizes)):
        fold_of[family] = np.argmin(filled)
        filled[fold_of[family]] += sizes[family]
    return fold_of[codes]


def run_folds(
    matrix: Matrix, folds: NDArray[np.intp], k: int, seed: int, *, n_train: int | None = None
) -> tuple[Orders, pd.DataFrame]:
    """For each strategy, the first `k` configurations of each dataset; and our intervals beside the truth.

    Each is learnt from the datasets of the other folds, or from so many of them that are drawn at random.
    """
    rng = np.random.default_rng(seed)
    n_datasets, n_configurations = matrix.performance.shape
    orders: Orders = {}
    intervals = []
    for fold in np.unique(folds):
        test = np.flatnonzero(folds == fold)
        train = rng.permutation(np.flatnonzero(folds != fold))[:n_train] if n_train else np.flatnonzero(folds != fold)
        chosen, expected = _choose(matrix, train, test, k, seed)
        intervals.append(expected)
        for strategy, order in chosen.items():
            table = orders.setdefault(strategy, np.zeros((n_datasets, min(k, n_configurations)), dtype=np.intp))
            table[test] = order
    return orders, pd.concat(intervals)


def fitted(matrix: Matrix, train: NDArray[np.intp], seed: int) -> MetaModel:
    """The meta-model that these datasets of a matrix, by position, give."""
    return MetaModel(random_state=seed).fit(
        matrix.metafeatures.iloc[train],
        matrix.performance.iloc[train],
        families=matrix.families.iloc[train],
        defaults=matrix.defaults,
        levels=matrix.levels,
    )


def _choose(
    matrix: Matrix, train: NDArray[np.intp], test: NDArray[np.intp], k: int, seed: int
) -> tuple[Orders, pd.DataFrame]:
    model = fitted(matrix, train, seed)
    position = {name: i for i, name in enumerate(model.configurations_)}
    unseen = matrix.metafeatures.iloc[test]
    prediction = model.predict(unseen)
    truth = matrix.performance.iloc[test].to_numpy()
    may = np.ones(truth.shape, dtype=bool) if matrix.may_choose is None else matrix.may_choose.iloc[test].to_numpy()
    names = [[name for name, wanted in zip(position, row, strict=True) if wanted] for row in may]
    ours = [[position[c] for c in model.portfolio(unseen.iloc[[i]], k, among=n)] for i, n in enumerate(names)]
    by_score = np.argsort(-prediction.score.to_numpy(), axis=1, kind="stable").tolist()
    full = _simple_rules(matrix, train, test) | {OURS: ours, OURS_BY_SCORE: by_score}
    orders = {rule: _firsts(order, may, k) for rule, order in full.items()}
    first = np.zeros(truth.shape, dtype=bool)
    first[np.arange(len(test)), [order[0] for order in ours]] = True
    cells = {
        "dataset": np.repeat(test, truth.shape[1]),
        "first": first.ravel(),
        "truth": truth.ravel(),
        "score": prediction.score.to_numpy().ravel(),
        "lower": prediction.lower.to_numpy().ravel(),
        "upper": prediction.upper.to_numpy().ravel(),
        "outside": np.repeat(prediction.outside.to_numpy(), truth.shape[1]),
    }
    return orders, pd.DataFrame(cells).dropna(subset="truth")


def _firsts(orders: Sequence[Sequence[int]], may: NDArray[np.bool_], k: int) -> NDArray[np.intp]:
    """The first `k` of each order that may be chosen, the last of them again where there are fewer."""
    firsts = []
    for order, row in zip(orders, may, strict=True):
        chosen = [c for c in order if row[c]][:k]
        firsts.append(chosen + chosen[-1:] * (min(k, may.shape[1]) - len(chosen)))
    return np.array(firsts, dtype=np.intp)


def _simple_rules(matrix: Matrix, train: NDArray[np.intp], test: NDArray[np.intp]) -> dict[str, list[list[int]]]:
    """The orders of rules without a meta-model, each learnt from the datasets of the same task."""
    task = np.zeros(len(matrix.performance), dtype=np.intp) if matrix.tasks is None else pd.factorize(matrix.tasks)[0]
    orders: dict[str, list[list[int]]] = {}
    for t in np.unique(task[test]):
        asked, known = np.flatnonzero(task[test] == t), train[task[train] == t]
        known = known if len(known) else train
        performance, metafeatures = matrix.performance.iloc[known], matrix.metafeatures.iloc[known]
        unseen, missing_is_worst = matrix.metafeatures.iloc[test[asked]], matrix.may_choose is None
        rules = simple_rules(performance, metafeatures, unseen, missing_is_worst=missing_is_worst)
        for strategy, found in rules.items():
            mine = orders.setdefault(strategy, [[] for _ in test])
            for row, order in zip(asked, found, strict=True):
                mine[row] = order
    return orders


# ---------------------------------------------------------------------------------------------------------------------
# Rows


def _regret_rows(matrix: Matrix, splits: str, runs: list[Orders], ks: Sequence[int]) -> list[dict[str, object]]:
    regret = normalized_regret(matrix.performance).to_numpy()
    regrets = {
        (strategy, k): np.stack([_best_of(regret, run[strategy][:, :k]) for run in runs]).mean(axis=0)
        for strategy in runs[0]
        for k in ks
    }
    return regret_rows(matrix, splits, regrets)


def regret_rows(matrix: Matrix, splits: str, regrets: Mapping[tuple[str, int], Floats]) -> list[dict[str, object]]:
    """The regret of each strategy after each number of tries, and how much of it the meta-model spares.

    What is spared is compared dataset by dataset, so that what makes datasets hard for all does not widen its interval.
    """
    ones = np.ones(len(matrix.performance))
    rows = [row_of(matrix, splits, REGRET, strategy, k, regret, ones) for (strategy, k), regret in regrets.items()]
    for (strategy, k), regret in regrets.items():
        if strategy != OURS:
            rows.append(row_of(matrix, splits, SPARED, strategy, k, regret - regrets[OURS, k], ones))
    return rows


def _best_of(regret: Floats, order: NDArray[np.intp]) -> Floats:
    """The lowest regret among the chosen ones of each dataset; a configuration without a score counts as 1."""
    return np.nan_to_num(np.take_along_axis(regret, order, axis=1), nan=1.0).min(axis=1)


def _gap_rows(matrix: Matrix, runs: list[Orders]) -> list[dict[str, object]]:
    scores = matrix.performance.to_numpy()
    scores = np.where(np.isfinite(scores), scores, np.nanmin(scores, axis=1, keepdims=True))
    best = scores.max(axis=1)

    def lost(strategy: str) -> Floats:
        firsts = [np.take_along_axis(scores, run[strategy][:, :1], axis=1)[:, 0] for run in runs]
        return best - np.stack(firsts).mean(axis=0)

    single_best = lost("ranking by mean score")
    return [row_of(matrix, OWN_FOLDS, GAP, s, 1, lost(s), single_best) for s in runs[0]]


def interval_rows(matrix: Matrix, splits: str, runs: list[pd.DataFrame]) -> list[dict[str, object]]:
    """What the intervals cover and how wide they are, over all configurations and for the first choice."""
    cells = pd.concat(runs)
    cells["covered"] = (cells["lower"] <= cells["truth"]) & (cells["truth"] <= cells["upper"])
    cells["width"] = cells["upper"] - cells["lower"]
    cells["error"] = (cells["truth"] - cells["score"]).abs()
    rows = []
    for kind, chosen in (("all configurations", cells), ("the first choice", cells[cells["first"]])):
        for column, measure in (
            ("covered", f"coverage of the {COVERAGE:.0%} interval, {kind}"),
            ("width", f"mean width of the interval, {kind}"),
            ("error", f"mean absolute error of the expected score, {kind}"),
        ):
            means = chosen.groupby("dataset")[column].mean().reindex(range(len(matrix.performance)))
            values = np.array(means.fillna(means.mean()), dtype=np.float64)
            rows.append(row_of(matrix, splits, measure, OURS, 1, values, np.ones(len(values))))
    outside = np.array(cells.groupby("dataset")["outside"].mean(), dtype=np.float64)
    rows.append(row_of(matrix, splits, "share outside", OURS, 1, outside, np.ones(len(outside))))
    return rows


def row_of(
    matrix: Matrix, splits: str, measure: str, strategy: str, k: int, above: Floats, below: Floats
) -> dict[str, object]:
    """The ratio of two sums over datasets, with its interval from drawing families again."""
    codes = pd.factorize(matrix.families)[0]
    sums = np.stack([np.bincount(codes, values) for values in (above, below)])
    draws = np.random.default_rng(0).integers(sums.shape[1], size=(N_RESAMPLES, sums.shape[1]))
    resampled = sums[:, draws].sum(axis=2)
    low, high = np.quantile(resampled[0] / np.where(resampled[1] == 0, np.nan, resampled[1]), [0.025, 0.975])
    value = above.sum() / below.sum() if below.sum() else np.nan
    return {
        "splits": splits,
        "measure": measure,
        "strategy": strategy,
        "k": k,
        "value": value,
        "low": low,
        "high": high,
    }
