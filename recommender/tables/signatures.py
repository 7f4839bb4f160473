"""Signatures: hashes of what columns hold, by which a dataset is recognised, whatever its columns are called."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

FEW = 40
"""A column with at most so many distinct values is described by how often each occurs."""
N_TELLING = 1000
"""So many rows mostly show whether a column has more distinct values than that."""


def column_signature(column: pd.Series) -> str:
    """A 64-bit content hash of a column as hexadecimal text, the same for every order of its rows.

    Columns with few distinct values are described by how often each occurs, so that ``yes/no`` and ``1/0`` agree;
    others by the sum of their values' hashes at single precision, so that a round trip through text agrees too.
    """
    if _has_few_values(column):
        counts = np.sort(column.astype(object).value_counts(dropna=False).to_numpy())
        content = b"counts" + counts.astype("<i8").tobytes()
    elif pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype):
        with np.errstate(over="ignore"):
            values = column.to_numpy(dtype=np.float64, na_value=np.nan).astype(np.float32)
        values[np.isnan(values)] = np.nan  # one bit pattern for every missing value
        hashes = pd.util.hash_array(np.ascontiguousarray(values + np.float32(0)))
        content = b"values" + hashes.sum(dtype=np.uint64).tobytes()
    else:
        hashes = pd.util.hash_array(column.astype(str).to_numpy(dtype=object))
        content = b"strings" + hashes.sum(dtype=np.uint64).tobytes()
    return hashlib.sha256(content).hexdigest()[:16]


def _has_few_values(column: pd.Series) -> bool:
    """Whether it has at most `FEW` distinct values, missing ones together; the first rows mostly tell."""
    try:
        return all(part.nunique(dropna=False) <= FEW for part in (column.head(N_TELLING), column))
    except TypeError:  # lists, dicts, arrays
        return len(column) <= FEW
