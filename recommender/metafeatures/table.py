"""One numeric view of a dataset, shared by every group: made once, in an order that the content decides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from recommender.tables.cells.values import as_numbers, holds_numbers, holds_sparse_numbers
from recommender.tables.columns import Kind
from recommender.tables.dataset import Dataset, Task

MAX_ROWS = 50_000
"""Statistics are taken on at most this many rows, chosen by their content."""
MAX_CELLS = 1_500_000
"""And on at most this many numeric cells, though never on fewer than `MIN_ROWS` rows."""
MIN_ROWS = 1_000
HUGE = 1e60
"""Larger magnitudes are cut to this one, so that no moment overflows."""
CHUNK_CELLS = 1_000_000
"""Cells that are held as float64 at one time while all rows are read."""


@dataclass(frozen=True, eq=False)
class Table:
    """A dataset as arrays. Rows are in the order of a hash of their content, so that their first order is forgotten.

    Attributes
    ----------
    task : {"binary", "multiclass", "regression"}
        As in the dataset.
    n_samples, n_features : int
        The dataset's own size, before any sampling of rows.
    numeric : array of shape (n_rows, n_numeric), float64, by column
        Columns of numbers, constant ones too. NaN marks what is missing; infinite values count as missing.
    codes : array of shape (n_rows, n_categorical), int32
        Categories as codes from 0, ordered by value; -1 marks what is missing.
    text_codes : array of shape (n_rows, n_text), int32
        Text columns, coded in the same way.
    text_lengths : array of shape (n_rows, n_text)
        Characters in each text.
    dates : array of shape (n_rows, n_dates), float64
        Days since 1970.
    y : array of shape (n_rows,)
        Class codes, ordered by label (int64), or the numeric target (float64).
    class_counts : array of shape (n_classes,)
        Rows of each class over the whole dataset; empty for regression.
    n_missing : array of shape (n_features,)
        Missing values of each column over the whole dataset.
    n_rows_missing : int
        Rows with a missing value over the whole dataset.
    n_distinct_rows : int
        Distinct rows, target included, over the whole dataset.
    n_constant : int
        Columns that carry nothing.
    levels, text_levels : array of int
        Distinct values of each categorical and text column over the whole dataset.
    """

    task: Task
    n_samples: int
    n_features: int
    numeric: np.ndarray
    codes: np.ndarray
    text_codes: np.ndarray
    text_lengths: np.ndarray
    dates: np.ndarray
    y: np.ndarray
    class_counts: np.ndarray
    n_missing: np.ndarray
    n_rows_missing: int
    n_distinct_rows: int
    n_constant: int
    levels: np.ndarray
    text_levels: np.ndarray

    @property
    def n_rows(self) -> int:
        """Rows in the view: all, or the sample."""
        return len(self.y)

    @property
    def n_classes(self) -> int:
        """Classes; 0 for regression."""
        return len(self.class_counts)

    @cached_property
    def n_present(self) -> np.ndarray:
        """Values present in each numeric column of the view."""
        return self.n_rows - np.isnan(self.numeric).sum(axis=0)

    @cached_property
    def ordered(self) -> np.ndarray:
        """Each numeric column sorted, missing values last."""
        return np.sort(self.numeric.T, axis=1).T


def quantiles(ordered: np.ndarray, n_present: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Quantiles of shape (n_quantiles, n_columns) of sorted columns, linear between values as numpy computes them."""
    place = np.asarray(q)[:, None] * (n_present - 1)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, n_present - 1)
    share = place - below
    columns = np.arange(ordered.shape[1])
    a, b = ordered[below, columns], ordered[above, columns]
    return np.where(share >= 0.5, b - (b - a) * (1 - share), a + (b - a) * share)


def view_table(dataset: Dataset) -> Table:
    """The arrays that every group of meta-features reads."""
    reader = _Reader(dataset)
    return reader.table()


