"""A dataset: a table with a target, checked once, whatever form it came in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Literal, get_args

import numpy as np
import pandas as pd

from recommender.tables.cells.values import holds_sparse_numbers
from recommender.tables.columns import Kind, LeftOut, Numbers, Reading, part_names
from recommender.tables.deciding import decide_all
from recommender.tables.frames import unique_names
from recommender.tables.plainness import is_plain, is_plain_name
from recommender.tables.signatures import column_signature

Task = Literal["binary", "multiclass", "regression"]

TASKS: tuple[Task, ...] = get_args(Task)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A table with a target.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_features)
        The features as they came: any dtype, missing values allowed.
    y : Series of shape (n_samples,)
        The target, without missing values.
    task : {"binary", "multiclass", "regression"}
        What is to be predicted.
    name : str
        For people; a dataset is recognised by its content, never by its name.
    source : str, default=""
        Where it came from, such as ``"openml:61"`` or a path.
    from_array : bool, default=False
        Whether the features came as an array, so that columns are known by position.
    notes : tuple of str, default=()
        What was noticed while the table was read, a sentence each.
    reads_target : bool, default=False
        Whether the target as it came must be read before it is learnt: numbers written as text, or rows without one.
    reads_table : bool, default=False
        Whether the table must be read whatever its columns hold: one of another library than pandas, or masked.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from recommender.tables.loading import load_dataset
    >>> iris = load_dataset(load_iris(as_frame=True))
    >>> iris.task, iris.n_samples, iris.n_features
    ('multiclass', 150, 4)
    """

    X: pd.DataFrame
    y: pd.Series
    task: Task
    name: str = "dataset"
    source: str = ""
    from_array: bool = False
    notes: tuple[str, ...] = ()
    reads_target: bool = False
    reads_table: bool = False

    @property
    def n_samples(self) -> int:
        return len(self.X)

    @property
    def n_features(self) -> int:
        return self.X.shape[1]

    @cached_property
    def n_classes(self) -> int:
        """Number of classes; 0 for regression."""
        return 0 if self.task == "regression" else int(self.y.nunique())

    @cached_property
    def readings(self) -> list[Reading]:
        """How each column of `X` is read, by position."""
        return decide_all(self.X)

    @cached_property
    def is_plain(self) -> bool:
        """Whether scikit-learn reads the columns as a person does, so that a pipeline needs no reader before it."""
        names = list(self.X.columns)
        named = "categorical" not in self.kinds if self.from_array else all(map(is_plain_name, names))
        if self.reads_table or not named or len(set(names)) < len(names):
            return False
        return all(is_plain(self.X.iloc[:, i], reading) for i, reading in enumerate(self.readings))

    @cached_property
    def is_sparse(self) -> bool:
        """Whether its columns are numbers whose zeros are not written out."""
        if not all(map(holds_sparse_numbers, self.X.dtypes)):
            return False
        return all(isinstance(reading, LeftOut) or reading == Numbers() for reading in self.readings)

    @cached_property
    def features(self) -> pd.DataFrame:
        """The columns as they are read, what is left out as it came: `X` itself where it is plain."""
        if self.is_plain:
            return self.X
        if self.is_sparse:
            return self.X.set_axis(unique_names(self.X.columns), axis=1)
        columns = {name: self.X.iloc[:, i] for i, name in enumerate(unique_names(self.X.columns))}
        read = {
            name: reading.read(column) or {"": column}
            for reading, (name, column) in zip(self.readings, columns.items(), strict=True)
        }
        values = chain(*(made.values() for made in read.values()))
        return pd.DataFrame(dict(zip(part_names(read, columns), values, strict=True)), index=self.X.index)

    @cached_property
    def kinds(self) -> list[Kind | None]:
        """The kind of each column of `features` by position; None marks one that is left out."""
        return [kind for reading in self.readings for kind in reading.kinds or (None,)]

    def positions(self, kind: Kind) -> list[int]:
        """Positions of the columns of one kind, among `features`."""
        return [i for i, k in enumerate(self.kinds) if k == kind]

    @cached_property
    def n_categories(self) -> list[int]:
        """How many distinct values each categorical column has, a missing one among them."""
        return [
            int(self.features.iloc[:, position].nunique(dropna=False)) for position in self.positions("categorical")
        ]

    @cached_property
    def signatures(self) -> list[str]:
        """One content hash per column, independent of row order, column names and how categories are spelled."""
        return [column_signature(self.X.iloc[:, i]) for i in range(self.n_features)]

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the content: equal for the same rows in any order, columns in any order and under any name."""
        parts = [str(self.n_samples), *sorted(self.signatures), self.described_columns[-1][1]]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]

    @cached_property
    def described_columns(self) -> list[list[str]]:
        """Name and content hash of each column, the target last: what families are found by."""
        names = [str(name) for name in (*self.X.columns, self.y.name)]
        return [list(pair) for pair in zip(names, (*self.signatures, column_signature(self.y)), strict=True)]

    def take(self, rows: np.ndarray) -> Dataset:
        """The dataset on some of its rows."""
        return replace(self, X=self.X.iloc[rows], y=self.y.iloc[rows])
