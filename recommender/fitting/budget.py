"""Budgets: how much may be spent on trying, and how a fit in this process is cut off where the time is up."""

from __future__ import annotations

import math
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from numbers import Integral, Real
from types import FrameType, TracebackType
from typing import Any

from recommender.errors import RecommendationError

AGAIN_SECONDS = 0.25
"""A fit that did not hear that its time is up is told again."""


class Budget:
    """What may be spent: seconds by the clock from now on, a number of tries, or both.

    Parameters
    ----------
    seconds : float, optional
        For everything; None for no limit.
    tries : int, optional
        How many configurations may be tried; None for no limit.
    clock : callable() -> float, default=time.monotonic
        What tells the time.

    Raises
    ------
    RecommendationError
        If the seconds are no positive number, or the tries no whole number of at least one.

    Examples
    --------
    >>> budget = Budget(seconds=60, clock=iter([0.0, 45.0]).__next__)
    >>> budget.left
    15.0
    """

    def __init__(
        self,
        *,
        seconds: float | None = None,
        tries: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if seconds is not None and not (isinstance(seconds, Real) and seconds > 0):
            raise RecommendationError(f"seconds={seconds!r} was given: give more than 0, as a number")
        if tries is not None and not (isinstance(tries, Integral) and tries >= 1):
            raise RecommendationError(f"n_candidates is at least 1 and a whole number, and {tries!r} was given")
        self.seconds = math.inf if seconds is None else float(seconds)
        self.tries = math.inf if tries is None else tries
        self.clock, self._started = clock, clock()

    @property
    def spent(self) -> float:
        """Seconds since it began."""
        return self.clock() - self._started

    @property
    def left(self) -> float:
        """Seconds that are left; infinite without a limit."""
        return self.seconds - self.spent


class OutOfTime(BaseException):
    """The time of a fit in this process is up; no model may take it for an error of its own."""


@contextmanager
def cut_off(seconds: float) -> Iterator[None]:
    """Raise `OutOfTime` in the block after so many seconds, where that can be done.

    It can in the main thread of a system with alarms (not Windows), where nobody else waits for one, and as soon as
    Python runs: neither a call into a library nor an import is interrupted.

    Examples
    --------
    >>> try:
    ...     with cut_off(0.01):
    ...         while True:
    ...             pass
    ... except OutOfTime:
    ...     print("over")
    over
    """
    if not _has_alarm() or not math.isfinite(seconds):
        yield
        return
    is_on, has_rung = True, False

    def ring(number: int, frame: FrameType | None) -> None:
        nonlocal has_rung
        if is_on and not _is_importing(frame):
            has_rung = True
            raise OutOfTime

    def heard_later(said: Any) -> None:
        """What is raised while an object is cleared away is heard by nobody; the alarm rings again."""
        if said.exc_type is not OutOfTime:
            unheard(said)

    def printed_later(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """CatBoost prints, and then forgets, what is raised while it is asked how far it is; the alarm rings again."""
        if kind is not OutOfTime:
            printed(kind, error, trace)

    unheard, sys.unraisablehook = sys.unraisablehook, heard_later
    printed, sys.excepthook = sys.excepthook, printed_later
    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), AGAIN_SECONDS)
        yield
    except KeyboardInterrupt as interrupt:  # what CatBoost makes of any signal
        if has_rung:
            raise OutOfTime from interrupt
        raise
    finally:
        is_on = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        sys.unraisablehook, sys.excepthook = unheard, printed


def _is_importing(frame: FrameType | None) -> bool:
    """Whether a library is being imported, which would stay half imported for good; the alarm rings again after it."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _has_alarm() -> bool:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return False
    return signal.getsignal(signal.SIGALRM) in (signal.SIG_DFL, signal.SIG_IGN)