class _Reader:
    """Reads the columns once over all rows, and then those rows that the view keeps."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.X = dataset.features
        n, self.n_missing = dataset.n_samples, np.zeros(self.X.shape[1], dtype=np.int64)
        self.row_missing = np.zeros(n, dtype=bool)
        self.key = np.zeros(n, dtype=np.uint64)
        self.multipliers = _multipliers(dataset.kinds)
        self.plain = _plain_numeric(self.X, dataset.kinds)
        self.factorized: dict[int, tuple[np.ndarray, pd.Index]] = {}
        self.floats: dict[int, np.ndarray] = {}
        self.all_missing: set[int] = set()

    def table(self) -> Table:
        dataset, kinds = self.dataset, self.dataset.kinds
        self._read_plain()
        plain = set(self.plain)
        for position in range(self.X.shape[1]):
            if position not in plain:
                self._read_other(position)
        y, class_counts, y_bits = _target(dataset)
        key = _scramble(self.key + _scramble(y_bits))
        rows = np.argsort(key, kind="stable")
        n_distinct_rows = 1 + int(np.count_nonzero(np.diff(key[rows]))) if len(rows) else 0
        n_numeric = len(self.plain) + sum(kinds[i] == "numeric" for i in self.floats)
        rows = rows[: max(MIN_ROWS, min(MAX_ROWS, MAX_CELLS // max(n_numeric, 1)))]
        categorical, dates = dataset.positions("categorical"), dataset.positions("date")
        text = sorted(dataset.positions("text") + dataset.positions("list"))
        return Table(
            task=dataset.task,
            n_samples=dataset.n_samples,
            n_features=self.X.shape[1],
            numeric=self._numeric(rows),
            codes=self._codes(categorical, rows),
            text_codes=self._codes(text, rows),
            text_lengths=_columns([self._lengths(i, rows) for i in text], len(rows)),
            dates=_columns([self.floats[i][rows] for i in dates], len(rows)),
            y=y[rows],
            class_counts=class_counts,
            n_missing=self.n_missing,
            n_rows_missing=int(self.row_missing.sum()),
            n_distinct_rows=n_distinct_rows,
            n_constant=sum(kind is None for kind in kinds),
            levels=np.array([len(self.factorized[i][1]) for i in categorical], dtype=np.int64),
            text_levels=np.array([len(self.factorized[i][1]) for i in text], dtype=np.int64),
        )

    def _read_plain(self) -> None:
        """Count what is missing in the columns that numpy holds, and add them to the rows' keys."""
        step = max(1, CHUNK_CELLS // max(len(self.X), 1))
        for start in range(0, len(self.plain), step):
            positions = self.plain[start : start + step]
            values = _finite(self.X.iloc[:, positions].to_numpy(dtype=np.float64))
            missing = np.isnan(values)
            counts = missing.sum(axis=0)
            self.n_missing[positions] = counts
            if counts.any():
                self.row_missing |= missing.any(axis=1)
                values = np.where(missing, np.nan, values)  # one bit pattern for every missing value
            self.all_missing.update(p for p, c in zip(positions, counts, strict=True) if c == len(self.X))
            bits = _bits(values) if values.flags.c_contiguous else _bits(values.T).T
            self.key += bits @ self.multipliers[positions]

    def _read_other(self, position: int) -> None:
        """The same for a column of any other kind."""
        kind, column = self.dataset.kinds[position], self.X.iloc[:, position]
        if kind in {"numeric", "date"}:
            values = _finite(as_numbers(column)) + 0.0 if kind == "numeric" else _as_days(column)
            missing = np.isnan(values)
            self.floats[position] = values
            self.key += _bits(values) * self.multipliers[position]
        elif kind is None:
            missing = column.isna().to_numpy()
        else:
            codes, uniques = _factorize(column)
            missing = codes < 0
            self.factorized[position] = codes, uniques
            hashes = np.append(pd.util.hash_array(_as_strings(uniques)), np.uint64(0))
            self.key += hashes[codes] * self.multipliers[position]
        self.n_missing[position] = int(missing.sum())
        self.row_missing |= missing

    def _numeric(self, rows: np.ndarray) -> np.ndarray:
        """The numeric columns on the kept rows, in the order of the dataset's columns."""
        plain = [p for p in self.plain if p not in self.all_missing]
        others = [p for p in self.floats if self.dataset.kinds[p] == "numeric"]
        positions = sorted(plain + others)
        numeric = np.empty((len(rows), len(positions)), order="F")
        place = {p: i for i, p in enumerate(positions)}
        step = max(1, CHUNK_CELLS // max(len(self.X), 1))
        for start in range(0, len(plain), step):
            chunk = plain[start : start + step]
            values = self.X.iloc[:, chunk].to_numpy().T.take(rows, axis=1)
            numeric.T[[place[p] for p in chunk]] = _finite(values.astype(np.float64, copy=False))
        for p in others:
            numeric[:, place[p]] = self.floats[p][rows]
        return numeric

    def _codes(self, positions: list[int], rows: np.ndarray) -> np.ndarray:
        return _columns([self.factorized[p][0][rows] for p in positions], len(rows), np.int32)

    def _lengths(self, position: int, rows: np.ndarray) -> np.ndarray:
        codes, uniques = self.factorized[position]
        lengths = np.append([len(text) for text in _as_strings(uniques)], 0).astype(np.float64)
        return lengths[codes[rows]]


def _plain_numeric(X: pd.DataFrame, kinds: list[Kind | None]) -> list[int]:
    """Positions of numeric columns that are held as real numbers; constant ones count too."""
    plain = []
    for position, (kind, dtype) in enumerate(zip(kinds, X.dtypes, strict=True)):
        if kind in {"numeric", None} and (holds_numbers(dtype) or holds_sparse_numbers(dtype)):
            plain.append(position)
    return plain


def _finite(values: np.ndarray) -> np.ndarray:
    """Values with infinities as NaN and huge magnitudes cut; a copy only where that changes something."""
    with np.errstate(invalid="ignore"):
        if values.max(initial=0.0) <= HUGE and values.min(initial=0.0) >= -HUGE:  # false where one is NaN
            return values
        values = np.where(np.isinf(values), np.nan, values)
        return np.clip(values, -HUGE, HUGE)


def _as_days(column: pd.Series) -> np.ndarray:
    """Dates as days since 1970; NaN where missing."""
    seconds = column.to_numpy(dtype="datetime64[s]")
    days = seconds.astype(np.int64) / 86_400.0
    return np.where(np.isnat(seconds), np.nan, days)


def _factorize(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Codes from 0 in the order of the values' text, -1 for missing, and the values."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        used = column.cat.remove_unused_categories()
        codes, uniques = used.cat.codes.to_numpy(), used.cat.categories
    else:
        codes, uniques = pd.factorize(column)
        uniques = pd.Index(uniques, dtype=object)
    order = np.argsort(_as_strings(uniques), kind="stable")
    place = np.full(len(uniques) + 1, -1, dtype=np.int32)
    place[order] = np.arange(len(uniques), dtype=np.int32)
    return place[codes], uniques[order]


def _as_strings(values: pd.Index) -> np.ndarray:
    return np.array([str(value) for value in values], dtype=object)


def _target(dataset: Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The target as codes or numbers, the count of each class, and its bits for the rows' keys."""
    if dataset.task == "regression":
        numbers = dataset.y.to_numpy(dtype=np.float64) + 0.0
        return numbers, np.zeros(0, dtype=np.int64), numbers.view(np.uint64)
    y = dataset.y
    values = y.astype(y.cat.categories.dtype) if isinstance(y.dtype, pd.CategoricalDtype) else y
    try:
        codes, classes = pd.factorize(values, sort=True)
    except TypeError:  # labels of types that have no common order
        codes, classes = pd.factorize(values.astype(str), sort=True)
    codes = codes.astype(np.int64)
    return codes, np.bincount(codes, minlength=len(classes)), codes.view(np.uint64)


def _columns(columns: list[np.ndarray], n_rows: int, dtype: type = np.float64) -> np.ndarray:
    if not columns:
        return np.empty((n_rows, 0), dtype=dtype)
    return np.asfortranarray(np.column_stack(columns).astype(dtype, copy=False))


def _multipliers(kinds: list[Kind | None]) -> np.ndarray:
    """A fixed odd 64-bit number for each column that carries something, by its place among those; 0 for the others."""
    carries = np.array([kind is not None for kind in kinds])
    odd = _scramble(np.arange(1, carries.sum() + 1, dtype=np.uint64)) | np.uint64(1)
    multipliers = np.zeros(len(kinds), dtype=np.uint64)
    multipliers[carries] = odd
    return multipliers


def _bits(values: np.ndarray) -> np.ndarray:
    """Their bits, the upper half mixed into the lower: signs and whole numbers are in the upper alone, where sums of a
    few columns would meet."""
    bits = (values + 0.0).view(np.uint64)
    bits ^= bits >> np.uint64(32)
    return bits


def _scramble(bits: np.ndarray) -> np.ndarray:
    """The finishing steps of the splitmix64 generator (Steele et al., 2014): every input bit moves every output bit."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
