"""Evaluating on a Dask cluster: the same jobs within the same limits, on as many machines as it has."""

from __future__ import annotations

import asyncio
import hashlib
import time
import uuid
import warnings
from collections.abc import Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from recommender.errors import ClusterError, one_line
from recommender.evaluation.jobs import Job, Outcome, killed
from recommender.evaluation.limits import Limits
from recommender.evaluation.scratch import Scratch
from recommender.evaluation.workers import LocalWorkers

try:
    import distributed
except ImportError:  # an optional extra; `ClusterWorkers` says how to install it
    distributed = None

Plugin: Any = distributed.WorkerPlugin if distributed else object

REFRESH_SECONDS = 5.0
"""How often the cluster is asked for its size, which may change."""
CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 5.0
"""So long a scheduler may take until it has taken us in, and until it answers at all."""
MAX_SENT = 4
"""Datasets that are kept on the cluster at once; one is sent again when it is needed again."""


def check_cluster(address: Any) -> None:
    """Whether a scheduler may be reached, before anything is done for it.

    Raises
    ------
    ClusterError
        If Dask is not installed, the address is none, or nothing answers there.
    """
    if distributed is None:
        raise ClusterError("evaluating on a cluster needs Dask: pip install 'recommender[cluster]'")
    _check_address(address)
    try:
        with ThreadPoolExecutor(1) as apart:  # from a notebook's own loop
            apart.submit(asyncio.run, _greet(address)).result()
    except (OSError, ValueError, TypeError, MemoryError) as error:  # the last, where another kind of server answers
        raise _no_answer(address, error) from error


async def _greet(address: str) -> None:
    """Shake hands with a scheduler: a client whose scheduler does not would not end."""
    how = distributed.Security().get_connection_args("client")
    async with asyncio.timeout(ANSWER_SECONDS):
        connection = await distributed.comm.connect(address, timeout=ANSWER_SECONDS / 2, **how)
        await connection.close()


def _check_address(address: Any) -> None:
    try:
        host, port = distributed.comm.get_address_host_port(address)
    except (TypeError, ValueError, AttributeError):
        host, port = "", 0
    if not host or not 0 < port < 2**16:
        raise ClusterError(
            f"cluster={address!r:.100} is no address of a Dask scheduler: give the one that `dask scheduler` says, "
            "such as 'tcp://host:8786' or 'tls://host:8786'"
        )


def _no_answer(address: str, error: Exception) -> ClusterError:
    return ClusterError(
        f"no Dask scheduler answers at {address}: {one_line(error)}. Start one with `dask scheduler`, "
        "and `dask worker ADDRESS` for each worker"
    )


class ClusterWorkers:
    """The workers of a Dask cluster, each of which runs every job in a process of its own, within the limits.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://host:8786``.
    limits : Limits
        What each evaluation may use.
    environment : mapping
        What evaluations are recorded to be made with; every worker must have the same.

    Raises
    ------
    ClusterError
        If the address is none, the scheduler does not answer or has no workers, or one has other versions installed.
    """

    def __init__(self, address: str, limits: Limits, environment: Mapping[str, Any]) -> None:
        check_cluster(address)
        self.address, self.limits = address, limits
        self._plugin = f"recommender-{uuid.uuid4().hex[:8]}"
        self._sent: dict[Path, Any] = {}
        self._size, self._asked = 0, -REFRESH_SECONDS
        try:
            self._client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise _no_answer(address, error) from error
        try:
            self._check(environment)
            self._client.register_plugin(_Evaluating(limits), name=self._plugin)
            self._executor = self._client.get_executor(pure=False)
        except BaseException:
            self._client.close()
            raise

    def _check(self, environment: Mapping[str, Any]) -> None:
        found = self._client.run(_environment, self.limits)
        if not found:
            raise ClusterError(f"the cluster at {self.address} has no workers: start some with `dask worker`")
        for worker, theirs in found.items():
            differing = [name for name in environment if theirs.get(name) != environment[name]]
            if differing:
                name = differing[0]
                raise ClusterError(
                    f"the worker {worker} has {name} {theirs.get(name)}, and here it is {environment[name]}: what is "
                    "recorded would not say what was done. Install the same versions everywhere"
                )

    @property
    def n_workers(self) -> int:
        """How many jobs the cluster runs at once, as of a few seconds ago."""
        if time.monotonic() - self._asked > REFRESH_SECONDS:
            self._asked = time.monotonic()
            self._size = sum(self._client.nthreads().values()) or self._size
        return max(self._size, 1)

    def submit(self, job: Job) -> Future[Outcome]:
        """Queue a job; its time starts when a worker takes it up."""
        return self._executor.submit(_run, self._dataset(job.spooled.path), job, self._plugin)

    def _dataset(self, path: Path) -> Any:
        """A dataset's file on the cluster: as a task, so that another worker has it if the first is lost."""
        if path not in self._sent:
            content = path.read_bytes()
            while len(self._sent) >= MAX_SENT:
                del self._sent[next(iter(self._sent))]
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="Sending large graph")
                key = f"dataset-{hashlib.sha256(content).hexdigest()[:16]}"
                self._sent[path] = self._client.submit(_same, content, key=key)
        return self._sent[path]

    def outcome(self, job: Job, future: Future[Outcome]) -> Outcome | None:
        """What came of a job that is done, however it ended; None where the job was lost, and is to be done again."""
        try:
            return future.result()
        except distributed.KilledWorker as error:
            return killed(job, f"workers of the cluster died at it again and again: {error}")
        except CancelledError as error:
            if self._client.status != "running":
                raise ClusterError(f"the scheduler at {self.address} is gone; run again to go on") from error
            return None

    def stop(self) -> None:
        """Leave the cluster; what was in flight is lost, and the workers are free for others."""
        try:
            if self._client.status == "running":
                self._client.unregister_worker_plugin(self._plugin)
        finally:
            self._client.close()


class _Evaluating(Plugin):
    """What a worker of the cluster has as long as a collection lasts: processes, and a folder for datasets."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def setup(self, worker: Any) -> None:
        _allow_child_processes()
        self.processes = LocalWorkers(worker.state.nthreads, self.limits)
        self.folder = Scratch(worker.local_directory)

    def teardown(self, worker: Any) -> None:
        self.processes.stop()
        self.folder.cleanup()


def _allow_child_processes() -> None:
    """Dask's workers are daemons by default, and a daemon may not start processes; these end with it all the same."""
    import multiprocessing

    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]


def _same(content: bytes) -> bytes:
    return content


def _environment(limits: Limits) -> dict[str, Any]:
    from recommender.evaluation.environment import describe_environment

    return describe_environment(limits)


def _run(content: bytes, job: Job, plugin: str) -> Outcome:
    """Do a job on a worker of the cluster, in a process that can be stopped."""
    evaluating: Any = distributed.get_worker().plugins[plugin]
    path = Path(evaluating.folder.name) / job.spooled.path.name
    if not path.exists():
        partial = path.with_suffix(f".{uuid.uuid4().hex}")
        partial.write_bytes(content)
        partial.rename(path)  # at once, for another thread may be about to read it
    here = replace(job, spooled=replace(job.spooled, path=path))
    while True:
        found = evaluating.processes.outcome(here, evaluating.processes.submit(here))
        if found is not None:
            return found
