"""Rows that are no cases of their own: they belong together by an id that repeats, or follow each other in time."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.tables.cells.row_names import is_said_to_number
from recommender.tables.dataset import Dataset

MIN_ROWS = 20
"""With fewer rows nothing is said."""
MIN_GROUPS, MIN_ROWS_EACH = 10, 2.0
"""So many values of an id, of so many rows on average, are groups; fewer values are categories."""
SOMEONE = re.compile(
    r"(?:^|[\W_])(?:patient|subject|customer|client|user|member|student|person|household|session|device)"
    r"(?:[\W_]*(?:id|no|nr|number|name|code))?$"
)
"""How a column is called that says whom or what a row is about, in lower case."""
LEAST_CORRELATION = 0.2
"""A rank correlation with the date from which on the target follows it, where it is no coincidence either."""
EVIDENCE = 20.0
"""Minus the logarithm of the chance of a coincidence from which on it is none."""


def belonging(dataset: Dataset) -> list[str]:
    """What to divide the rows by, before any score of rows left out is believed, a sentence each; often nothing.

    Parameters
    ----------
    dataset : Dataset
        The table.

    Returns
    -------
    list of str
        One on the column that is called an id, or after those whom rows are about, whose values repeat: at least
        `MIN_GROUPS` values in `MIN_ROWS_EACH` rows each on average. And one on the date that the target follows most,
        by rank correlation (of a class, with whether a row is of it).

    Examples
    --------
    >>> from recommender.tables.loading import load_dataset
    >>> visits = pd.DataFrame({"patient_id": np.repeat(range(100, 120), 3), "dose": range(60), "well": [0, 1, 1] * 20})
    >>> for sentence in belonging(load_dataset(visits, target="well")):
    ...     print(sentence.partition(". ")[0])
    rows may belong together: 'patient_id' has 20 values, each in 3 rows on average
    """
    if dataset.n_samples < MIN_ROWS:
        return []
    return [*_on_groups(dataset), *_on_time(dataset)]


def _on_groups(dataset: Dataset) -> list[str]:
    """On the column with the most groups."""
    counts = {name: int(dataset.X.iloc[:, i].nunique()) for i, name in _called_ids(dataset)}
    most = dataset.n_samples / MIN_ROWS_EACH
    able = {name: n for name, n in counts.items() if MIN_GROUPS <= n <= most}
    if not able:
        return []
    name = max(able, key=able.__getitem__)
    return [
        f"rows may belong together: {name!r} has {able[name]:,} values, each in {dataset.n_samples / able[name]:.0f} "
        f"rows on average. If the model is for others than these, divide rows by it, with groups={name!r}: what is "
        "learnt of a row tells of the others of its group"
    ]


def _called_ids(dataset: Dataset) -> list[tuple[int, str]]:
    """Positions and names of the columns that say whom or what a row is about, of whole numbers or text."""
    names = map(str, dataset.X.columns)
    return [
        (i, name)
        for i, (name, dtype, reading) in enumerate(zip(names, dataset.X.dtypes, dataset.readings, strict=True))
        if reading.kinds and not pd.api.types.is_float_dtype(dtype) and _is_called_an_id(name)
    ]


def _is_called_an_id(name: str) -> bool:
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return is_said_to_number(name) or bool(SOMEONE.search(text))


def _on_time(dataset: Dataset) -> list[str]:
    """On the date that the target follows most."""
    follows = {str(dataset.features.columns[i]): _following(dataset, i) for i in dataset.positions("date")}
    if not follows:
        return []
    name = max(follows, key=follows.__getitem__)
    correlation = follows[name]
    if correlation < LEAST_CORRELATION or correlation**2 * (dataset.n_samples - 1) < 2 * EVIDENCE:
        return []
    return [
        f"the target {str(dataset.y.name)!r} follows the date in {name!r} (rank correlation {correlation:.2f}). If "
        f"later rows are to be predicted, let the past predict the future, with time={name!r}: scores of rows left out "
        "at random are too good then"
    ]


def _following(dataset: Dataset, position: int) -> float:
    """The rank correlation of a date with the target, or the largest one with a class; without its sign."""
    dates = dataset.features.iloc[:, position]
    known = dates.notna().to_numpy()
    when = np.asarray(dates[known].rank(), dtype=np.float64)
    y = dataset.y[known]
    if dataset.task == "regression":
        return _correlation(when, np.asarray(y.rank(), dtype=np.float64))
    return max((_correlation(when, np.asarray(y == name, dtype=np.float64)) for name in pd.unique(y)), default=0.0)


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Without its sign; 0 where one of them is constant."""
    if len(a) < MIN_ROWS or np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return abs(float(np.corrcoef(a, b)[0, 1]))
