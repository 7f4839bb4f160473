"""Hostile tables: columns and targets of odd kinds, drawn by a seed, and what comes of a recommendation for each."""

from __future__ import annotations

import datetime
import decimal
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from recommender import recommend
from recommender.errors import RecommenderError

Draw = Callable[[np.random.Generator, int], object]

COLUMNS: dict[str, Draw] = {
    "numbers": lambda rng, n: rng.normal(size=n),
    "huge numbers": lambda rng, n: rng.normal(size=n) * 1e300,
    "infinities": lambda rng, n: np.where(rng.random(n) < 0.2, np.inf, rng.normal(size=n)),
    "holes": lambda rng, n: np.where(rng.random(n) < 0.5, np.nan, rng.normal(size=n)),
    "nothing": lambda rng, n: np.full(n, np.nan),
    "one value": lambda rng, n: np.ones(n),
    "large whole numbers": lambda rng, n: rng.integers(-(2**62), 2**62, n),
    "small floats": lambda rng, n: rng.normal(size=n).astype(np.float16),
    "booleans": lambda rng, n: rng.random(n) < 0.5,
    "nullable": lambda rng, n: pd.array(np.where(rng.random(n) < 0.2, None, rng.integers(0, 9, n)), dtype="Int64"),
    "words": lambda rng, n: rng.choice(["red", "green", "", " ", "blue\n"], n),
    "ids": lambda rng, n: [f"id-{i}" for i in rng.permutation(n)],
    "categories": lambda rng, n: pd.Categorical(rng.choice(["a", "b"], n), categories=["a", "b", "never"]),
    "days": lambda rng, n: pd.Timestamp("2000-01-01") + pd.to_timedelta(rng.integers(0, 9999, n), unit="D"),
    "dates": lambda rng, n: [datetime.date(2000 + int(i), 1, 1) for i in rng.integers(0, 99, n)],
    "decimals": lambda rng, n: [decimal.Decimal(int(i)) / 7 for i in rng.integers(0, 99, n)],
    "mixed": lambda rng, n: [[1, "one", None, 2.5][i] for i in rng.integers(0, 4, n)],
    "prices": lambda rng, n: [f"${i:,}.50" for i in rng.integers(0, 99_999, n)],
}
TARGETS: dict[str, Draw] = {
    "two words": lambda rng, n: rng.choice(["no", "yes"], n),
    "days as numbers": lambda rng, n: rng.choice([20240131, 20240132, 20240133], n),
    "booleans": lambda rng, n: rng.random(n) < 0.3,
    "floats as classes": lambda rng, n: rng.choice([1.0, 2.0, 3.0], n),
    "numbers": lambda rng, n: rng.normal(size=n),
    "far numbers": lambda rng, n: 1e9 + rng.normal(size=n),
    "narrow numbers": lambda rng, n: 1e-9 * rng.normal(size=n),
    "huge numbers": lambda rng, n: 1e300 * rng.normal(size=n),
    "too large": lambda rng, n: 1e307 * rng.normal(size=n),
    "holes": lambda rng, n: np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n)),
    "one class": lambda rng, n: np.zeros(n),
}
N_FITS = 3
"""So many of the pipelines that are recommended first are fitted."""


def try_table(seed: int) -> tuple[str, str]:
    """What came of a drawn table, ``"refused"``, ``"fitted"`` or ``"failed"``, and why."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(12, 90))
    kinds = rng.choice(list(COLUMNS), int(rng.integers(1, 7)))
    target = str(rng.choice(list(TARGETS)))
    X = pd.DataFrame({f"{i} {kind}": COLUMNS[kind](rng, n) for i, kind in enumerate(kinds)})
    y = pd.Series(TARGETS[target](rng, n), name="y")
    about = f"seed {seed}, {n} rows of {', '.join(kinds)}, target of {target}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = recommend(X, y)
        except RecommenderError as error:
            return "refused", f"{about}: {error}"
        except Exception as error:
            return "failed", f"{about}: {type(error).__name__}: {error}"
        for item in found.items[:N_FITS]:
            try:
                predicted = item.estimator.fit(X, y).predict(X)
                if len(predicted) != n or (found.dataset.task == "regression" and not np.isfinite(predicted).all()):
                    return "failed", f"{about}: {item.configuration.id} predicts no finite numbers"
            except Exception as error:
                return "failed", f"{about}: {item.configuration.id}: {type(error).__name__}: {error}"
    return "fitted", about
