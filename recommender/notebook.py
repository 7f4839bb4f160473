"""What a notebook shows of an object: a small table in HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from recommender.words import score_in_words

STYLE = """
.recommender-table { overflow-x: auto; }
.recommender-table table { border-collapse: collapse; margin: .4em 0; }
.recommender-table caption { text-align: left; font-weight: 600; padding: .3em 0; caption-side: top; }
.recommender-table th, .recommender-table td { padding: .3em .8em; text-align: left;
  border-bottom: 1px solid rgba(128, 128, 128, .35); overflow-wrap: break-word; }
.recommender-table .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.recommender-table p { margin: .3em 0; max-width: 60em; }
"""
"""How a table looks in a notebook, on a light or a dark page."""


def html_table(title: str, rows: Iterable[Mapping[str, object]], *, below: str = "") -> str:
    """A table in HTML that fits a light or a dark notebook.

    Parameters
    ----------
    title : str
        Stands above it.
    rows : iterable of mappings
        The cells of each row by the names of the columns, which all rows share.
    below : str, optional
        A sentence below it.

    Examples
    --------
    >>> page = html_table("Tried", [{"algorithm": "lda", "score": 0.74148}])
    >>> '<td class="number">0.741</td>' in page
    True
    """
    found = list(rows)
    heads = "".join(f"<th>{escape(name)}</th>" for name in (found[0] if found else ()))
    body = "\n".join("<tr>" + "".join(map(_cell, row.values())) + "</tr>" for row in found)
    return (
        f'<div class="recommender-table">\n<style>{STYLE}</style>\n'
        f"<table>\n<caption>{escape(title)}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n"
        f"</table>\n{f'<p>{escape(below)}</p>' if below else ''}</div>"
    )


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f'<td class="number">{"" if value != value else score_in_words(value)}</td>'
    if isinstance(value, int):
        return f'<td class="number">{value:,}</td>'
    if isinstance(value, dict):
        value = ", ".join(f"{name}={_setting(part)}" for name, part in value.items()) or "its defaults"
    return f"<td>{escape(str(value))}</td>"


def _setting(value: object) -> str:
    """A hyperparameter, of whose digits three are enough to read."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)
