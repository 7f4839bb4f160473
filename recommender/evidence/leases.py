"""Claims: what a collector has taken on itself, so that several collectors can share one store."""

from __future__ import annotations

import logging
import platform
import threading
import uuid
from types import TracebackType

from recommender.errors import RecommenderError
from recommender.evidence.store import Store

LEASE_SECONDS = 60.0
"""A claim that was not renewed for so long is free: its collector was killed, or cannot reach the store."""

_log = logging.getLogger(__name__)


class Claims:
    """The configurations that one collector is at work on, each on its dataset.

    Inside a ``with`` block a thread renews them; at its end, all are given back. Clocks of machines that share a store
    need to agree to within a fraction of a minute.

    Parameters
    ----------
    store : Store
        Where they are written down.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.collector = f"{platform.node()[:60]}-{uuid.uuid4().hex[:12]}"
        self._ended = threading.Event()
        self._renewal = threading.Thread(target=self._renew, daemon=True)

    def take(self, dataset_id: str, configuration_id: str) -> bool:
        """Claim a configuration on a dataset; False where another collector is at work on it."""
        return self._store.claim(dataset_id, configuration_id, self.collector, LEASE_SECONDS)

    def give_back(self, dataset_id: str, configuration_id: str) -> None:
        """Let go of a configuration that is done."""
        self._store.release_claims(self.collector, dataset_id, configuration_id)

    def __enter__(self) -> Claims:
        if self._store.is_shared:
            self._renewal.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._renewal.ident:
            self._renewal.join()
        self._store.release_claims(self.collector)

    def _renew(self) -> None:
        while not self._ended.wait(LEASE_SECONDS / 3):
            try:
                self._store.renew_claims(self.collector, LEASE_SECONDS)
            except RecommenderError as error:  # the next time may go better, and until then the lease holds
                _log.warning("claims could not be renewed: %s", error)
