"""Statistical meta-features: moments, quantiles, correlation, and how linear the relation to the target is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recommender.metafeatures.canonical import squared_canonical_correlations
from recommender.metafeatures.summary import described, summarized
from recommender.metafeatures.table import Table, quantiles

MAX_COLUMNS = 400
"""What pairs of columns say is taken on at most this many columns, spread evenly over the table."""
MAX_NORMALITY_VALUES, THINNED_VALUES = 5_000, 2_000
"""The normality test reads a longer column's order statistics, thinned evenly to this many."""

PER_COLUMN = {
    "mean": "Mean",
    "median": "Median",
    "t_mean": "Mean without the lowest and highest fifth of the values",
    "g_mean": "Geometric mean (0 where a value is 0); NaN if any column holds a negative value",
    "h_mean": "Harmonic mean (0 where a value is 0); NaN if any column holds a negative value",
    "min": "Minimum",
    "max": "Maximum",
    "range": "Maximum less minimum",
    "iq_range": "Interquartile range",
    "mad": "Median absolute deviation from the median, times 1.4826",
    "sd": "Standard deviation",
    "var": "Variance",
    "skewness": "Skewness, constant columns left out",
    "kurtosis": "Excess kurtosis, constant columns left out",
    "sparsity": "Repetition of values, (n / distinct - 1) / (n - 1), categorical columns included",
}
PER_PAIR = {
    "cor": "Absolute correlation of two numeric columns, constant ones left out; NaN if there are fewer than two",
    "cov": "Absolute covariance of two numeric columns; NaN if there are fewer than two",
}
DESCRIPTIONS = {
    **described(PER_COLUMN, over="numeric columns"),
    **described(PER_PAIR, over="pairs of columns"),
    **described({"eigenvalues": "Eigenvalue of the covariance matrix"}, over="eigenvalues"),
    **described(
        {"can_cor": "Canonical correlation of the numeric columns with the target (its classes, or its value)"},
        over="correlations",
    ),
    "nr_disc": "Number of canonical correlations with the target.",
    "w_lambda": "Wilks' lambda: product of 1 - r2 over canonical correlations r; 0 if linear is perfect, 1 if useless.",
    "p_trace": "Pillai's trace: sum of r2 over canonical correlations r.",
    "lh_trace": "Lawley-Hotelling trace: sum of r2 / (1 - r2) over canonical correlations r.",
    "roy_root": "Roy's largest root: largest r2 / (1 - r2) of a canonical correlation r.",
    "gravity": "Distance between the means of the largest and the smallest class; NaN for regression.",
    "sd_ratio": "Box's M of the classes' covariances as a ratio, as pymfe computes it; NaN for regression and where "
    "a class's covariance is singular.",
    "nr_cor_attr": "Share of the pairs of numeric columns with absolute correlation of at least 0.5.",
    "nr_norm": "Number of numeric columns that pass the Shapiro-Wilk test of normality at 0.05 (constant ones do).",
    "nr_outliers": "Number of numeric columns with a value over 1.5 interquartile ranges off the quartiles.",
    **described(
        {"explained": "Share of a numeric column's variance that the target explains linearly (eta squared, or r2)"},
        ("mean", "sd", "max"),
        over="numeric columns",
    ),
    "first_component_share": "Share of the standardized columns' variance along their first principal component.",
    "components_share": "Principal components that hold 95 % of the standardized variance, per column.",
}


def statistical(table: Table) -> dict[str, float]:
    """Statistical meta-features; all but the last five are pymfe's.

    Equal to pymfe's on complete numeric tables of at most 50,000 rows, 1,500,000 cells and 400
    columns.
    Beyond, a sample of rows is read, and pairs of columns are taken from evenly spread columns. Missing values are
    left out of what concerns one column and stand at the mean where columns are combined (pymfe gives NaN). For
    regression the canonical correlation is the multiple correlation with the target. ``nr_norm`` reads evenly
    spread order statistics of long columns, where pymfe takes the first 5,000 rows. NaN throughout without numeric
    columns.
    """
    if table.numeric.shape[1] == 0:
        return dict.fromkeys(DESCRIPTIONS, np.nan)
    moments = _Moments(table)
    values = _per_column(table, moments) | _combined(table, moments)
    return {name: float(values[name]) for name in DESCRIPTIONS}


