"""Reasons: why a recommendation says what it says, in tables and in plain words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recommender.advice.properties import description_of, property_in_words
from recommender.advice.small_learners import compare_kinds, kinds_in_words
from recommender.metafeatures import METAFEATURES
from recommender.tables.noticed import columns_in_words
from recommender.words import together

if TYPE_CHECKING:
    from recommender.advice.ranking import Ranking
    from recommender.metamodel.model import MetaModel

N_NEIGHBOURS = 5
N_SHOWN = 5
"""So many meta-features are put into words."""
NOTICEABLE = 0.005
"""The least change of the expected regret that is put into words: what rounds to 0.01."""
GROUPS = {
    "simple": "size, types and balance",
    "relative": "how cheap learners compare on it",
}
"""The groups of meta-features that the meta-model learns from, in plain words."""


@dataclass(frozen=True, eq=False, repr=False)
class Reasons:
    """Why a recommendation says what it says; printed, it is plain text.

    Parameters
    ----------
    recommendation : Ranking
        What is explained; its best configuration is the choice.
    neighbours : DataFrame indexed by dataset id
        The known datasets most like this one: similarity (the share of trees in which both reach the same leaf; their
        distance is 1 less it), name, sizes, and what won there.
    metafeatures : DataFrame indexed by meta-feature, those that moved the choice most first
        Columns value; typical, its median over the known datasets; percentile, the share of the known datasets with a
        lower value (half of those with the same), NaN where the value is missing; regret_if_typical, the regret that
        would be expected of the choice if this meta-feature alone had its typical value; first_if_typical, the
        algorithm that would come first; and description.
    groups : DataFrame indexed by group of meta-features
        regret_if_typical and first_if_typical, were all meta-features of the group typical at once.
    ranks : DataFrame indexed by algorithm
        Each algorithm's place among all algorithms, by its best configuration on a dataset: the median over the known
        datasets (typical_rank) and over the neighbours (rank_among_neighbours), and on how many known datasets it
        was the best (wins).
    outside : bool
        Whether the dataset lies outside what the knowledge base has seen.
    why_outside : tuple of str
        In what it differs from everything seen.
    """

    recommendation: Ranking
    neighbours: pd.DataFrame
    metafeatures: pd.DataFrame
    groups: pd.DataFrame
    ranks: pd.DataFrame
    outside: bool
    why_outside: tuple[str, ...]

    @property
    def is_safe_choice(self) -> bool:
        """Whether the choice comes first although another is expected to do better, if not clearly."""
        best = self.recommendation.best
        return any(item.expected_regret < best.expected_regret for item in self.recommendation.items)

    @property
    def kinds(self) -> pd.Series:
        """The best score of each kind of small learner on some rows of the table, the best kind first."""
        return compare_kinds(self.recommendation.metafeatures)

    def sentences(self) -> list[str]:
        """The reasons as a person would say them, the most telling first."""
        return [
            *kinds_in_words(self.kinds, self.recommendation.task),
            self.winners_in_words(),
            self.ranks_in_words(),
            *self._safety(),
            self.support_in_words(),
        ]

    def winners_in_words(self) -> str:
        """What won on the most similar known datasets."""
        won = [f"{name} won {n}" for name, n in self.neighbours["winner"].value_counts().items()]
        return f"Of the {len(self.neighbours)} most similar known datasets {together(won)}."

    def ranks_in_words(self) -> str:
        """What place the chosen algorithm usually takes."""
        name = self.recommendation.best.algorithm
        row, n_known = self.ranks.loc[name], self.recommendation.trained.n_datasets
        won = f"was the best on {row['wins']:.0f} of {n_known} known datasets" if row["wins"] else "never was the best"
        return (
            f"{name} {won}. Of {len(self.ranks)} algorithms its typical rank is {row['typical_rank']:g} there, and "
            f"{row['rank_among_neighbours']:g} on the {len(self.neighbours)} most similar ones."
        )

    def metafeatures_in_words(self) -> list[str]:
        """The meta-features that moved the choice noticeably, a sentence each; none if no single one did.

        What is known by itself and by its logarithm, such as the number of rows, is told once.
        """
        told: dict[str, str] = {}
        for row in self.noticeable().itertuples():
            sentence = self._in_words(row)
            told.setdefault(sentence.partition(":")[0], sentence)
        return list(told.values())

    def noticeable(self) -> pd.DataFrame:
        """The rows of `metafeatures` that are put into words."""
        change = (self.metafeatures["regret_if_typical"] - self.recommendation.best.expected_regret).abs()
        return self.metafeatures[change >= NOTICEABLE].head(N_SHOWN)

    def groups_in_words(self) -> list[str]:
        """What would be expected if a whole group of meta-features were typical, a sentence each."""
        best = self.recommendation.best
        return [
            f"{GROUPS.get(str(row.Index), str(row.Index))}: the choice would have a regret of "
            f"{row.regret_if_typical:.2f}, and "
            + ("stay first" if row.first_if_typical == best.algorithm else f"{row.first_if_typical} would come first")
            for row in self.groups.itertuples()
        ]

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold of it: missing values are None, and meta-features only those that are put into words."""
        tables = {"metafeatures": self.noticeable(), "groups": self.groups, "ranks": self.ranks}
        return {
            **{name: json.loads(table.reset_index().to_json(orient="records")) for name, table in tables.items()},
            "outside": self.outside,
            "why_outside": list(self.why_outside),
        }

    def support_in_words(self) -> str:
        """Whether anything like the dataset was seen."""
        if not self.outside:
            return "The dataset resembles what the knowledge base has seen."
        return f"The dataset lies outside what the knowledge base has seen: {'; '.join(self.why_outside)}."

    def _safety(self) -> list[str]:
        return ["It is the safe choice: nothing is expected to be clearly better."] if self.is_safe_choice else []

    def _in_words(self, row: Any) -> str:
        regret = self.recommendation.best.expected_regret
        behind = "further behind" if row.regret_if_typical > regret else "nearer to"
        return (
            f"{property_in_words(str(row.Index), row.value, row.typical)}. Were it as usual, the choice would be "
            f"expected {behind} the best (regret {row.regret_if_typical:.2f}, not {regret:.2f})"
        )

    def _read(self) -> list[str]:
        lines = columns_in_words(self.recommendation.dataset)
        return ["", "How columns were read", *(f"  {line}" for line in lines)] if lines else []

    def __str__(self) -> str:
        best = self.recommendation.best
        lines = [
            f"Why {best.configuration} comes first on {self.recommendation.dataset.name} "
            f"(expected regret {best.expected_regret:.2f}; 0 is the best of the pool, 1 its median)",
            *kinds_in_words(self.kinds, self.recommendation.task),
            *self._safety(),
            "",
            "Most similar known datasets",
            *(
                f"  {row.similarity:.2f}  {row.name_}: {row.n_samples:,.0f} rows, {row.n_features:,.0f} columns, "
                f"won by {row.winner}"
                for row in self.neighbours.rename(columns={"name": "name_"}).itertuples()
            ),
            self.ranks_in_words(),
            "",
            "Properties of the table that moved the choice, beside the median of the known datasets",
            *(f"  {sentence}" for sentence in self.metafeatures_in_words() or ["no single one did noticeably"]),
            "Were all properties of a kind as usual",
            *(f"  {line}" for line in self.groups_in_words()),
            "",
            self.support_in_words(),
            *self._read(),
        ]
        return "\n".join(lines)

    __repr__ = __str__


