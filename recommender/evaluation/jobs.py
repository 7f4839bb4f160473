"""Jobs for workers, and what may come of one."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.algorithms.configuration import Configuration
from recommender.evaluation.evaluate import Evaluation, Status
from recommender.evaluation.spooled import Spooled
from recommender.tables.splits import MAX_TRAIN_SAMPLES


@dataclass(frozen=True)
class Job:
    """One evaluation to be done: a configuration on a fold of a dataset, at a size. Without one, the meta-features."""

    spooled: Spooled
    configuration: Configuration | None = None
    fold: int = 0
    size: int = MAX_TRAIN_SAMPLES
    keep_predictions: bool = False
    within: float | None = None


@dataclass(frozen=True)
class Described:
    """The meta-features of a dataset as a worker found them, or why it could not."""

    values: dict[str, float]
    seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class Killed:
    """A job whose workers were killed again and again, by others: nothing is known of it, and nothing is recorded."""

    message: str


Outcome = Evaluation | Described | Killed


def ended(job: Job, status: Status, message: str) -> Outcome:
    """What is recorded of a job that came to no result of its own."""
    if job.configuration is None:
        return Described({}, error=f"{status}: {message}")
    return Evaluation(job.configuration.id, job.fold, status, message, size=job.size)


def killed(job: Job, message: str) -> Outcome:
    """What is said of a job whose workers others killed again and again; a dataset's description is tried next time."""
    return Killed(message) if job.configuration else ended(job, "crashed", message)
