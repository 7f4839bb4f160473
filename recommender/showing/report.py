"""A recommendation as HTML: a table for notebooks, and a page of its own for people who do not run Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recommender.advice.reasons import explain
from recommender.advice.small_learners import unit_of
from recommender.notebook import STYLE
from recommender.showing.charts import bars_of, scores_over_seconds
from recommender.showing.pages import TASKS_IN_WORDS, render
from recommender.showing.script import write_script
from recommender.words import regret_in_words

if TYPE_CHECKING:
    from recommender.advice.ranking import Ranking, RecommendedConfiguration

N_PORTFOLIO = 3
N_TABLE = 10
"""Rows of a notebook's table."""
N_COLUMNS = 12
"""How many columns a page tells of without being asked."""


def write_report(recommendation: Ranking, *, file: str, target: str, top: int = 5) -> str:
    """One HTML page on a recommendation that needs nothing else: no network, no script.

    The answer comes first, with what to be careful about; then the reasons, with how small learners of each kind
    compare on the table; the alternatives, and what they cost; similar datasets; how columns were read; and, folded,
    the code to run. It is readable on narrow screens, in the dark, on paper and by a screen reader.

    Parameters
    ----------
    recommendation : Ranking
        What `recommend` returned.
    file : str
        The file that the code to run reads, as `load_dataset` takes it, or ``openml:ID``.
    target : str
        The target's column.
    top : int, default=5
        How many configurations are listed.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from recommender import recommend
    >>> page = write_report(recommend(load_wine()), file="wine.csv", target="class")
    >>> page.splitlines()[0], "<script" in page
    ('<!DOCTYPE html>', False)
    """
    reasons = explain(recommendation)
    items = recommendation.items[:top]
    low = min(item.interval[0] for item in items)
    width = (max(item.interval[1] for item in items) - low) or 1.0
    return render(
        "report.html",
        dataset=recommendation.dataset,
        task=TASKS_IN_WORDS[recommendation.task],
        target=target,
        metric=recommendation.metric.title,
        meaning=recommendation.metric.meaning,
        best=recommendation.best,
        words=regret_in_words(recommendation.best.expected_regret),
        items=[(item, _band(item, low, width)) for item in items],
        scale=(low, low + width),
        n_items=len(recommendation.items),
        portfolio=recommendation.portfolio(N_PORTFOLIO),
        scatter=scores_over_seconds(recommendation, len(items)),
        reasons=reasons,
        sentences=reasons.sentences(),
        bars=bars_of(reasons.kinds),
        kinds_unit=unit_of(recommendation.task),
        moved=list(reasons.noticeable().itertuples()),
        neighbours=reasons.neighbours.rename_axis("id").reset_index().to_dict("records"),
        n_known=recommendation.trained.n_datasets,
        notes=recommendation.notes(),
        columns=list(recommendation.columns.itertuples()),
        n_columns=N_COLUMNS,
        code=write_script(recommendation.best, file=file, target=target, metric=recommendation.judge),
    )


def render_table(recommendation: Ranking) -> str:
    """The top of a ranking as an HTML table for notebooks."""
    return render(
        "table.html",
        style=STYLE,
        dataset=recommendation.dataset,
        metric=recommendation.metric.name,
        items=recommendation.items[:N_TABLE],
        n_more=len(recommendation.items[N_TABLE:]),
        portfolio=recommendation.portfolio(N_PORTFOLIO),
        neighbours=recommendation.neighbours(N_PORTFOLIO).to_dict("records"),
        notes=recommendation.notes(),
    )


def _band(item: RecommendedConfiguration, low: float, width: float) -> dict[str, float]:
    """Where an interval and what is expected lie on a scale from 0 to 100."""
    start, end, at = (100 * (score - low) / width for score in (*item.interval, item.expected_score))
    return {"start": round(start, 2), "width": round(end - start, 2), "at": round(at, 2)}
