"""What was found within a budget: the fitted model, and the leaderboards of tries and of fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from recommender.fitting.last_fits import Fitted
from recommender.fitting.standing import Standing, row_of
from recommender.fitting.tries import Try
from recommender.words import duration

if TYPE_CHECKING:
    from recommender.advice.ranking import RecommendedConfiguration


@dataclass(frozen=True, eq=False)
class Found:
    """What came of a budget.

    Parameters
    ----------
    fitted : Fitted
        The model.
    best : RecommendedConfiguration
        The best single configuration, with what is expected of it by now.
    standing : Standing
        Of all tries.
    seconds : float
        Really taken.
    ending : str, default=""
        Why trying ended.
    """

    fitted: Fitted
    best: RecommendedConfiguration
    standing: Standing
    seconds: float
    ending: str = ""

    def leaderboard(self) -> pd.DataFrame:
        """A row for each try, the best score first, with weights as they were fitted."""
        board = self.standing.leaderboard()
        ids = board["configuration_id"]
        weights = [self.fitted.weights.get(name, 0.0) for name in ids]
        messages = [self.fitted.messages.get(name, said) for name, said in zip(ids, board["message"], strict=True)]
        return board.assign(weight=weights, message=messages)

    def board_of_fits(self, items: Iterable[RecommendedConfiguration]) -> pd.DataFrame:
        """The same with what was fitted, or failed to be, without a try; the heaviest first; seconds of all fits."""
        board, fits = self.leaderboard(), self.fitted.seconds
        tried = set(board["configuration_id"])
        more = [Try(item, message=self.fitted.messages.get(item.configuration.id, "")) for item in items]
        rows = [
            row_of(one) | {"weight": self.fitted.weights.get(one.id, 0.0)}
            for one in more
            if one.id in fits and one.id not in tried
        ]
        found = [part for part in (board, pd.DataFrame(rows, columns=board.columns)) if len(part)]
        board = pd.concat(found) if found else board
        board = board.assign(seconds=board["seconds"] + [fits.get(name, 0.0) for name in board["configuration_id"]])
        board = board.sort_values("weight", ascending=False, kind="stable")
        return board.set_axis(pd.RangeIndex(1, len(board) + 1, name="rank"))

    def why_untested(self) -> str:
        """A warning where what is fitted was not compared: for want of time, or of any score; else empty."""
        fitted = f"{self.best.configuration.id}, of which much was expected, is fitted as it is"
        if not self.standing.tries:
            return f"nothing could be tried in {duration(self.seconds)}: {fitted}"
        if self.standing.best is None:
            n_tried, judge = len(self.standing.tries), self.standing.judging.judge.name
            return f"none of what was tried ({n_tried}) has a score by {judge}, as the leaderboard tells: {fitted}"
        return ""
