"""The pace of this machine, and of each kind of model on this table, against what fits were expected to take."""

from __future__ import annotations

import math

from recommender.algorithms.configuration import Configuration

PRIOR_SECONDS = 0.1
"""So many expected seconds weighs the claim that a kind of model has the pace of the others."""
FORGOTTEN = 0.8
"""What remains of an older measurement's weight with each new one: others come and go on a machine."""
DOUBT = 0.5
"""So many kinds of models weighs the claim that this machine takes what was expected."""


def kind_of(configuration: Configuration) -> str:
    """What fits have in common that take longer, or less long, than expected on the same tables.

    How long boosting that stops early goes on depends on the target, so it is a kind of its own.

    Examples
    --------
    >>> kind_of(Configuration("lightgbm", {})), kind_of(Configuration("lightgbm", {"early_stopping": True}))
    ('lightgbm', 'lightgbm, early stopping')
    """
    stops_early = configuration.hyperparameters.get("early_stopping")
    return f"{configuration.algorithm}, early stopping" if stops_early else configuration.algorithm


class Pace:
    """Seconds by the clock for each that was expected, as of lately.

    A kind of model that was seen has its own. The others have the geometric mean of all that were seen, which is this
    machine's: one model that takes long on this table says little of it.

    Examples
    --------
    >>> pace = Pace()
    >>> for kind in ("ridge", "lasso", "lda"):
    ...     pace.saw(kind, 2.0, expected=1.0)
    >>> pace.saw("gaussian_process", 50.0, expected=1.0)
    >>> 1.8 < pace.of("ridge") < 2 < pace.of("svm") < 4 < 40 < pace.of("gaussian_process")
    True
    """

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float]] = {}

    def saw(self, kind: str, seconds: float, *, expected: float) -> None:
        """Take into account how long a fit of a kind of model took."""
        clock, claimed = self._seen.get(kind, (PRIOR_SECONDS * self.ratio, PRIOR_SECONDS))
        self._seen[kind] = FORGOTTEN * clock + seconds, FORGOTTEN * claimed + expected

    def of(self, kind: str) -> float:
        """Of a kind of model; this machine's where it was not seen."""
        clock, expected = self._seen.get(kind, (self.ratio, 1.0))
        return clock / expected

    @property
    def is_known(self) -> bool:
        """Whether anything was measured."""
        return bool(self._seen)

    @property
    def ratio(self) -> float:
        """Of this machine: above 1 where it is slower than expected, or busy."""
        logs = [math.log(clock / expected) for clock, expected in self._seen.values()]
        return math.exp(math.fsum(logs) / (len(logs) + DOUBT))
