"""The tasks that a study runs on, read from an OpenML server one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from recommender.errors import RecommenderError
from recommender.tables.openml import OpenMLTask, read_task


def readable_tasks(task_ids: Iterable[int], max_samples: int | None) -> Iterator[OpenMLTask]:
    """The tasks that can be had and have at most so many rows; of the others it is said why they are skipped."""
    for task_id in task_ids:
        try:
            task = read_task(task_id)
        except RecommenderError as error:
            print(f"skipped task {task_id}: {error}", flush=True)
            continue
        if max_samples is None or task.dataset.n_samples <= max_samples:
            yield task