@dataclass(frozen=True, eq=False)
class _Moments:
    """What several statistics share."""

    table: Table

    @cached_property
    def complete(self) -> bool:
        """Whether no number is missing."""
        return bool((self.table.n_present == self.table.n_rows).all())

    @cached_property
    def low(self) -> np.ndarray:
        """Minimum of each column."""
        return self.table.ordered[0]

    @cached_property
    def high(self) -> np.ndarray:
        """Maximum of each column."""
        return self.table.ordered[self.table.n_present - 1, np.arange(len(self.table.n_present))]

    @cached_property
    def constant(self) -> np.ndarray:
        """Columns with a single value."""
        return self.low == self.high

    @cached_property
    def means(self) -> np.ndarray:
        """Mean of each column."""
        X = self.table.numeric
        means = X.mean(axis=0) if self.complete else np.nansum(X, axis=0) / self.table.n_present
        return np.where(self.constant, self.low, means)

    @cached_property
    def centred(self) -> np.ndarray:
        """Values less their mean, 0 where missing; exactly 0 in constant columns."""
        centred = self.table.numeric - self.means
        return centred if self.complete else np.where(np.isnan(centred), 0.0, centred)

    @cached_property
    def squares(self) -> np.ndarray:
        """Sum of squared deviations of each column."""
        return np.einsum("ij,ij->j", self.centred, self.centred)


# ---------------------------------------------------------------------------------------------------------------------
# One column at a time


def _per_column(table: Table, moments: _Moments) -> dict[str, float]:
    ordered, n, low, high = table.ordered, table.n_present, moments.low, moments.high
    quarter, median, three = quantiles(ordered, n, np.array([0.25, 0.5, 0.75]))
    variance = moments.squares / np.maximum(n - 1, 1)
    skewness, kurtosis = _shape(moments)
    columns = {
        "mean": moments.means,
        "median": median,
        "t_mean": _trimmed_mean(ordered, n),
        "min": low,
        "max": high,
        "range": high - low,
        "iq_range": three - quarter,
        "mad": 1.4826 * _median_deviation(table, median),
        "sd": np.sqrt(variance),
        "var": variance,
        "skewness": skewness,
        "kurtosis": kurtosis,
        "sparsity": _sparsity(table),
        **_positive_means(moments),
    }
    reach = 1.5 * (three - quarter)
    values: dict[str, float] = {}
    for name, column in columns.items():
        values |= summarized(name, column)
    values["nr_norm"] = _n_normal(moments)
    values["nr_outliers"] = float(((quarter - reach > low) | (three + reach < high)).sum())
    return values