def explain(recommendation: Ranking) -> Reasons:
    """The reasons behind a recommendation.

    The meta-features that moved the choice are found by asking the meta-model what it would expect if one of them, or a
    group, had its median over the known datasets. That is true to the meta-model and no more: a meta-feature with a
    near twin shows less of an effect than both have together (hence the groups), and effects do not add up.

    Parameters
    ----------
    recommendation : Ranking
        What `recommend` returned.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from recommender import recommend
    >>> reasons = explain(recommend(load_wine()))
    >>> reasons.outside, list(reasons.groups.index)
    (False, ['simple', 'relative'])
    """
    neighbours = recommendation.neighbours(N_NEIGHBOURS)
    metafeatures, groups = _moved(recommendation)
    return Reasons(
        recommendation,
        neighbours,
        metafeatures,
        groups,
        _ranks(recommendation, neighbours.index),
        recommendation.outside,
        recommendation.why_outside,
    )


def _moved(recommendation: Ranking) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What each meta-feature, and each group of them, changes about the choice."""
    model = recommendation.trained.model
    known = model.metafeatures_
    values = recommendation.metafeatures.iloc[0].reindex(known.columns).astype(float)
    typical = known.median().astype(float)
    group_of = np.array([METAFEATURES[name].group if name in METAFEATURES else "other" for name in known.columns])
    group_names = list(dict.fromkeys(group_of))
    swapped = np.vstack([np.eye(len(values), dtype=bool), [group_of == name for name in group_names]])
    variants = pd.DataFrame(np.where(swapped, typical, values), columns=known.columns)
    expected = _asked(recommendation, model, variants)
    single, grouped = expected.iloc[: len(values)], expected.iloc[len(values) :]
    table = pd.DataFrame(
        {
            "value": values,
            "typical": typical,
            "percentile": ((known < values).sum() + (known == values).sum() / 2) / known.notna().sum(),
            **single.set_axis(known.columns),
            "description": [description_of(name) for name in known.columns],
        }
    )
    table["percentile"] = table["percentile"].where(values.notna())
    change = (table["regret_if_typical"] - recommendation.best.expected_regret).abs()
    order = change.sort_values(ascending=False, kind="stable").index
    return table.loc[order].rename_axis("metafeature"), grouped.set_axis(group_names).rename_axis("group")


def _asked(recommendation: Ranking, model: MetaModel, variants: pd.DataFrame) -> pd.DataFrame:
    """What would be expected of the choice, and what would come first, on variants of the dataset."""
    algorithms = {item.configuration.id: item.algorithm for item in recommendation.items}
    best, preference = recommendation.best, model.preference(variants, among=algorithms)
    regret, as_it_is = (
        model.expected_regret(asked)[best.configuration.id] for asked in (variants, recommendation.metafeatures)
    )
    return pd.DataFrame(
        {
            "regret_if_typical": (best.expected_regret + regret - float(as_it_is.iloc[0])).clip(0, 1),
            "first_if_typical": preference.idxmin(axis=1).map(algorithms),
        }
    )


def _ranks(recommendation: Ranking, neighbours: pd.Index) -> pd.DataFrame:
    """The place of each algorithm's best configuration among the algorithms, over datasets."""
    trained = recommendation.trained
    regrets = trained.model.regrets_
    best = regrets.T.groupby([trained.configurations[c].algorithm for c in regrets.columns]).min().T
    ranks = best.rank(axis=1)
    table = pd.DataFrame(
        {
            "typical_rank": ranks.median(),
            "rank_among_neighbours": ranks.loc[neighbours].median(),
            "wins": trained.smallest_sizes["winner"].value_counts().reindex(ranks.columns, fill_value=0),
        }
    )
    return table.rename_axis("algorithm").sort_values("typical_rank", kind="stable")
