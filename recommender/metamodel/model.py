"""The meta-model: which configurations do well on a dataset, judged by the datasets that a forest finds similar."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import KnowledgeBaseError, RecommenderError
from recommender.metamodel.expectation import Blend, Expectation, fit_expectation, leaf_weights, regret_blend
from recommender.metamodel.inputs import Inputs, as_floats
from recommender.metamodel.intervals import RANKS, Intervals
from recommender.metamodel.judged import Judged
from recommender.metamodel.prediction import Prediction
from recommender.metamodel.regrets import PRIOR_DATASETS, fill_missing, regret_of
from recommender.metamodel.scenarios import Scenarios
from recommender.metamodel.support import OUTSIDE, Support

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

SHARE = 0.75
"""Share of the families that each tree is grown on; the others are judged by it."""
EVEN = 0.5
"""Share of a scenario's weight that does not depend on similarity."""
CALIBRATION_FOLDS, CALIBRATION_TREES = 5, 30
CALIBRATION_DATASETS = 400
"""So many training datasets, drawn at random, are enough to calibrate on."""
REGRET_HINTS, SCORE_HINTS = 8, 3
SCORE_BLEND = Blend(trend=0.0, similar=0.5, both=0.5)


class MetaModelError(RecommenderError, ValueError):
    """Tables that a meta-model cannot learn from or predict for."""


