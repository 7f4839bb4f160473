"""Tables for people: no wider than the terminal, and never broken inside a word or a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from recommender.cli.console import make_console, show_text, show_title
from recommender.evaluation.metrics import METRICS
from recommender.words import LARGE, NOTHING, visible

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

GAP = 2
"""Blanks between two columns."""
SHORT = 24
"""Cells of so many characters are in one piece."""
LEAST_SHARE = 0.5
"""Where fewer of the columns fit, rows are listed."""


@dataclass(frozen=True)
class _Column:
    """A column as text."""

    head: str
    cells: list[str]
    numeric: bool

    @property
    def widest(self) -> int:
        """Without a break."""
        return max(map(len, [self.head, *self.cells]))

    @property
    def narrowest(self) -> int:
        """With what is long broken at every blank."""
        pieces = [piece for cell in self.cells for piece in ([cell] if len(cell) <= SHORT else cell.split())]
        return max(map(len, [*self.head.split(), *pieces]), default=1)


def show_table(table: pd.DataFrame, *, title: str, digits: int = 3) -> None:
    """Print a table: as wide as it needs where it is piped; else less columns where not all fit, or a list.

    Parameters
    ----------
    table : DataFrame
        The columns that matter most are first.
    title : str
        Stands above it.
    digits : int, default=3
        After the point.
    """
    console = make_console()
    columns = [
        _Column(_head(str(name)), [_cell(value, digits) for value in values], values.dtype.kind in "if")
        for name, values in table.items()
    ]
    show_title(title, console)
    shown = _that_fit(columns, console.width)
    if len(shown) < LEAST_SHARE * len(columns):
        _list(columns, console)
        return
    _draw(shown, console)
    left_out = [column.head for column in columns if column not in shown]
    if left_out:
        show_text(f"A wider terminal also has: {', '.join(left_out)}", console)


def show_shares(algorithms: pd.Series, *, title: str) -> None:
    """Print how often each algorithm won."""
    import pandas as pd

    counts = algorithms.value_counts()
    shares = pd.DataFrame({"won": counts, "share": (counts / len(algorithms)).map("{:.0%}".format)})
    show_table(shares.rename_axis("algorithm").reset_index(), title=title)


def _that_fit(columns: list[_Column], width: int) -> list[_Column]:
    """The columns that have room, the first ones first."""
    shown: list[_Column] = []
    left = width + GAP
    for column in columns:
        if column.narrowest + GAP <= left:
            shown.append(column)
            left -= column.narrowest + GAP
    return shown


def _draw(columns: list[_Column], console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="dim")
    for column, width in zip(columns, _widths(columns, console.width), strict=True):
        justify: Literal["left", "right"] = "right" if column.numeric else "left"
        drawn.add_column(Text(column.head), justify=justify, width=width, overflow="fold")
    for row in zip(*(column.cells for column in columns), strict=True):
        drawn.add_row(*map(Text, row))
    console.print(drawn)


def _widths(columns: list[_Column], width: int) -> list[int]:
    """A width for each column: what it needs, less from the widest ones until all fit."""
    widths, least = [c.widest for c in columns], [c.narrowest for c in columns]
    while sum(widths) + GAP * (len(widths) - 1) > width:
        at = max((i for i, w in enumerate(widths) if w > least[i]), key=widths.__getitem__, default=None)
        if at is None:
            break
        widths[at] -= 1
    return widths


def _list(columns: list[_Column], console: Console) -> None:
    """A paragraph for each row, under its first cell."""
    first, *others = columns
    for i, name in enumerate(first.cells):
        show_title(name, console)
        show_text("\n".join(f"  {column.head}: {column.cells[i]}" for column in others if column.cells[i]), console)


def _head(name: str) -> str:
    """A column's name in words; a metric is called as it is typed."""
    return name if name in METRICS else visible(name.replace("_", " "))


def _cell(value: Any, digits: int) -> str:
    if isinstance(value, dict):
        return visible(", ".join(f"{k}={v}" for k, v in value.items())) or "defaults"
    if isinstance(value, float):
        if value != value:
            return ""
        told = NOTHING < abs(value) < 10**-digits or abs(value) >= LARGE  # by its first digits
        return f"{value:.3g}" if told else f"{value:,.{digits}f}"
    return visible(value)
