"""Linear algebra and learners in one thread each, for as long as anybody in this process asks for it.

The matrices are small, and threads would wait in line. How many threads linear algebra has is set for the whole
process. Calls that overlap therefore share one limit: the first sets it, and the last to end gives back what was there.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


class _Holder:
    """A thread that holds linear algebra to one thread until it is told to end.

    Newer versions of threadpoolctl let only the thread that set a limit lift it, and a caller may end before others do.
    """

    def __init__(self, controller: ThreadpoolController) -> None:
        self._controller, self._holds, self._ends = controller, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._hold, daemon=True)
        self._thread.start()
        self._holds.wait()

    def _hold(self) -> None:
        try:
            with self._controller.limit(limits=1, user_api="blas"):
                self._holds.set()
                self._ends.wait()
        finally:
            self._holds.set()

    def end(self) -> None:
        self._ends.set()
        self._thread.join()


_lock = threading.Lock()
_inside: list[object] = []
"""A mark of each call that goes on."""
_holders: dict[bool, _Holder] = {}
"""By whether their controller knows the learners, in the order in which they began."""


@contextmanager
def one_thread(*, with_learners: bool = False) -> Iterator[None]:
    """Hold linear algebra, and learners in this thread, to one thread each.

    Parameters
    ----------
    with_learners : bool, default=False
        Whether learners are used, whose libraries are loaded for it.

    Examples
    --------
    >>> import numpy
    >>> with one_thread():
    ...     {found["num_threads"] for found in ThreadpoolController().info() if found["user_api"] == "blas"} <= {1}
    True
    """
    controller, mark = _controller(with_learners), object()
    try:
        with _lock:
            _inside.append(mark)
            if with_learners not in _holders:
                _holders[with_learners] = _Holder(controller)
        with controller.limit(limits=1, user_api="openmp"):  # which every thread has for itself
            yield
    finally:
        _leave(mark)


def _leave(mark: object) -> None:
    with _lock:
        if mark in _inside:
            _inside.remove(mark)
        while not _inside and _holders:
            _holders.popitem()[1].end()


@cache
def _controller(with_learners: bool) -> ThreadpoolController:
    """What knows the libraries that were loaded when it was made."""
    if with_learners:
        import lightgbm  # noqa: F401
        import sklearn.tree  # noqa: F401
    return ThreadpoolController()
