"""Leases: what a collector has taken on itself for a while, so that several collectors can share one store."""

from __future__ import annotations

import logging
import platform
import threading
import time
import uuid
from types import TracebackType

from sqlalchemy import ColumnElement, delete, or_, select, update

from recommender.errors import RecommenderError
from recommender.evidence.database import Database, insert_for, patiently
from recommender.evidence.schema import LEASES
from recommender.tables.splits import MAX_TRAIN_SAMPLES

LEASE_SECONDS = 60.0
"""A lease that was not renewed for so long is free: its holder was killed, or cannot reach the database."""

_log = logging.getLogger(__name__)


class Leases:
    """The configurations that one collector is at work on, each on its dataset and at its size.

    Inside a ``with`` block a thread renews them; at its end, all are given back. Clocks of machines that share a
    database need to agree to within a fraction of a minute.

    Parameters
    ----------
    database : Database
        Where they are written down.

    Examples
    --------
    >>> database = Database("sqlite://")
    >>> mine, yours = Leases(database), Leases(database)
    >>> mine.take("openml:61", "lda-default"), yours.take("openml:61", "lda-default")
    (True, False)
    >>> yours.held_by_others()
    {('openml:61', 'lda-default', 10000)}
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._holder = f"{platform.node()[:60]}-{uuid.uuid4().hex[:12]}"
        self._mine = LEASES.c.collector == self._holder
        self._ended = threading.Event()
        self._renewal = threading.Thread(target=self._keep_renewing, daemon=True)

    @patiently
    def take(self, dataset_id: str, configuration_id: str, size: int = MAX_TRAIN_SAMPLES) -> bool:
        """Take a configuration on a dataset at a size for oneself; False where another collector is at work on it.

        A lease that was not renewed in time may be taken over: its holder was killed, or cut off.
        """
        now = time.time()
        ours = {"collector": self._holder, "expires": now + LEASE_SECONDS}
        values = {"dataset_id": dataset_id, "configuration_id": configuration_id, "size": size, **ours}
        with self._database.transaction() as connection:
            statement = insert_for(connection)(LEASES).values(values)
            statement = statement.on_conflict_do_update(
                index_elements=["dataset_id", "configuration_id", "size"],
                set_=ours,
                where=or_(LEASES.c.expires < now, self._mine),
            )
            return bool(connection.execute(statement.execution_options(preserve_rowcount=True)).rowcount)

    def renew(self) -> None:
        """Hold everything that was taken for a while from now."""
        with self._database.transaction() as connection:
            connection.execute(update(LEASES).where(self._mine).values(expires=time.time() + LEASE_SECONDS))

    @patiently
    def held_by_others(self) -> set[tuple[str, str, int]]:
        """Dataset, configuration and size of what other collectors are at work on."""
        columns = (LEASES.c.dataset_id, LEASES.c.configuration_id, LEASES.c.size)
        others = select(*columns).where(LEASES.c.collector != self._holder, LEASES.c.expires >= time.time())
        with self._database.transaction() as connection:
            return {(d, c, size) for d, c, size in connection.execute(others)}

    @patiently
    def give_back(self, dataset_id: str, configuration_id: str, size: int = MAX_TRAIN_SAMPLES) -> None:
        """Let go of a configuration that is done."""
        mine = {"dataset_id": dataset_id, "configuration_id": configuration_id, "size": size}
        self._release(*(LEASES.c[name] == value for name, value in mine.items()))

    def give_all_back(self) -> None:
        """Let go of everything."""
        self._release()

    def _release(self, *which: ColumnElement[bool]) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(LEASES).where(self._mine, *which))

    def __enter__(self) -> Leases:
        if self._database.is_shared:
            self._renewal.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._renewal.ident:
            self._renewal.join()
        self.give_all_back()

    def _keep_renewing(self) -> None:
        while not self._ended.wait(LEASE_SECONDS / 3):
            try:
                self.renew()
            except RecommenderError as error:  # the next time may go better, and until then the lease holds
                _log.warning("leases could not be renewed: %s", error)
