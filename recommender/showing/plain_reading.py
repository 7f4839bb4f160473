"""Reading a table by pandas alone, for scripts: where a few lines of it give the same as this package reads."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recommender.tables.columns import Categories, Dates, LeftOut, Levels, Numbers, Reading
from recommender.tables.frames import unique_names

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from recommender.tables.dataset import Dataset

SINCE = "pd.Timestamp('1970-01-01')"
PARTS: dict[str, tuple[str, Callable[[pd.Series], pd.Series]]] = {
    "year": ("dates.dt.year", lambda dates: dates.dt.year),
    "month": ("dates.dt.month", lambda dates: dates.dt.month),
    "day": ("dates.dt.day", lambda dates: dates.dt.day),
    "hour": ("dates.dt.hour", lambda dates: dates.dt.hour),
    "total_seconds": (
        f"(dates - {SINCE}).dt.total_seconds()",
        lambda dates: (dates - pd.Timestamp("1970-01-01")).dt.total_seconds(),
    ),
}
"""The numbers that a date becomes, by the name that the encoder of dates gives them: in code, and as that computes."""
SINGLE = 1e-6
"""The encoder of dates counts in single precision."""
READ, DATES = "read", "date_"
"""The names of the pipeline's steps that read, and that encode dates."""


@dataclass(frozen=True, eq=False)
class PlainReading:
    """Lines of pandas that read a table called ``table``, and the pipeline for what they make of it."""

    lines: list[str]
    pipeline: Pipeline


def plain_reading(pipeline: Pipeline, dataset: Dataset) -> PlainReading | None:
    """How pandas reads a dataset as the pipeline's reader does; None where that takes more than a few lines.

    The lines are tried on the dataset: they count only where they give what the reader gives.

    Parameters
    ----------
    pipeline : Pipeline
        An unfitted one for the dataset, as it is recommended.
    dataset : Dataset
        What it is for.
    """
    if pipeline.steps[0][0] != READ or list(dataset.X.columns) != unique_names(dataset.X.columns):
        return None
    columns = dict(zip(dataset.X.columns, dataset.readings, strict=True))
    found = [_lines(name, dataset.X[name], reading) for name, reading in columns.items()]
    dates = {name: reading for name, reading in columns.items() if isinstance(reading, Dates)}
    made = {name: [f"{name}_{part}" for part in _parts(of.dates(dataset.X[name])) or ()] for name, of in dates.items()}
    names = [*columns, *(part for parts in made.values() for part in parts)]
    changed = _without_reader(pipeline, made)
    if changed is None or None in found or len(set(names)) < len(names):
        return None
    return PlainReading([line for lines in found for line in lines or ()], changed)


def _lines(name: str, column: pd.Series, reading: Reading) -> list[str] | None:
    """The lines for a column: none where it is already what it is read as; None where pandas cannot."""
    if not isinstance(name, str):
        return None
    quoted = str.__repr__(name)
    if isinstance(reading, LeftOut):
        return [f"table = table.drop(columns=[{quoted}])"]
    if isinstance(reading, Levels):
        places = {str(level): place for place, level in enumerate(reading.levels)}
        same = _same(column.map(places), reading.read(column)[""])
        return [f"table[{quoted}] = table[{quoted}].map({places})"] if same else None
    if isinstance(reading, Dates):
        return _date_lines(name, column, reading)
    if isinstance(reading, (Numbers, Categories)):
        return [] if _same(column, reading.read(column)[""]) else None
    return None


def _date_lines(name: str, column: pd.Series, reading: Dates) -> list[str] | None:
    dates = reading.dates(column)
    parts = _parts(dates)
    if parts is None or not _same(_parsed(column), dates):
        return None
    return [
        f"dates = pd.to_datetime(table.pop({str.__repr__(name)}))",
        *(f"table[{f'{name}_{part}'!r}] = {PARTS[part][0]}" for part in parts),
    ]


def _parsed(column: pd.Series) -> pd.Series:
    """The dates as pandas reads them by itself; all missing where it is not sure."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return pd.to_datetime(column)
        except (ValueError, TypeError, UserWarning):
            return pd.Series(pd.NaT, index=column.index)


def _parts(dates: pd.Series) -> list[str] | None:
    """What the encoder makes of dates; None where pandas has no word for it, or another number."""
    from skrub import DatetimeEncoder

    encoded = DatetimeEncoder().fit_transform(dates.rename("at"))
    parts = [str(name).removeprefix("at_") for name in encoded.columns]
    if not set(parts) <= set(PARTS):
        return None
    same = (np.allclose(PARTS[p][1](dates), encoded[f"at_{p}"], rtol=SINGLE, equal_nan=True) for p in parts)
    return parts if all(same) else None


def _same(one: pd.Series, other: pd.Series) -> bool:
    """Whether two columns hold the same values, at the same places none."""
    missing = one.isna().to_numpy()
    if not np.array_equal(missing, other.isna().to_numpy()):
        return False
    if isinstance(other.dtype, np.dtype) and other.dtype.kind == "f" and not pd.api.types.is_numeric_dtype(one.dtype):
        return False
    return bool((one[~missing].to_numpy() == other[~missing].to_numpy()).all())


def _without_reader(pipeline: Pipeline, made: Mapping[str, list[str]]) -> Pipeline | None:
    """The pipeline less its reader, which takes the parts of dates where it took dates."""
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline

    _, (name, columns), *rest = pipeline.steps
    if not isinstance(columns, ColumnTransformer):
        return None
    changed: list[tuple[str, Any, Any]] = []
    for part, step, of in columns.transformers:
        if part.startswith(DATES):
            after = step.steps[1:] if isinstance(step, Pipeline) else []  # the encoder of dates comes first
            changed.append((part, Pipeline(after) if after else "passthrough", made[of]))
        else:
            changed.append((part, step, of))
    parameters = {**columns.get_params(deep=False), "transformers": changed}
    return Pipeline([(name, ColumnTransformer(**parameters)), *rest])