class MetaModel:
    """What configurations can be expected to do on a dataset, given its meta-features.

    Three parts expect the regrets, and their mean is the answer: a linear trend over the meta-features' ranks; the
    mean over similar training datasets; and that mean of what the trend leaves unexplained, added to the trend. Two
    datasets are similar when they share leaves of a forest of extremely randomized trees, grown on the ranks and on
    the trend's main expectations. Scores are expected likewise, with a forest of their own.

    Every training dataset is judged by trends and trees that have not seen its family. How it differs from that
    judgement says what may happen on a new dataset: the expectation plus each of these differences is a scenario.
    Scenarios of similar datasets weigh more. Intervals and portfolios come from these scenarios. For a dataset outside
    what was seen, all this gives way to the mean regrets and the greedy portfolio of all training datasets.

    Parameters
    ----------
    n_trees : int, default=900
        Trees of each of the two forests.
    random_state : int, default=0
        Seed of the forests and of the families that are left out together.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> metafeatures = pd.DataFrame({"size": rng.uniform(size=60)})
    >>> scores = pd.DataFrame({"linear": 1 - metafeatures["size"], "forest": metafeatures["size"], "dummy": 0.0})
    >>> model = MetaModel(n_trees=50).fit(metafeatures, scores)
    >>> model.portfolio(pd.DataFrame({"size": [0.9]}), k=1)
    ['forest']
    """

    configurations_: list[str]
    datasets_: list[str]
    features_: list[str]
    defaults_: list[str]

    def __init__(self, *, n_trees: int = 900, random_state: int = 0):
        self.n_trees = n_trees
        self.random_state = random_state

    def fit(
        self,
        metafeatures: pd.DataFrame,
        performance: pd.DataFrame,
        *,
        families: pd.Series | None = None,
        defaults: Iterable[str] = (),
        levels: Collection[str] = (),
    ) -> MetaModel:
        """Learn from datasets on which the configurations were evaluated.

        Parameters
        ----------
        metafeatures : DataFrame of shape (n_datasets, n_metafeatures)
            Missing values are information.
        performance : DataFrame of shape (n_datasets, n_configurations)
            Higher is better; a missing cell is a configuration that was not evaluated. Datasets without any score
            are left out, as are those that are not in both tables, and those whose scores go against what the others
            say, or are all the same (`Judged.contrary`); ``contrary_`` names these.
        families : Series of shape (n_datasets,), optional
            Datasets of one family do not judge each other. By default each dataset is its own family.
        defaults : iterable of str, optional
            Configurations that are safe to choose, the best first: `preference` and `portfolio` avoid the risk to fall
            behind the first of them that may be chosen.
        levels : collection of str, optional
            Meta-features that say how high scores will be and nothing of their order, such as the scores of learners
            whose differences are meta-features of their own. Expected scores use them, expected regrets do not.

        Raises
        ------
        MetaModelError
            If fewer than four families remain, or the index or columns of a table have duplicates.
        """
        for name, table in (("metafeatures", metafeatures), ("performance", performance)):
            if table.index.has_duplicates or table.columns.has_duplicates:
                raise MetaModelError(f"{name} has the same dataset or column twice: keep one of each")
        scored = performance.index[performance.notna().any(axis=1)]
        datasets = scored.intersection(metafeatures.index, sort=False)
        codes = _family_codes(datasets, families)
        if len(set(codes)) < 4:
            raise MetaModelError(
                f"{len(set(codes))} families with meta-features and scores: at least 4 are needed to learn from"
            )
        self.configurations_ = [str(c) for c in performance.columns]
        self.features_ = [str(f) for f in metafeatures.columns]
        self.defaults_ = list(defaults)
        self._levels = [i for i, name in enumerate(self.features_) if name in levels]
        scores = performance.loc[datasets].to_numpy(np.float64, na_value=np.nan)
        scores, values = np.where(np.isfinite(scores), scores, np.nan), as_floats(metafeatures.loc[datasets])
        judged = self._judge(scores, values, codes)
        kept = ~judged.contrary
        self.datasets_, self.contrary_ = ([str(d) for d in datasets[which]] for which in (kept, ~kept))
        judged = judged.of(kept)
        self._learn(scores[kept], values[kept], np.unique(codes[kept], return_inverse=True)[1])
        self._stretch, self._nearness = judged.stretch, judged.nearness
        self._place()
        return self

    def _learn(self, scores: Floats, metafeatures: Singles, families: NDArray[np.intp]) -> None:
        self._known = np.isfinite(scores)
        self._bounds = np.array([np.nanmin(scores), np.nanmax(scores)])
        filled_scores = np.clip(fill_missing(scores), *self._bounds)
        regret = regret_of(scores)
        filled_regret = np.clip(fill_missing(regret), 0, 1)
        filled_regret[:, ~self._known.any(axis=0)] = 1.0
        self._average = np.array([np.nanmean(regret)])
        self._regrets = filled_regret.astype(np.float16)
        self._nearness = np.empty(0)
        self._inputs = Inputs.of(metafeatures, filled_scores.mean(axis=1), self._levels)

        rng = np.random.default_rng(self.random_state)
        n_families = int(families.max()) + 1
        drawn = rng.random((self.n_trees, n_families)).argsort(axis=1).argsort(axis=1)
        members = (drawn < max(2, round(SHARE * n_families)))[:, families].T
        settings: dict[str, Any] = {
            "families": families,
            "members": members,
            "random_state": self.random_state,
        }
        ranks = self._inputs.ranks(metafeatures)
        of_order = ranks[:, self._inputs.of_order]
        self._regret, _ = fit_expectation(
            of_order,
            filled_regret,
            blend=regret_blend(of_order),
            n_hints=REGRET_HINTS,
            other_hints=ranks[:, :0],
            **settings,
        )
        self._score, _ = fit_expectation(
            ranks,
            filled_scores,
            blend=SCORE_BLEND,
            n_hints=SCORE_HINTS,
            other_hints=self._regret.hints,
            **settings,
        )
        self._stretch = np.ones(len(RANKS))
        self._place()

    def _judge(self, scores: Floats, metafeatures: Singles, families: NDArray[np.intp]) -> Judged:
        """What small meta-models without a fold of families expect of these."""
        n_families = int(families.max()) + 1
        rng = np.random.default_rng(self.random_state)
        folds = (rng.permutation(n_families) % min(CALIBRATION_FOLDS, n_families))[families]
        chosen = rng.permutation(len(scores)) < CALIBRATION_DATASETS
        expected, distance = np.full((4, *scores.shape), np.nan), np.full(len(scores), np.nan)
        for fold in np.unique(folds[chosen]):
            kept, judged = folds != fold, (folds == fold) & chosen
            model = MetaModel(n_trees=CALIBRATION_TREES, random_state=self.random_state)
            model._levels = self._levels
            codes = np.unique(families[kept], return_inverse=True)[1]
            model._learn(scores[kept], metafeatures[kept], codes)
            expected[:, judged] = model._expect(metafeatures[judged])
            distance[judged] = model._support.distance(model._inputs.positions(metafeatures[judged]))
        regret, score, low, high = expected
        return Judged(scores, regret, score, low, high, distance)

    def _place(self) -> None:
        """Where the training datasets lie among the others, from what is stored."""
        ranks = self._inputs.ranks(self._inputs.metafeatures)
        self._support = Support(self._inputs.positions(self._inputs.metafeatures), self._nearness)
        of_order = ranks[:, self._inputs.of_order]
        self._regret_leaves = self._regret.forest.leaves(np.column_stack([of_order, self._regret.hints]))
        columns = np.column_stack([ranks, self._score.hints, self._regret.hints])
        self._score_leaves = self._score.forest.leaves(columns)
        deviations = np.where(self._known, self._score.deviations(), np.nan)
        self._intervals = Intervals(deviations, self._stretch, float(self._bounds[1] - self._bounds[0]))

    def predict(self, metafeatures: pd.DataFrame, *, but: Collection[str] = ()) -> Prediction:
        """What to expect on one or many datasets.

        Parameters
        ----------
        metafeatures : DataFrame of shape (n_datasets, n_metafeatures)
            Columns that the meta-model does not know are ignored; those that it misses count as missing values.
        but : collection of str
            Training datasets that are not to count as similar: those that are the same as the dataset.
        """
        values = self._values_of(metafeatures)
        regret, score, low, high = self._expect(values, but)
        support = self._support.of(self._inputs.positions(values))

        def table(cells: Floats) -> pd.DataFrame:
            return pd.DataFrame(cells, index=metafeatures.index, columns=self.configurations_)

        return Prediction(
            regret=table(np.clip(regret, 0, 1)),
            score=table(score),
            lower=table(np.clip(score + low, *self._bounds)),
            upper=table(np.clip(score + high, *self._bounds)),
            support=pd.Series(support, index=metafeatures.index, name="support"),
            outside=pd.Series(support <= OUTSIDE, index=metafeatures.index, name="outside"),
        )

    def _expect(self, values: Singles, but: Collection[str] = ()) -> tuple[Floats, Floats, Floats, Floats]:
        """Expected regrets and scores, and how far below and above the score may be."""
        ranks = self._inputs.ranks(values)
        regret, _, hints = self._expected_regret(ranks, self._trust(values), but)
        score, weights = self._expected_score(ranks, hints, but)
        return regret, score, *self._intervals.margins((1 - EVEN) * weights + EVEN / weights.shape[1], regret)

    def _expected_score(self, ranks: Singles, hints: Singles, but: Collection[str] = ()) -> tuple[Floats, Floats]:
        """Expected scores, and the weights of the training datasets behind them."""
        leaves = self._score.forest.leaves(np.column_stack([ranks, self._score.hints_of(ranks), hints]))
        weights = leaf_weights(leaves, self._score_leaves, left_out=self._at(but))
        return np.clip(self._score.predict(weights, ranks), *self._bounds), weights

    def preference(self, metafeatures: pd.DataFrame, *, among: Iterable[str] | None = None) -> pd.DataFrame:
        """What to order configurations by, least first: regret over scenarios, and the risk to fall behind a default.

        The mean regret over the scenarios of a dataset, each with a best configuration of its own, is what `portfolio`
        lowers. The risk is how far a configuration may fall behind the first of the safe defaults that were named for
        `fit`, over the same scenarios (`Scenarios.risk`); 0 without one.

        Parameters
        ----------
        metafeatures : DataFrame of shape (n_datasets, n_metafeatures)
            The datasets.
        among : iterable of str, optional
            The configurations to choose from; all of them by default.

        Returns
        -------
        DataFrame of shape (n_datasets, n_configurations)
            With the columns of `among`, in its order.
        """
        names = self.configurations_ if among is None else list(among)
        rows = [self.scenarios(metafeatures.iloc[[at]]).among(names).preference for at in range(len(metafeatures))]
        return pd.DataFrame(np.stack(rows), index=metafeatures.index, columns=self.configurations_)[names]

    def portfolio(self, metafeatures_row: pd.DataFrame, k: int, *, among: Iterable[str] | None = None) -> list[str]:
        """At most `k` configurations that complement each other on one dataset, the best first choice first.

        Each further one lowers the mean of the best regret so far the most, over the scenarios of this dataset.

        Parameters
        ----------
        metafeatures_row : DataFrame of shape (1, n_metafeatures)
            The dataset.
        k : int
            How many.
        among : iterable of str, optional
            The configurations to choose from; all of them by default.
        """
        names = self.configurations_ if among is None else list(among)
        return self.scenarios(metafeatures_row).among(names).portfolio(k, among=names)

    def scenarios(self, metafeatures_row: pd.DataFrame, *, but: Collection[str] = ()) -> Scenarios:
        """What may happen on one dataset, one possibility for each training dataset.

        Parameters
        ----------
        metafeatures_row : DataFrame of shape (1, n_metafeatures)
            The dataset.
        but : str, optional
            A training dataset that is not to count as similar, as for `predict`.
        """
        values = self._values_of(metafeatures_row, rows=1)
        ranks, trust = self._inputs.ranks(values), self._trust(values)
        expected, weights, hints = self._expected_regret(ranks, trust, but)
        general = self._regrets - self._regrets.mean(axis=0, dtype=np.float64)
        deviations = trust * np.where(self._known, self._regret.deviations(), 0) + (1 - trust) * general
        even = 1 - (1 - EVEN) * trust[0]
        score = self._expected_score(ranks, hints, but)[0][0]
        likely = (1 - even) * weights[0] + even / weights.shape[1]
        likely[self._at(but)] = 0
        return Scenarios(
            expected[0],
            deviations,
            np.clip(score + np.where(self._known, self._score.deviations(), 0), *self._bounds),
            likely / likely.sum(),
            self._bounds,
            tuple(self.configurations_),
            tuple(name for name in self.defaults_ if name in self.configurations_),
        )

    def neighbours(self, metafeatures_row: pd.DataFrame, k: int) -> pd.DataFrame:
        """The `k` training datasets most similar to one dataset.

        Returns
        -------
        DataFrame with columns dataset and similarity
            Similarity is the share of trees in which both reach the same leaf, largest first.
        """
        if len(metafeatures_row) != 1:
            raise MetaModelError(f"{len(metafeatures_row)} rows of meta-features: give those of one dataset")
        similarity = self.similarity(metafeatures_row).to_numpy()[0]
        order = np.argsort(-similarity, kind="stable")[:k]
        return pd.DataFrame({"dataset": [self.datasets_[i] for i in order], "similarity": similarity[order]})

    def similarity(self, metafeatures: pd.DataFrame) -> pd.DataFrame:
        """Share of trees in which datasets reach the same leaf as each training dataset, 0 to 1.

        Returns
        -------
        DataFrame of shape (n_datasets, n_training_datasets)
        """
        of_order = self._inputs.ranks(self._values_of(metafeatures))[:, self._inputs.of_order]
        leaves = self._regret.forest.leaves(np.column_stack([of_order, self._regret.hints_of(of_order)]))
        shares = np.stack([(row == self._regret_leaves).mean(axis=1) for row in leaves])
        return pd.DataFrame(shares, index=metafeatures.index, columns=self.datasets_)

    def expected_regret(self, metafeatures: pd.DataFrame) -> pd.DataFrame:
        """The regrets of `predict` alone, which is quick where many variants of a dataset are asked about."""
        values = self._values_of(metafeatures)
        regret, _, _ = self._expected_regret(self._inputs.ranks(values), self._trust(values))
        return pd.DataFrame(np.clip(regret, 0, 1), index=metafeatures.index, columns=self.configurations_)

    @property
    def metafeatures_(self) -> pd.DataFrame:
        """Those of the training datasets, of shape (n_training_datasets, n_metafeatures)."""
        return pd.DataFrame(self._inputs.metafeatures, index=self.datasets_, columns=self.features_)

    @property
    def regrets_(self) -> pd.DataFrame:
        """Normalized regrets on the training datasets, NaN where a configuration was not evaluated."""
        regrets = np.where(self._known, self._regrets, np.nan)
        return pd.DataFrame(regrets, index=self.datasets_, columns=self.configurations_)

    def _trust(self, values: Singles) -> Floats:
        return self._support.trust(self._inputs.positions(values))

    def _at(self, datasets: Collection[str]) -> list[int]:
        """The positions of training datasets."""
        return [self.datasets_.index(dataset) for dataset in datasets]

    def _expected_regret(
        self, ranks: Singles, trust: Floats, but: Collection[str] = ()
    ) -> tuple[Floats, Floats, Singles]:
        """Expected regrets, the weights of the training datasets behind them, and what the trend hints at.

        Little trust shrinks towards the mean over all datasets. A configuration that was left out somewhere is taken
        to have seen a few datasets of average regret besides. The trend has learnt from training datasets that are
        the same as the dataset; so what was expected of these without their family stands for what is expected of it.
        """
        of_order, itself = ranks[:, self._inputs.of_order], self._at(but)
        hints = self._regret.hints[itself].mean(axis=0, keepdims=True) if itself else self._regret.hints_of(of_order)
        leaves = self._regret.forest.leaves(np.column_stack([of_order, hints]))
        weights = leaf_weights(leaves, self._regret_leaves, left_out=itself)
        general = self._regrets.mean(axis=0, dtype=np.float64)
        if itself:
            alike = (self._regrets - self._regret.deviations())[itself].mean(axis=0)
        else:
            alike = self._regret.predict(weights, of_order)
        expected = trust * alike + (1 - trust) * general
        if self._known.all():
            return expected, weights, hints
        seen = weights @ self._known
        doubt = PRIOR_DATASETS * (weights**2).sum(axis=1, keepdims=True) * ~self._known.all(axis=0)
        return (seen * expected + doubt * self._average) / np.maximum(seen + doubt, 1e-12), weights, hints

    def _values_of(self, metafeatures: pd.DataFrame, *, rows: int | None = None) -> Singles:
        if rows is not None and len(metafeatures) != rows:
            raise MetaModelError(f"{len(metafeatures)} rows of meta-features: give those of one dataset")
        metafeatures = metafeatures.rename(columns=str)
        if not any(f in metafeatures.columns for f in self.features_):
            raise MetaModelError(
                f"none of the meta-features is known: expected columns such as {', '.join(self.features_[:5])}"
            )
        return as_floats(metafeatures.reindex(columns=self.features_))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The fitted meta-model as plain arrays, for `numpy.savez`; no pickle is needed to read them."""
        about = {"n_trees": self.n_trees, "random_state": self.random_state, "defaults": self.defaults_}
        arrays = {"about": np.array(json.dumps(about))}
        arrays |= {name: np.array(getattr(self, f"{name}_")) for name in NAMES}
        arrays |= {name: getattr(self, f"_{name}") for name in ARRAYS}
        for part, values in (
            ("inputs", {f.name: getattr(self._inputs, f.name) for f in fields(Inputs)}),
            ("regret", self._regret.to_arrays()),
            ("score", self._score.to_arrays()),
        ):
            arrays |= {f"{part}.{name}": value for name, value in values.items()}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> MetaModel:
        """The meta-model that `to_arrays` took apart.

        Raises
        ------
        KnowledgeBaseError
            If arrays are missing or do not fit together.
        """
        try:
            about = json.loads(str(arrays["about"]))
            model = cls(n_trees=about["n_trees"], random_state=about["random_state"])
            model.defaults_ = about["defaults"]
            for name in NAMES:
                setattr(model, f"{name}_", arrays[name].tolist())
            for name in ARRAYS:
                setattr(model, f"_{name}", arrays[name])
            model._inputs = Inputs(**_under("inputs", arrays))
            model._regret = Expectation.from_arrays(_under("regret", arrays))
            model._score = Expectation.from_arrays(_under("score", arrays))
            model._place()
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise KnowledgeBaseError(f"the meta-model is damaged: {error}. Fetch or train it again") from error
        return model


NAMES = ("configurations", "datasets", "features")
ARRAYS = ("known", "bounds", "average", "regrets", "nearness", "stretch")


def _under(part: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name.removeprefix(f"{part}."): arrays[name] for name in arrays if name.startswith(f"{part}.")}


def _family_codes(datasets: pd.Index, families: pd.Series | None) -> NDArray[np.intp]:
    """Numbers from 0 for the families; a dataset without one is its own."""
    codes = np.arange(len(datasets)) if families is None else pd.factorize(families.reindex(datasets))[0]
    codes = np.where(codes < 0, len(codes) + np.arange(len(codes)), codes)
    return np.unique(codes, return_inverse=True)[1]
