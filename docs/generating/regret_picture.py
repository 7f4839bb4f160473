"""The picture of what regret is: every configuration of one dataset by its score.

$ python -m docs.generating.regret_picture
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from recommender import load_knowledge
from recommender.evidence.knowledge import KnowledgeBase

DATASET, METRIC, TOLD = "sa-heart", "roc_auc", "ROC AUC"
PICTURE = Path(__file__).parent.parent / "pictures" / "regret.svg"
LEFT, RIGHT, MIDDLE, STEP = 60, 700, 130, 9
"""Where the axis begins and ends, where points lie, and how far apart those are that would cover each other."""
HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 250" font-family="system-ui, sans-serif" font-size="14" \
role="img" aria-label="{title} by their score: the best, {best:.3f}, has regret 0, the median, {median:.3f}, and all \
below it have regret 1">
<rect width="760" height="250" rx="10" fill="#ffffff"/>
<text x="60" y="34" fill="#222" font-size="16" font-weight="600">{title}</text>
<rect x="{at_median:.0f}" y="92" width="{width:.0f}" height="76" fill="#dbeafe"/>
<rect x="60" y="92" width="{below:.0f}" height="76" fill="#f1f1f1"/>
"""
MARK = '<line x1="{x:.1f}" x2="{x:.1f}" y1="78" y2="176" stroke="#222" stroke-width="1.5"/>\n'
LABELS = """\
<text x="{right:.0f}" y="72" fill="#222" text-anchor="end">best: regret 0</text>
<text x="{left:.0f}" y="72" fill="#222" text-anchor="end">median: regret 1</text>
<text x="{between:.0f}" y="108" fill="#555" text-anchor="middle">all these have regret 1</text>
<line x1="60" x2="700" y1="190" y2="190" stroke="#777"/>
"""
POINT = '<circle cx="{x:.1f}" cy="{y}" r="4" fill="{colour}" fill-opacity="0.75"/>\n'
TICK = """\
<line x1="{x:.0f}" x2="{x:.0f}" y1="190" y2="195" stroke="#777"/>\
<text x="{x:.0f}" y="210" fill="#555" text-anchor="middle">{value:.2f}</text>
"""
TAIL = '<text x="700" y="232" fill="#555" text-anchor="end">score ({told}) →</text>\n</svg>\n'


def scores_of(knowledge: KnowledgeBase) -> pd.Series:
    """The mean score of each configuration that was evaluated on all folds of the dataset, the best first."""
    dataset_id = knowledge.datasets.index[knowledge.datasets["name"] == DATASET][0]
    rows = knowledge.evaluations
    rows = rows[(rows["dataset_id"] == dataset_id) & (rows["size"] == knowledge.size) & (rows["status"] == "ok")]
    by_configuration = rows.astype({"configuration_id": str}).groupby("configuration_id")[METRIC]
    is_whole = by_configuration.size() == rows["fold"].nunique()
    return by_configuration.mean()[is_whole].sort_values(ascending=False)


def draw(scores: pd.Series) -> str:
    """An SVG with a point for each configuration."""
    best, median, worst = scores.max(), scores.median(), scores.min()
    margin = (best - worst) * 0.05

    def place(score: float) -> float:
        return float(LEFT + (score - worst + margin) / (best - worst + 2 * margin) * (RIGHT - LEFT))

    at_best, at_median = place(best), place(median)
    title = f"{len(scores)} configurations on the dataset {DATASET}"
    drawn = HEAD.format(
        title=title, best=best, median=median, at_median=at_median, width=at_best - at_median, below=at_median - LEFT
    )
    for x, y in _apart(map(place, scores)):
        drawn += POINT.format(x=x, y=y, colour="#1d4ed8" if x >= at_median else "#777")
    drawn += MARK.format(x=at_best) + MARK.format(x=at_median)
    drawn += LABELS.format(right=at_best + 6, left=at_median - 8, between=(LEFT + at_median - 60) / 2)
    for value in np.arange(np.ceil(worst / 0.04), np.floor(best / 0.04) + 1) * 0.04:
        drawn += TICK.format(x=place(value), value=value)
    return drawn + TAIL.format(told=TOLD)


def _apart(places: Iterable[float]) -> list[tuple[float, int]]:
    """Points in turns below and above the middle, where they would cover each other."""
    drawn: list[tuple[float, int]] = []
    for x in places:
        taken = {y for other, y in drawn if abs(other - x) < STEP}
        rows = (MIDDLE + sign * step * STEP for step in range(6) for sign in (-1, 1))
        drawn.append((x, next((y for y in rows if y not in taken), MIDDLE)))
    return drawn


if __name__ == "__main__":
    PICTURE.write_text(draw(scores_of(load_knowledge())), encoding="utf-8")
