from __future__ import annotations

import importlib
import math
import signal
import sys
import threading
import time
from contextlib import suppress

import pytest

from recommender.errors import RecommendationError
from recommender.fitting.budget import Budget, OutOfTime, cut_off


def test_what_is_left_is_by_the_clock():
    now = [100.0]
    budget = Budget(seconds=10, clock=lambda: now[0])
    now[0] = 104.0
    assert (budget.spent, budget.left) == (4.0, 6.0)
    now[0] = 111.0
    assert budget.left == -1.0


def test_tries_have_no_end_in_time():
    budget = Budget(tries=3)
    assert budget.left == math.inf
    assert budget.tries == 3


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"seconds": 0}, "give more than 0"),
        ({"seconds": math.nan}, "nan"),
        ({"seconds": "60"}, "a number"),
        ({"tries": 0}, "least 1"),
        ({"tries": 2.5}, "whole"),
        ({"tries": "3"}, "whole"),
    ],
)
def test_there_must_be_something_to_spend(how, message):
    with pytest.raises(RecommendationError, match=message):
        Budget(**how)


def test_what_lasts_too_long_is_cut_off_and_cannot_take_that_for_its_own_error():
    def model() -> None:
        while True:
            with suppress(Exception):  # as a model may
                time.sleep(0.01)

    started = time.monotonic()
    with pytest.raises(OutOfTime), cut_off(0.05):
        model()
    assert time.monotonic() - started < 20
    assert signal.getsignal(signal.SIGALRM) in (signal.SIG_DFL, signal.SIG_IGN)


def test_a_library_is_never_left_half_imported(tmp_path, monkeypatch):
    (tmp_path / "slowly_imported.py").write_text(
        "import time\nfor _ in range(40):\n    time.sleep(0.005)\ndone = True\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    def imported() -> None:
        importlib.import_module("slowly_imported")
        while True:
            pass

    with pytest.raises(OutOfTime), cut_off(0.05):
        imported()
    assert sys.modules["slowly_imported"].done


def test_a_library_that_makes_an_interrupt_of_any_signal_is_cut_off_too():
    def library() -> None:
        try:
            while True:
                time.sleep(0.01)
        except OutOfTime:
            raise KeyboardInterrupt from None

    with pytest.raises(OutOfTime), cut_off(0.05):
        library()


def test_a_real_interrupt_stays_one():
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), cut_off(60.0):
        interrupted()


def test_what_is_quick_is_left_alone():
    with cut_off(60.0):
        done = True
    assert done
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_another_thread_is_not_cut_off():
    found = []

    def work():
        with cut_off(0.001):
            time.sleep(0.05)
            found.append("done")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == ["done"]


def test_an_alarm_of_somebody_else_is_left_to_them():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *about: rung.append(1))
    try:
        with cut_off(0.001):
            time.sleep(0.05)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert rung == []


def assert_silent_and_ended(endless, hook, capsys):
    """What goes on without end is cut off, prints nothing of that, and leaves the hook as it was."""
    before = getattr(sys, hook)
    with pytest.raises(OutOfTime), cut_off(0.05):
        endless()
    assert getattr(sys, hook) is before
    assert "OutOfTime" not in capsys.readouterr().err


def test_an_alarm_while_an_object_is_cleared_away_is_silent_and_rings_again(capsys):
    class Slow:
        def __del__(self):
            ends = time.monotonic() + 0.15
            while time.monotonic() < ends:
                pass

    def goes_on():
        del [Slow()][0]
        while True:
            pass

    assert_silent_and_ended(goes_on, "unraisablehook", capsys)


def test_a_library_that_prints_an_alarm_and_forgets_it_is_silent_and_it_rings_again(capsys):
    def library():
        while True:
            try:
                time.sleep(0.01)
            except OutOfTime:
                sys.excepthook(*sys.exc_info())
                break
        while True:
            pass

    assert_silent_and_ended(library, "excepthook", capsys)