def _median_deviation(table: Table, median: np.ndarray) -> np.ndarray:
    """Median of the absolute deviations from the median.

    The k values nearest to the median are neighbours in order, so that the k-th smallest deviation is the least, over
    windows of k sorted values, of the larger deviation of a window's two ends. That spares a second sort.
    """
    ordered, n = table.ordered, table.n_rows
    if (table.n_present < n).any():
        return quantiles(np.sort(np.abs(table.numeric - median), axis=0), table.n_present, np.array([0.5]))[0]
    below, above = median - ordered, ordered - median
    middle = {(n + 1) // 2, n // 2 + 1}
    found = [np.maximum(below[: n - k + 1], above[k - 1 :]).min(axis=0) for k in middle]
    return np.mean(found, axis=0)


def _sparsity(table: Table) -> np.ndarray:
    """How often values repeat in each numeric and categorical column: 0 if never, 1 if constant."""
    steps = table.ordered[1:] > table.ordered[:-1]  # no step into or among missing values
    distinct = np.append(1 + steps.sum(axis=0), [len(np.unique(column[column >= 0])) for column in table.codes.T])
    n = np.append(table.n_present, (table.codes >= 0).sum(axis=0))
    return (n / distinct - 1) / (n - 1)


def _trimmed_mean(ordered: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Mean of the middle three fifths of each column."""
    cut = (0.2 * n).astype(np.int64)
    place = np.arange(len(ordered))[:, None]
    return np.where((place >= cut) & (place < n - cut), ordered, 0.0).sum(axis=0) / (n - 2 * cut)


def _shape(moments: _Moments) -> tuple[np.ndarray, np.ndarray]:
    """Skewness and excess kurtosis (the third forms of Joanes and Gill, 1998, which pymfe uses)."""
    n, centred = moments.table.n_present, moments.centred
    sd = np.sqrt(moments.squares / n)
    sd = np.where(moments.constant | (sd <= 1e-15 * np.abs(moments.means)), np.nan, sd)
    squared = centred * centred
    third = np.einsum("ij,ij->j", squared, centred) / n / sd**3
    fourth = np.einsum("ij,ij->j", squared, squared) / n / sd**4
    return third * (1 - 1 / n) ** 1.5, fourth * (1 - 1 / n) ** 2 - 3


def _positive_means(moments: _Moments) -> dict[str, np.ndarray]:
    """Geometric and harmonic means; 0 for a column that holds a 0, and nothing if any holds a negative value."""
    low, n, X = moments.low, moments.table.n_present, moments.table.numeric
    if (low < 0).any():
        return {"g_mean": np.zeros(0), "h_mean": np.zeros(0)}
    logs, inverses = np.nansum(np.log(X), axis=0) / n, np.nansum(1 / X, axis=0) / n
    return {"g_mean": np.where(low < 1e-10, 0.0, np.exp(logs)), "h_mean": np.where(low == 0, 0.0, 1 / inverses)}


def _n_normal(moments: _Moments) -> float:
    """Columns that the Shapiro-Wilk test does not reject at 0.05; constant ones count, as for pymfe."""
    ordered, n_present = moments.table.ordered, moments.table.n_present
    lengths = np.where(n_present <= MAX_NORMALITY_VALUES, n_present, THINNED_VALUES)
    normal = int(moments.constant.sum())
    for length in np.unique(lengths):
        if length < 3:
            continue
        columns = np.flatnonzero((lengths == length) & ~moments.constant)
        places = np.rint(np.linspace(0, 1, length)[:, None] * (n_present[columns] - 1)).astype(np.int64)
        normal += int(_looks_normal(ordered[places, columns]).sum())
    return float(normal)


def _looks_normal(ordered: np.ndarray) -> np.ndarray:
    """Whether the Shapiro-Wilk test at 0.05 accepts each sorted column (Royston's algorithm AS R94, 1995)."""
    from scipy.special import ndtri

    n = len(ordered)
    m = ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    total, root = float(m @ m), n**-0.5
    weights = np.array(m)
    last = np.polyval([-2.706056, 4.434685, -2.07119, -0.147981, 0.221157, m[-1] / np.sqrt(total)], root)
    if n == 3:
        weights = np.array([-np.sqrt(0.5), 0.0, np.sqrt(0.5)])
    elif n <= 5:
        weights /= np.sqrt((total - 2 * m[-1] ** 2) / (1 - 2 * last**2))
        weights[-1], weights[0] = last, -last
    else:
        next_last = np.polyval([-3.582633, 5.682633, -1.752461, -0.293762, 0.042981, m[-2] / np.sqrt(total)], root)
        weights /= np.sqrt((total - 2 * m[-1] ** 2 - 2 * m[-2] ** 2) / (1 - 2 * last**2 - 2 * next_last**2))
        weights[[-1, -2, 0, 1]] = last, next_last, -last, -next_last
    centred = ordered - ordered.mean(axis=0)
    lack = np.maximum(1 - (weights @ centred) ** 2 / (centred**2).sum(axis=0), 1e-19)
    if n == 3:
        p_values = 6 / np.pi * (np.arcsin(np.sqrt(1 - lack)) - np.arcsin(np.sqrt(0.75)))
        return p_values > 0.05
    if n <= 11:
        bound = 0.459 * n - 2.273
        level = -np.log(np.maximum(bound - np.log(lack), 1e-300))
        mean = np.polyval([-6.714e-4, 0.025054, -0.39978, 0.544], n)
        sd = np.exp(np.polyval([-0.0020322, 0.062767, -0.77857, 1.3822], n))
    else:
        level = np.log(lack)
        mean = np.polyval([0.0038915, -0.083751, -0.31082, -1.5861], np.log(n))
        sd = np.exp(np.polyval([0.0030302, -0.082676, -0.4803], np.log(n)))
    return (level - mean) / sd < 1.6448536269514722


# ---------------------------------------------------------------------------------------------------------------------
# Several columns, and the target


def _combined(table: Table, moments: _Moments) -> dict[str, float]:
    n, p = table.numeric.shape
    kept = np.unique(np.linspace(0, p - 1, min(p, MAX_COLUMNS)).astype(np.int64))
    centred = moments.centred[:, kept] if len(kept) < p else moments.centred
    scatter = centred.T @ centred
    squares = np.where(np.diag(scatter) > 0, np.diag(scatter), np.nan)
    correlation = scatter / np.sqrt(squares) / np.sqrt(squares)[:, None]
    classes = _rows_by_class(table, centred)
    loadings = _target_loadings(table, centred, classes)
    counts = np.array([len(rows) for rows in classes])
    pairs = np.tril_indices(len(kept), -1)
    strengths = np.abs(correlation[pairs])
    scale = np.sqrt(squares)
    squared = squared_canonical_correlations(centred, scale, correlation, loadings / scale, counts)
    odds = squared / (1 - squared)
    return {
        **summarized("cor", strengths),
        **summarized("cov", np.abs(scatter[pairs]) / (n - 1)),
        **_eigenvalues(scatter / (n - 1)),
        **summarized("can_cor", np.sqrt(squared)),
        "nr_disc": float(len(squared)),
        "w_lambda": float(np.prod(1 - squared)),
        "p_trace": float(squared.sum()),
        "lh_trace": float(odds.sum()),
        "roy_root": float(odds.max(initial=0)),
        "gravity": _gravity(loadings, counts),
        "sd_ratio": _sd_ratio(classes),
        "nr_cor_attr": float((strengths >= 0.5).mean()) if len(kept) > 1 else np.nan,
        **summarized("explained", (loadings**2).sum(axis=0) / squares, ("mean", "sd", "max")),
        **_components(correlation),
    }


def _rows_by_class(table: Table, centred: np.ndarray) -> list[np.ndarray]:
    """The rows of each class that the view holds, in the order of the labels; nothing for regression."""
    if table.task == "regression":
        return []
    order = np.argsort(table.y, kind="stable")
    return np.split(centred[order], np.flatnonzero(np.diff(table.y[order])) + 1)


def _target_loadings(table: Table, centred: np.ndarray, classes: list[np.ndarray]) -> np.ndarray:
    """Rows whose squares sum to the squares that the target explains in each column.

    A row per class holds the class's column means times the root of its size; for regression a single row holds the
    products with the target over the target's length.
    """
    if table.task == "regression":
        y = table.y / max(float(np.abs(table.y).max()), 1e-300)
        y = y - y.mean()
        return (y @ centred / max(float(np.sqrt(y @ y)), 1e-300))[None, :]
    return np.array([rows.sum(axis=0) / np.sqrt(len(rows)) for rows in classes])


def _eigenvalues(covariance: np.ndarray) -> dict[str, float]:
    """Mean and standard deviation of the eigenvalues, from the trace and the sum of squares."""
    p = len(covariance)
    mean = np.trace(covariance) / p
    variance = ((covariance**2).sum() - p * mean**2) / (p - 1) if p > 1 else np.nan
    return {"eigenvalues.mean": float(mean), "eigenvalues.sd": float(np.sqrt(np.maximum(variance, 0)))}


def _components(correlation: np.ndarray) -> dict[str, float]:
    """How much of the standardized variance few principal components hold."""
    varying = ~np.isnan(np.diag(correlation))
    if not varying.any():
        return {"first_component_share": np.nan, "components_share": np.nan}
    roots = np.maximum(np.linalg.eigvalsh(correlation[np.ix_(varying, varying)])[::-1], 0)
    held = np.cumsum(roots) / roots.sum()
    return {
        "first_component_share": float(held[0]),
        "components_share": (1 + int((held < 0.95 - 1e-9).sum())) / len(roots),
    }


def _gravity(loadings: np.ndarray, counts: np.ndarray) -> float:
    """Distance between the means of the largest class and the smallest one."""
    if len(counts) == 0:
        return np.nan
    means = loadings / np.sqrt(counts)[:, None]
    largest = int(np.argmax(counts))
    smallest = int(np.argmin(np.where(np.arange(len(counts)) == largest, counts.sum() + 1, counts)))
    return float(np.linalg.norm(means[largest] - means[smallest]))


def _sd_ratio(classes: list[np.ndarray]) -> float:
    """Box's M statistic as a ratio of standard deviations (Michie et al., 1994), in pymfe's variant.

    pymfe pairs the classes' weights with their covariances in reversed order, and so does this. Its determinants
    have the wrong sign for half of all numbers of columns, where it gives NaN and this gives the value.
    """
    k, counts = len(classes), np.array([len(rows) for rows in classes])
    if k == 0 or counts.min() <= classes[0].shape[1]:
        return np.nan
    n, p = counts.sum(), classes[0].shape[1]
    covariances = [np.cov(rows, rowvar=False).reshape(p, p) for rows in classes][::-1]
    weights = counts - 1.0
    pooled = sum(w * c for w, c in zip(weights, covariances, strict=True)) / (n - k)
    logs = np.array([_log_determinant(c) for c in covariances])
    gamma = 1 - (2 * p**2 + 3 * p - 1) / (6 * (p + 1) * (k - 1)) * (np.sum(1 / weights) - 1 / (n - k))
    m = gamma * ((n - k) * _log_determinant(pooled) - weights @ logs)
    return float(np.exp(m / (p * (n - k))))


def _log_determinant(covariance: np.ndarray) -> float:
    """Logarithm of the determinant; NaN if the matrix is singular."""
    sd = np.sqrt(np.diag(covariance))
    if not (sd > 0).all():
        return np.nan
    roots = np.linalg.eigvalsh(covariance / sd / sd[:, None])
    return float(np.log(roots).sum() + 2 * np.log(sd).sum()) if roots[0] > 1e-11 * roots[-1] else np.nan
