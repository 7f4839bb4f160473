"""Fits in this process, one at a time, cut off where they last too long."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from threadpoolctl import ThreadpoolController

from recommender.algorithms.catalogue import encoding_of
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline, stays_sparse
from recommender.evaluation.evaluate import Evaluation, evaluate
from recommender.fitting.budget import cut_off
from recommender.fitting.preparations import Preparation, Preparations
from recommender.fitting.row_weights import Floats
from recommender.metafeatures.one_thread import one_thread
from recommender.tables.dataset import Dataset
from recommender.tables.splits import Split


class Here:
    """This process, where fits share what steps before the model make.

    Parameters
    ----------
    dataset : Dataset
        On what.
    splits : sequence of (train, test)
        The folds.
    sample_weight : array of shape (n_samples,), optional
        What models are fitted with.
    threads : int, default=1
        Of a model, where it has a choice.
    """

    def __init__(
        self, dataset: Dataset, splits: Sequence[Split], sample_weight: Floats | None = None, *, threads: int = 1
    ) -> None:
        self._dataset, self._splits, self._weights, self._n_threads = dataset, splits, sample_weight, threads
        self._preparations, self._threads = Preparations(), ThreadpoolController()
        self._loaded: set[str] = set()

    def load(self, configuration: Configuration) -> None:
        """Import what an algorithm needs, before the clock of its first fit runs."""
        if configuration.algorithm not in self._loaded:
            self._loaded.add(configuration.algorithm)
            with suppress(Exception):  # the fit will say what is wrong
                build_pipeline(configuration, self._dataset)
            self._threads = ThreadpoolController()  # of the libraries that are there by now

    def preparation(self, configuration: Configuration, fold: int) -> Preparation:
        """What a fit begins with, which fills while it runs."""
        is_sparse = stays_sparse(configuration, self._dataset)
        return self._preparations.of(fold, encoding_of(configuration), is_sparse=is_sparse)

    def fit(
        self, configuration: Configuration, fold: int, preparation: Preparation, *, seconds: float, within: float
    ) -> Evaluation:
        """What comes of a fold, in which boosting that stops early takes so many seconds at most.

        Raises
        ------
        OutOfTime
            If it takes longer.
        """
        with one_thread(), self._threads.limit(limits=self._n_threads, user_api="openmp"), cut_off(max(seconds, 0.01)):
            return evaluate(
                self._dataset,
                configuration,
                fold,
                self._splits[fold],
                keep_predictions=True,
                sample_weight=self._weights,
                memory=preparation,
                threads=self._n_threads,
                within=within,
            )
