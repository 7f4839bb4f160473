"""Tables that a function of pandas reads: without what is empty, and with a word on what was read as missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from recommender.tables.files.headers import Header
from recommender.tables.files.source import Table
from recommender.words import count


def read_plainly(
    name: str,
    read: Callable[..., pd.DataFrame],
    options: dict[str, Any],
    *,
    notes: tuple[str, ...] = (),
    target: str | None = None,
) -> Table:
    """The table that a function of pandas reads with some options, given more of them where parts of it are empty.

    Parameters
    ----------
    name : str
        The function's name in pandas.
    read : callable
        Reads the file by that function.
    options : dict
        What it is told.
    notes : tuple of str
        What is known to be worth a word.
    target : str, optional
        The column of which it is told what was read as missing.

    Returns
    -------
    Table
        Without the columns at the sides that have neither name nor values, and without the empty rows at the end.
    """
    frame = read(**options)
    narrower = _narrower(frame)
    if narrower:
        options = options | narrower
        frame = read(**options)
    lost = _lost_words(frame, target, name, lambda: read(**options, dtype=str, na_filter=False))
    return Table(frame.reset_index(drop=True), (*notes, *lost), (name, options))


def header_options(header: Header) -> dict[str, Any]:
    """What `pandas.read_csv` and `read_excel` must be told of a header; nothing where it is the first line."""
    if header.lines == 0:
        return {"header": None, "names": list(header.names)} | ({"skiprows": header.above} if header.above else {})
    row = header.above + header.lines - 1
    return ({"header": row} if row else {}) | ({"names": list(header.names)} if header.names else {})


def _narrower(frame: pd.DataFrame) -> dict[str, Any]:
    """The options that leave out empty rows at the end, and empty columns without a name."""
    options: dict[str, Any] = {}
    if len(frame) and _is_blank(frame.iloc[-1]).all():
        filled = np.flatnonzero(~np.logical_and.reduce([_is_blank(frame.iloc[:, i]) for i in range(frame.shape[1])]))
        options["nrows"] = int(filled[-1]) + 1 if len(filled) else 0
    generated = [str(name).strip() in {"", f"Unnamed: {i}", f"column_{i + 1}"} for i, name in enumerate(frame.columns)]
    empty = [i for i, made in enumerate(generated) if made and _is_blank(frame.iloc[:, i]).all()]
    if empty and isinstance(frame.index, pd.RangeIndex):  # else positions are not those in the file
        options["usecols"] = [i for i in range(frame.shape[1]) if i not in set(empty)]
    return options


def _is_blank(values: pd.Series) -> np.ndarray:
    """Which values are missing, or text of nothing but spaces."""
    missing = values.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(values.dtype):
        return missing
    return missing | (values.astype(str).str.strip() == "").to_numpy()


def _lost_words(
    frame: pd.DataFrame, target: str | None, name: str, read_as_text: Callable[[], pd.DataFrame]
) -> list[str]:
    """A note on words in the target that were read as missing, such as a class called None."""
    matches = np.flatnonzero([str(column) == str(target) for column in frame.columns])
    if target is None or len(matches) != 1 or not frame.iloc[:, matches[0]].isna().any():
        return []
    texts = read_as_text().iloc[:, matches[0]].astype(str).str.strip()
    counts = texts[frame.iloc[:, matches[0]].isna().to_numpy() & (texts != "").to_numpy()].value_counts()
    words = ", ".join(f"{count(n, 'cell')} {word[:60]!r}" for word, n in counts.head(5).items())
    if not words:
        return []
    advice = f"If that is a class, give the table that pandas.{name}(..., keep_default_na=False) reads"
    return [f"the target has {words}, read as missing. {advice}"]
