"""How much memory something takes at its peak, as Linux counts it."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path("/proc/self")
RESET_PEAK = "5"
"""What forgets the peak of a process when written to its `clear_refs`; see proc(5)."""


class PeakMemory:
    """The peak of what this process holds in memory from now on, above what it holds now.

    Memory that was freed before and that the C library has kept is given back first, where that can be asked for:
    what is put there would not be seen.

    Examples
    --------
    >>> peak = PeakMemory()
    >>> block = bytearray(10**7)
    >>> peak.n_bytes is None or peak.n_bytes > 0
    True
    """

    def __init__(self) -> None:
        _give_back_freed()
        self._before = _kilobytes("VmRSS") if _forget_peak() else None

    @property
    def n_bytes(self) -> int | None:
        """Bytes; None where the system does not say."""
        peak = _kilobytes("VmHWM")
        return None if self._before is None or peak is None else max(peak - self._before, 0) * 1024


def _forget_peak() -> bool:
    try:
        (HERE / "clear_refs").write_text(RESET_PEAK)
    except OSError:
        return False
    return True


def _kilobytes(name: str) -> int | None:
    try:
        lines = (HERE / "status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), None)


def _give_back_freed() -> None:
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> Any:
    """The function of glibc, where this is it."""
    try:
        return getattr(ctypes.CDLL(None), "malloc_trim", None)
    except (OSError, TypeError):  # not on Windows
        return None
