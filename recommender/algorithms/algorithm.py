"""What the package knows of a learning algorithm: one record, of which the catalogue holds a row for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from recommender.algorithms.configuration import Hyperparameters
from recommender.algorithms.encoding import Encoding, model_settings
from recommender.algorithms.training_rows import TrainingRows
from recommender.errors import MissingExtraError
from recommender.tables.dataset import Task

if TYPE_CHECKING:
    from ConfigSpace import ConfigurationSpace
    from sklearn.base import BaseEstimator


@dataclass(frozen=True, eq=False)
class Algorithm:
    """A learning algorithm that the pool can hold.

    Parameters
    ----------
    name : str
        The name used everywhere: in configurations, records and options.
    description : str
        What it is, in a few words for people who do not know its name.
    tasks : tuple of {"binary", "multiclass", "regression"}
        What it can predict.
    builder : callable(hyperparameters, task, random_state, n_jobs) -> estimator
        An unfitted scikit-learn estimator. Without hyperparameters, its library's plain default.
    space : callable(task) -> ConfigurationSpace
        The hyperparameters that are worth varying, under the names that the builder takes.
    takes : str
        These names, parted by blanks, and those that the space had before: what is read from a file is held against
        them, and to ask the space would take longer than all else that is read.
    encoding : Encoding
        How it wants numbers and categories, unless a configuration's hyperparameters say otherwise.
    strong : tuple of hyperparameters
        Settings known to do well, tried before the space is searched.
    strong_for_classes, strong_for_numbers : tuple of hyperparameters
        More of them, tried first where classes or numbers are predicted.
    n_drawn : int
        How many further settings the pool draws from the space.
    n_core : int, default=0
        So many of its first settings in the pool, the default first, are evaluated at other sizes too.
    fixed : hyperparameters
        What every setting that is drawn from the space has besides.
    for_classes : hyperparameters
        What every setting of the pool has besides where classes are predicted, its default included.
    max_samples, max_features, max_classes : int, optional
        It does not apply above these: training rows, encoded columns, classes.
    can_fit : callable(hyperparameters, TrainingRows) -> bool, optional
        Whether a setting can be fitted on such rows; every setting can where it is not given.
    library : str, optional
        The distribution that it needs beside scikit-learn.
    module : str, optional
        Its module, where that has another name.
    extra : str, optional
        The extra of this package that installs its library; None for those that are always there.
    is_interpretable : bool, default=False
        Whether a person can read the fitted model: a number for each encoded column and class, a few, or a curve.
    takes_weights : bool, default=True
        Whether its `fit` takes weights of rows.
    takes_sparse : bool, default=False
        Whether it is given the numbers of sparse tables without their zeros.
    safe_rank : int, optional
        Its place among the algorithms to whose safe settings a recommendation is not to lose, the first one first.
    safe : tuple of Hyperparameters, default=({},)
        These settings, the first one first.
    flaml_name : str, optional
        FLAML's estimator, where it has one.
    flaml_settings : dict of str to str
        Our name of each hyperparameter that FLAML names otherwise.
    """

    name: str
    _: KW_ONLY
    description: str
    tasks: tuple[Task, ...]
    builder: Callable[[Hyperparameters, Task, int, int | None], BaseEstimator]
    space: Callable[[Task], ConfigurationSpace]
    encoding: Encoding
    takes: str = ""
    strong: tuple[Hyperparameters, ...] = ()
    strong_for_classes: tuple[Hyperparameters, ...] = ()
    strong_for_numbers: tuple[Hyperparameters, ...] = ()
    n_drawn: int = 0
    n_core: int = 0
    fixed: Hyperparameters = field(default_factory=dict)
    for_classes: Hyperparameters = field(default_factory=dict)
    max_samples: int | None = None
    max_features: int | None = None
    max_classes: int | None = None
    can_fit: Callable[[Hyperparameters, TrainingRows], bool] | None = None
    library: str | None = None
    module: str | None = None
    extra: str | None = None
    is_interpretable: bool = False
    takes_weights: bool = True
    takes_sparse: bool = False
    safe_rank: int | None = None
    safe: tuple[Hyperparameters, ...] = ({},)
    flaml_name: str | None = None
    flaml_settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_installed(self) -> bool:
        """Whether its library is there."""
        module = self.imported
        return self.extra is None or module is None or _is_importable(module)

    @property
    def imported(self) -> str | None:
        """The module of its library."""
        return self.module or self.library

    def strong_for(self, task: Task) -> tuple[Hyperparameters, ...]:
        """The settings known to do well on a task."""
        return (self.strong_for_numbers if task == "regression" else self.strong_for_classes) + self.strong

    def build(
        self,
        hyperparameters: Hyperparameters,
        task: Task,
        random_state: int,
        n_jobs: int | None,
        *,
        exactly: bool = False,
    ) -> BaseEstimator:
        """An unfitted estimator; the error of a library that is not installed says how to get it.

        With `exactly` it learns a target that its library would round.
        """
        try:
            model = self.builder(model_settings(hyperparameters), task, random_state, n_jobs)
        except ImportError as error:
            if self.extra is None:
                raise
            raise self.not_installed() from error
        if exactly:
            from recommender.algorithms.exact_targets import learning_exactly

            model = learning_exactly(model, task)
        if self.encoding.chosen_by(hyperparameters).target == "plain":
            return model
        from recommender.algorithms.log_target import on_logarithm

        return on_logarithm(model)

    def not_installed(self) -> MissingExtraError:
        """The error that says how to get its library."""
        return MissingExtraError(f"{self.name} is not installed: pip install 'recommender[{self.extra}]'")

    def why_not(self, *, n_samples: int, n_features: int, n_classes: int) -> str | None:
        """Why this does not apply to a table of that size, or None where it applies."""
        limits = (
            ("rows", n_samples, self.max_samples),
            ("columns", n_features, self.max_features),
            ("classes", n_classes, self.max_classes),
        )
        for what, given, most in limits:
            if most is not None and given > most:
                return f"{self.name} is not applied to more than {most:,} {what}, and there are {given:,}"
        return None


@cache
def _is_importable(module: str) -> bool:
    return find_spec(module) is not None
