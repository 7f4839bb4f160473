"""Validation: which rows are learnt from and which are predicted, where rows belong together or follow each other."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import RecommendationError, one_line, unknown_name
from recommender.tables.dataset import Dataset
from recommender.tables.deciding import decide_all
from recommender.tables.splits import MAX_TEST_SAMPLES, MAX_TRAIN_SAMPLES, Split, split
from recommender.words import count

N_FOLDS = 5
"""So many folds, where nothing else is asked for; the rule for splits has fewer on large tables."""
ALL_THE_SAME = "time= has no two parts, of which one is before the other: its values hardly differ"


def validation_folds(
    dataset: Dataset,
    *,
    cv: Any = None,
    groups: Any = None,
    time: Any = None,
    n_folds: int = N_FOLDS,
    random_state: int = 0,
) -> list[Split]:
    """The training and test rows of each fold, as positions.

    Parameters
    ----------
    dataset : Dataset
        The table.
    cv : int, splitter of scikit-learn, or iterable of (train, test), optional
        How many folds, or a splitter, whose folds are taken as they are. By the rule of `recommender.tables.splits` if
        not given. Classes keep their shares in the folds, but in those of a splitter or of time.
    groups : str or array-like of shape (n_samples,), optional
        What rows belong to, such as a customer, or the name of a column that tells: all rows of a group are in the same
        part of a fold. A row without a group is one of its own.
    time : str or array-like of shape (n_samples,), optional
        Numbers or dates, or the name of a column of them: what is learnt from is always before what is predicted, and
        rows of one moment are in the same part. The rows are cut into one part more than there are folds; each part
        but the first is predicted after all before it.
    n_folds : int, default=5
        At most so many folds where `cv` is None.
    random_state : int, default=0
        Seed of the shuffling.

    Returns
    -------
    list of (train, test)
        With `groups`, `time` or a number as `cv`, at most 10,000 rows each, drawn at random, as in the rule for splits.

    Raises
    ------
    RecommendationError
        If these do not go together, do not fit the table, or leave no fold in which anything can be learnt. Where they
        leave fewer than were asked for, a warning says so.
    UnknownNameError
        If there is no such column.

    Examples
    --------
    >>> from recommender.tables.loading import load_dataset
    >>> table = pd.DataFrame({"size": range(6), "shop": list("aabbcc"), "sold": ["no", "yes"] * 3})
    >>> dataset = load_dataset(table, target="sold")
    >>> [test.tolist() for train, test in validation_folds(dataset, groups="shop", cv=3)]
    [[4, 5], [2, 3], [0, 1]]
    >>> [(train.tolist(), test.tolist()) for train, test in validation_folds(dataset, time="size", cv=2)]
    [([0, 1], [2, 3]), ([0, 1, 2, 3], [4, 5])]
    """
    if groups is not None and time is not None:
        raise RecommendationError("groups= and time= do not go together: give one of them, or your own splitter as cv=")
    number = _asked_number(cv)
    if cv is not None and number is None:
        if time is not None:
            raise RecommendationError("time= goes with a number as cv=: a splitter has an order of its own")
        given = _of_splitter(cv, dataset, groups)
        return that_teach(given, dataset, asked=len(given))
    if time is not None:
        folds = _in_time(_moments(dataset, time), number or n_folds)
    elif groups is not None:
        folds = _by_groups(dataset, _codes(dataset, groups), number, n_folds, random_state)
    elif number is None:
        return split(dataset, random_state=random_state)[:n_folds]
    else:
        folds = _in_shares(dataset, number, random_state)
    return that_teach(_capped(folds, random_state), dataset, asked=number or 0)


def check_rows_stay(cv: Any, *, n_given: int, n_left: int, why: str) -> None:
    """An error where folds are given by their rows, and some rows are left out: by then, numbers name other rows.

    Parameters
    ----------
    cv : int, splitter of scikit-learn, or iterable of (train, test), optional
        As `validation_folds` takes it.
    n_given, n_left : int
        How many rows there were, and are.
    why : str
        Which rows are left out.

    Raises
    ------
    RecommendationError
        If that is so.
    """
    if n_left != n_given and isinstance(cv, Iterable) and not hasattr(cv, "split"):
        raise RecommendationError(
            f"cv= as a list of rows does not go with {why}, which are left out: leave them out of the table, or give "
            "a splitter"
        )


def _asked_number(cv: Any) -> int | None:
    """How many folds are asked for; None where a splitter is, or nothing."""
    if not isinstance(cv, Integral) or isinstance(cv, bool):
        return None
    if cv < 2:
        raise RecommendationError(f"cv={cv} was given: cross-validation has at least 2 folds")
    return int(cv)


def _of_splitter(cv: Any, dataset: Dataset, groups: Any) -> list[Split]:
    """The folds of a splitter, or those that are given."""
    from sklearn.model_selection import check_cv

    if isinstance(cv, (str, bytes, bool, type)) or not (hasattr(cv, "split") or hasattr(cv, "__iter__")):
        raise RecommendationError(
            f"cv={cv!r} is neither a number of folds, nor a splitter of scikit-learn, nor a list of (train, test)"
        )
    codes = None if groups is None else _codes(dataset, groups)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="The least populated class")
            found = check_cv(cv).split(np.zeros(dataset.n_samples), dataset.y.to_numpy(), codes)
            pairs = [(np.asarray(train), np.asarray(test)) for train, test in found]
    except Exception as error:  # whatever a splitter of the caller's own raises
        raise RecommendationError(f"cv={type(cv).__name__} does not split this table: {one_line(error)}") from error
    if not pairs:
        raise RecommendationError("cv= has no folds: give at least one pair (train, test)")
    folds = [(_positions(train, dataset.n_samples), _positions(test, dataset.n_samples)) for train, test in pairs]
    if n_twice := max(len(np.intersect1d(train, test)) for train, test in folds):
        raise RecommendationError(
            f"cv= has a fold in which {count(n_twice, 'row is', 'rows are')} both learnt from and predicted: "
            "no row may be in both parts"
        )
    return folds


def _positions(rows: NDArray[Any], n_samples: int) -> NDArray[np.intp]:
    """The rows of a part of a fold, given as such or as a mask."""
    if rows.dtype == bool and rows.shape == (n_samples,):
        return np.flatnonzero(rows)
    if rows.ndim != 1 or (rows.size and not np.issubdtype(rows.dtype, np.integer)):
        raise RecommendationError(
            f"cv= has a part of a fold of shape {rows.shape} and type {rows.dtype}: give the numbers of its rows, "
            f"counted from 0, or a mask of shape ({n_samples},)"
        )
    wrong = rows[(rows < 0) | (rows >= n_samples)]
    if len(wrong):
        raise RecommendationError(f"cv= has row {wrong[-1]}, and the table has {n_samples} rows, counted from 0")
    return rows.astype(np.intp)


def _in_shares(dataset: Dataset, n_folds: int, random_state: int) -> list[Split]:
    """Folds in which classes keep their shares."""
    from sklearn.model_selection import KFold, StratifiedKFold

    if n_folds > dataset.n_samples:
        raise RecommendationError(f"cv={n_folds} folds were asked for, and the table has {dataset.n_samples} rows")
    stratified = dataset.task != "regression" and dataset.y.value_counts().max() >= n_folds
    kind = StratifiedKFold if stratified else KFold
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")
        found = kind(n_folds, shuffle=True, random_state=random_state).split(
            np.zeros(dataset.n_samples), _labels(dataset)
        )
        return list(found)


def _by_groups(
    dataset: Dataset, codes: NDArray[np.intp], asked: int | None, n_folds: int, random_state: int
) -> list[Split]:
    """Folds of whole groups, in which classes keep their shares as far as groups allow."""
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    n_groups = len(np.unique(codes))
    if n_groups < max(2, asked or 0):
        raise RecommendationError(
            f"groups= tells {count(n_groups, 'group')} apart, and {asked or 2} folds need as many at least: "
            "give a finer one"
        )
    n_folds = asked or min(n_folds, n_groups)
    stratified = dataset.task != "regression" and dataset.y.value_counts().max() >= n_folds
    kind = StratifiedGroupKFold if stratified else GroupKFold
    splitter = kind(n_folds, shuffle=True, random_state=random_state)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")
        return [fold for fold in splitter.split(np.zeros(len(codes)), _labels(dataset), codes) if len(fold[1])]


def _in_time(moments: NDArray[np.float64], n_folds: int) -> list[Split]:
    """Folds whose test rows come after all training rows; a moment is not cut in two."""
    order = np.argsort(moments, kind="stable")
    ordered = moments[order]
    cuts = [round(len(order) * part / (n_folds + 1)) for part in range(1, n_folds + 1)]
    starts = np.unique([int(np.searchsorted(ordered, ordered[cut])) for cut in cuts if cut < len(order)])
    starts = starts[starts > 0]
    if not len(starts):
        raise RecommendationError(ALL_THE_SAME)
    ends = [*starts[1:], len(order)]
    return [(np.sort(order[:start]), np.sort(order[start:end])) for start, end in zip(starts, ends, strict=True)]


def _capped(folds: Sequence[Split], random_state: int) -> list[Split]:
    """Folds with as many rows as the rule for splits has at most."""
    rng = np.random.default_rng(random_state)

    def some(rows: NDArray[np.intp], most: int) -> NDArray[np.intp]:
        return rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))

    return [(some(train, MAX_TRAIN_SAMPLES), some(test, MAX_TEST_SAMPLES)) for train, test in folds]


def that_teach(folds: Sequence[Split], dataset: Dataset, *, asked: int) -> list[Split]:
    """The folds in which something can be learnt: with fewer than were asked for a warning, without any an error."""
    y = dataset.y.to_numpy()
    able = [(train, test) for train, test in folds if len(test) and len(train) and len(pd.unique(y[train])) > 1]
    if able:
        if len(able) < asked:
            warnings.warn(
                f"{len(able)} of the {asked} folds that were asked for can be used: in the rest there is nothing to "
                "learn, or there are no rows to predict",
                UserWarning,
                stacklevel=3,
            )
        return able
    raise RecommendationError(
        f"in none of the folds ({len(folds)}) do the training rows hold two values of the target and are there rows to "
        "predict; rows of weight 0 do not count: give fewer folds, or another division of the rows"
    )


def _labels(dataset: Dataset) -> np.ndarray:
    return np.zeros(dataset.n_samples) if dataset.task == "regression" else dataset.y.astype(str).to_numpy()


def _codes(dataset: Dataset, groups: Any) -> NDArray[np.intp]:
    """The groups as numbers; every row without one has its own."""
    codes = pd.factorize(_column(dataset, groups, "groups"))[0]
    alone = codes < 0
    codes[alone] = codes.max(initial=-1) + 1 + np.arange(alone.sum())
    return codes.astype(np.intp)


def _moments(dataset: Dataset, time: Any) -> NDArray[np.float64]:
    """The times as numbers that order the rows."""
    column = _column(dataset, time, "time")
    if column.isna().all():
        raise RecommendationError("time= is not known of any row: give numbers or dates")
    if column.nunique() == 1 and not column.isna().any():
        raise RecommendationError(ALL_THE_SAME)
    reading = decide_all(column.to_frame())[0]
    if reading.kinds not in (("numeric",), ("date",)):
        raise RecommendationError(
            f"time= holds what is read as {reading.name}, which has no order: give numbers or dates"
        )
    read = reading.read(column)[""]
    if n_missing := int(read.isna().sum()):
        rows = count(n_missing, "row")
        raise RecommendationError(f"time= is not known of {rows}: leave out such rows, or fill it in")
    numbers = read.astype("int64") if reading.kinds == ("date",) else read
    return np.asarray(numbers, dtype=np.float64)


def _column(dataset: Dataset, given: Any, what: str) -> pd.Series:
    """A column of the table by its name, or values beside it."""
    if isinstance(given, str):
        found = [i for i, name in enumerate(dataset.X.columns) if str(name) == given]
        if not found:
            raise unknown_name("column", given, map(str, dataset.X.columns))
        return dataset.X.iloc[:, found[0]].reset_index(drop=True)
    if getattr(given, "ndim", 1) > 1:
        raise RecommendationError(f"{what}= has {given.ndim} dimensions: give one value for each row")
    values = given.reset_index(drop=True) if isinstance(given, pd.Series) else pd.Series(np.asarray(given).tolist())
    if len(values) != dataset.n_samples:
        raise RecommendationError(
            f"{what}= has {count(len(values), 'value')}, and the table has {dataset.n_samples} rows that have a target"
        )
    if values.dtype == object and not all(isinstance(value, Hashable) for value in values):
        raise RecommendationError(f"{what}= holds lists or the like: give one value for each row")
    return values.rename(what)
