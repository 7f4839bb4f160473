"""From a configuration to an unfitted scikit-learn pipeline that takes the raw table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recommender.algorithms.catalogue import encoding_of, find_algorithm
from recommender.algorithms.preprocessing import build_preprocessing, keeping_zeros
from recommender.tables.columns import LeftOut
from recommender.tables.dataset import Dataset
from recommender.tables.frames import unique_names

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from recommender.algorithms.configuration import Configuration
    from recommender.tables.reading import TableReader


def build_pipeline(
    configuration: Configuration, dataset: Dataset, *, random_state: int = 0, n_jobs: int | None = None
) -> Pipeline:
    """The pipeline of a configuration for the columns of a dataset.

    Parameters
    ----------
    configuration : Configuration
        What to build.
    dataset : Dataset
        Whose columns the preprocessing is for. How they are read is used, and how many categories they have; nothing is
        learnt from it.
    random_state : int, default=0
        Seed of the model.
    n_jobs : int, optional
        Threads, where the model has a choice; None leaves it to the library's own default.

    Returns
    -------
    Pipeline
        Two steps, ``preprocess`` and ``model``, unfitted. Before them a step ``read``, a `TableReader`, where the table
        needs one: anything but numbers as numpy holds them and plain categories. Linear models are given sparse tables
        without their zeros by a step ``sparse``, a `SparseReader`, and each column is divided by its largest number
        instead of being centred. Columns that carry nothing are left out. Missing values reach trees as they are and
        are otherwise imputed by the median; a missing category is a category of its own. Text and dates are encoded by
        skrub. Classes that some library would round, such as 20240131, are learnt as positions, and targets of
        extreme size or spread in standard deviations.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from recommender.tables.loading import load_dataset
    >>> from recommender.algorithms.configuration import Configuration
    >>> iris = load_dataset(load_iris(as_frame=True))
    >>> pipeline = build_pipeline(Configuration("lda", {}), iris)
    >>> float(pipeline.fit(iris.X, iris.y).score(iris.X, iris.y)) > 0.9
    True
    """
    from sklearn.pipeline import Pipeline

    from recommender.algorithms.exact_targets import is_rounded

    algorithm, exactly = find_algorithm(configuration.algorithm), is_rounded(dataset.y, dataset.task)
    model = algorithm.build(configuration.hyperparameters, dataset.task, random_state, n_jobs, exactly=exactly)
    if dataset.reads_target:
        from recommender.algorithms.target_reader import TargetReader

        model = TargetReader(model)
    if stays_sparse(configuration, dataset):
        from recommender.tables.sparse import SparseReader

        return Pipeline([("sparse", SparseReader()), ("preprocess", keeping_zeros()), ("model", model)])
    steps = [("preprocess", build_preprocessing(dataset, encoding_of(configuration))), ("model", model)]
    return Pipeline(steps if dataset.is_plain else [("read", build_reader(dataset)), *steps])


def stays_sparse(configuration: Configuration, dataset: Dataset) -> bool:
    """Whether the model of a configuration is given a sparse table without its zeros."""
    takes_sparse = find_algorithm(configuration.algorithm).takes_sparse
    return dataset.is_sparse and takes_sparse and encoding_of(configuration).keeps_zeros


def build_reader(dataset: Dataset) -> TableReader:
    """The reader that reads later tables as a dataset was read, with the units and levels of what it is fitted on."""
    from recommender.tables.reading import TableReader

    named = zip(unique_names(dataset.X.columns), dataset.readings, strict=True)
    return TableReader({name: reading.name for name, reading in named if not isinstance(reading, LeftOut)})
