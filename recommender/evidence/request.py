"""What a collection is asked for, and in which turns it is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from recommender.algorithms.catalogue import installed_algorithms
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pool import core_for, part, pool_for
from recommender.errors import unknown_name
from recommender.evaluation.stopping import n_first_folds
from recommender.tables.dataset import Dataset, Task
from recommender.tables.splits import MAX_TRAIN_SAMPLES, SIZES

BREADTH = (8, 16, 32, 64)
"""Every dataset has so many configurations before any has more, so that a collection can be stopped at any time."""


@dataclass(frozen=True)
class Turn:
    """Some configurations at one size, which are done on every dataset before the next turn begins.

    Parameters
    ----------
    size : int
        How many training rows a fold has at most.
    begin, end : int or None
        The places of the configurations among all that are asked for; None is the end.
    first_folds : bool
        Whether only the first folds are done, as many as tell which configurations are hopeless.
    """

    size: int = MAX_TRAIN_SAMPLES
    begin: int = 0
    end: int | None = None
    first_folds: bool = False

    def until(self, n_folds: int) -> int:
        """The fold before which the turn ends, of so many."""
        return min(n_folds, n_first_folds(n_folds)) if self.first_folds else n_folds


@dataclass(frozen=True)
class Request:
    """What a collection was asked for.

    Parameters
    ----------
    tasks : tuple of int or Dataset
        OpenML task ids, or datasets of one's own.
    n_configurations : int or None
        Only the first so many, or of the named algorithms' part of them.
    algorithms : frozenset of str or None
        Only configurations of these algorithms.
    sizes : tuple of int or None
        The core of the pool at these sizes, instead of the pool at the standard one.
    """

    tasks: tuple[int | Dataset, ...]
    n_configurations: int | None = None
    algorithms: frozenset[str] | None = None
    sizes: tuple[int, ...] | None = None

    def configurations(self, task: Task) -> tuple[Configuration, ...]:
        """All that is to be evaluated on a dataset of a task, at every size; the core of the pool comes first.

        Examples
        --------
        >>> first = Request((3,)).configurations("binary")[: len(core_for("binary"))]
        >>> set(first) == set(core_for("binary"))
        True
        """
        core = core_for(task)
        every = core if self.sizes is not None else sorted(pool_for(task), key=lambda one: one not in core)
        return part(every, self.n_configurations, self.algorithms)

    @property
    def turns(self) -> list[Turn]:
        """The first configurations and the first folds of every dataset first, and the smallest size first.

        Examples
        --------
        >>> [(turn.begin, turn.end) for turn in Request((3, 6)).turns if turn.first_folds]
        [(0, 8), (8, 16), (16, 32), (32, 64), (64, None)]
        >>> Request((3, 6)).turns[-1]
        Turn(size=10000, begin=0, end=None, first_folds=False)
        >>> [turn.size for turn in Request((3, 6), sizes=(500, 200)).turns]
        [200, 500]
        """
        if self.sizes is not None:
            return [Turn(size) for size in sorted(self.sizes)]
        if len(self.tasks) == 1:
            return [Turn()]
        parts = pairwise((0, *BREADTH, None))
        return [*(Turn(begin=begin or 0, end=end, first_folds=True) for begin, end in parts), Turn()]


def make_request(
    tasks: Iterable[int | Dataset],
    *,
    n_configurations: int | None = None,
    algorithms: Iterable[str] | None = None,
    sizes: Sequence[int] | None = None,
) -> Request:
    """A request for what there is.

    Raises
    ------
    UnknownNameError, MissingExtraError
        If an algorithm or a size is unknown, or the library of an algorithm is not installed.
    """
    for size in sizes or ():
        if size not in SIZES:
            raise unknown_name("size", size, map(str, SIZES))
    names = installed_algorithms(algorithms)
    chosen = None if sizes is None else tuple(dict.fromkeys(sizes))
    return Request(tuple(tasks), n_configurations, names, chosen)
