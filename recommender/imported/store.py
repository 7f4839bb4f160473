"""Imported evidence: evaluations that others made and an OpenML server recorded, in tables of their own.

They lie in the store's database beside our own evaluations and are never mixed with them: each is marked with its
server, its metric and its task, and the table of tasks has the protocol.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Table, case, func, insert, or_, select, update

from recommender.errors import StoreError
from recommender.evidence.database import Database
from recommender.imported.flows import estimator_of, find_flow, read_parameters
from recommender.imported.schema import EVALUATIONS, FLOWS, PLACES, SCHEMA, SERVERS, SETUPS, TASKS
from recommender.tables.dataset import Task


@dataclass(frozen=True)
class TaskDescription:
    """What is known of a task of OpenML that has imported evaluations.

    Parameters
    ----------
    described_by : {"dataset", "qualities", ""}
        Where the meta-features come from; empty where there are none.
    reason : str
        Why they do not come from the dataset.
    protocol : str
        How results on the task are estimated; empty where the server does not say.
    task : {"binary", "multiclass", "regression"}, optional
        What is to be predicted, where that is known.
    signatures : list of [name, content hash]
        Of the dataset's columns, which families are found by; empty where the dataset could not be had.
    metafeatures : Mapping of str to float
        Missing ones are left out or NaN.
    metafeatures_version : int
        Of the code that extracted them; 0 where they come from qualities.
    """

    described_by: str
    reason: str
    protocol: str
    task: Task | None
    signatures: list[list[str]]
    metafeatures: Mapping[str, float]
    metafeatures_version: int


class ImportedEvidence(Database):
    """A database that holds imported evaluations, beside those of our own where it has any.

    Parameters
    ----------
    address : str or Path
        As for `recommender.evidence.database.Database`.

    Examples
    --------
    >>> evidence = ImportedEvidence("sqlite://")
    >>> server = evidence.add_server("https://www.openml.org/api/v1/xml")
    >>> page = pd.DataFrame([[1, 31, 31, "credit-g", 7, "sklearn.svm.classes.SVC(1)", 0.75]], columns=PAGE)
    >>> evidence.add_page(server, "predictive_accuracy", 5, "", page, {})
    1
    >>> evidence.counts()[["flow", "evaluations"]].values.tolist()
    [['sklearn.svm.classes.SVC(1)', 1]]
    """

    def __init__(self, address: str | Path) -> None:
        super().__init__(address)
        with self.transaction() as connection:
            SCHEMA.create_all(connection)

    def add_server(self, address: str) -> int:
        """The number of a server, which is recorded where it is new."""
        with self.transaction() as connection:
            known = connection.scalar(select(SERVERS.c.id).where(SERVERS.c.address == address))
            if known is not None:
                return int(known)
            connection.execute(insert(SERVERS).values(address=address))
            return int(connection.scalars(select(SERVERS.c.id).where(SERVERS.c.address == address)).one())

    def n_read(self, server_id: int, metric: str, flow_id: int, task_ids: str) -> int:
        """How far a server's list of a flow's evaluations (on these tasks, or on all) was read."""
        with self.transaction() as connection:
            return connection.scalar(select(PLACES.c.n_read).where(*_place(server_id, metric, flow_id, task_ids))) or 0

    def unknown_setups(self, server_id: int, setup_ids: Sequence[int]) -> list[int]:
        """Those of some setups whose settings are not recorded yet."""
        with self.transaction() as connection:
            known = _known(connection, SETUPS.c.setup_id, setup_ids, SETUPS.c.server_id == server_id)
        return [i for i in dict.fromkeys(setup_ids) if i not in known]

    def add_page(
        self,
        server_id: int,
        metric: str,
        flow_id: int,
        task_ids: str,
        page: pd.DataFrame,
        setups: Mapping[int, Mapping[str, str | None]],
    ) -> int:
        """Record a page of a server's list and that it was read, all of it or nothing; returns how many were new.

        Parameters
        ----------
        server_id, metric, flow_id, task_ids
            Of which list.
        page : DataFrame with the columns `PAGE`
            Rows without a value are counted as read and not recorded; those that are known stay as they are.
        setups : Mapping of int to parameters by full name
            The settings that were not recorded yet.
        """
        listed = {"server_id": server_id, "metric": metric, "flow_id": flow_id}
        with self.transaction() as connection:
            _add_setups(connection, server_id, page, setups)
            _add_flow(connection, server_id, flow_id, page)
            _add_tasks(connection, server_id, page)
            n_new = _add_evaluations(connection, listed, page)
            place = _place(server_id, metric, flow_id, task_ids)
            moved = update(PLACES).where(*place).values(n_read=PLACES.c.n_read + len(page))
            if not connection.execute(moved).rowcount:
                connection.execute(insert(PLACES).values(**listed, task_ids=task_ids, n_read=len(page)))
        return n_new

    def tasks(self) -> pd.DataFrame:
        """Every task with imported evaluations, one row each: what `TaskDescription` has, its dataset and server."""
        query = select(TASKS, SERVERS.c.address.label("server")).join(SERVERS, SERVERS.c.id == TASKS.c.server_id)
        return self.read(query.order_by(TASKS.c.server_id, TASKS.c.task_id))

    def describe_task(self, server_id: int, task_id: int, description: TaskDescription) -> None:
        """Record what is known of a task, in the place of what was."""
        values = vars(description) | {"metafeatures": {k: v for k, v in description.metafeatures.items() if v == v}}
        with self.transaction() as connection:
            which = (TASKS.c.server_id == server_id, TASKS.c.task_id == task_id)
            connection.execute(update(TASKS).where(*which).values(values))

    def counts(self) -> pd.DataFrame:
        """For each flow by server and metric: evaluations, tasks, our algorithm if it is one, and what is dropped."""
        e = EVALUATIONS.c
        query = (
            select(
                SERVERS.c.address.label("server"),
                e.metric,
                e.server_id,
                e.flow_id,
                FLOWS.c.name.label("flow"),
                func.count().label("evaluations"),
                func.count(e.task_id.distinct()).label("tasks"),
                func.min(e.setup_id).label("setup_id"),
            )
            .join(FLOWS, (FLOWS.c.server_id == e.server_id) & (FLOWS.c.flow_id == e.flow_id))
            .join(SERVERS, SERVERS.c.id == e.server_id)
            .group_by(SERVERS.c.address, e.metric, e.server_id, e.flow_id, FLOWS.c.name)
            .order_by(e.server_id, e.flow_id, e.metric)
        )
        found = self.read(query)
        rows = _rows(found)
        for row in rows:
            flow, example = find_flow(row["flow"]), self._parameters(row.pop("server_id"), row.pop("setup_id"))
            row["algorithm"] = flow.algorithm if flow else None
            row["dropped"] = read_parameters(row["flow"], example).dropped if flow and example else {}
        columns = ["server", "metric", "flow_id", "flow", "evaluations", "tasks", "algorithm", "dropped"]
        return pd.DataFrame(rows, columns=columns)

    def evaluations_on(
        self,
        server_id: int,
        metric: str,
        flow_id: int,
        task_id: int,
        *,
        at_most: int | None = None,
        random_state: int = 0,
    ) -> list[tuple[dict[str, Any], float]]:
        """Parameters and value of each evaluation of a flow on a task whose settings are known, in the order of runs.

        Parameters
        ----------
        server_id, metric, flow_id, task_id
            Which evaluations.
        at_most : int, optional
            If there are more than this, so many of them are drawn; only those take memory for their settings.
        random_state : int, default=0
            Seed of the draw.
        """
        e, s = EVALUATIONS.c, SETUPS.c
        listed = (
            select(e.run_id, e.setup_id, e.value)
            .join(SETUPS, (s.server_id == e.server_id) & (s.setup_id == e.setup_id))
            .where(e.server_id == server_id, e.metric == metric, e.flow_id == flow_id, e.task_id == task_id)
        )  # sorted here: asked for the order of runs, SQLite reads all runs of the metric instead of the task's own
        with self.transaction() as connection:
            found = np.array(sorted(map(tuple, connection.execute(listed))), dtype=[*_RUN.items()])
            if at_most is not None and len(found) > at_most:
                drawn = np.random.default_rng(random_state).choice(len(found), at_most, replace=False)
                found = found[np.sort(drawn)]
            setups = np.unique(found["setup_id"]).tolist()
            parts = (setups[i : i + 1000] for i in range(0, len(setups), 1000))
            query = select(s.setup_id, s.parameters).where(s.server_id == server_id)
            settings = {i: p for part in parts for i, p in connection.execute(query.where(s.setup_id.in_(part)))}
        return [(settings[i], value) for _, i, value in found.tolist()]

    def pairs(self, metric: str) -> pd.DataFrame:
        """Which flows were evaluated on which tasks: server_id, flow_id, flow, task_id, and how many evaluations."""
        e = EVALUATIONS.c
        query = (
            select(e.server_id, e.flow_id, FLOWS.c.name.label("flow"), e.task_id, func.count().label("evaluations"))
            .join(FLOWS, (FLOWS.c.server_id == e.server_id) & (FLOWS.c.flow_id == e.flow_id))
            .where(e.metric == metric)
            .group_by(e.server_id, e.flow_id, FLOWS.c.name, e.task_id)
            .order_by(e.server_id, e.flow_id, e.task_id)
        )
        return self.read(query)

    def winners(self) -> pd.DataFrame:
        """What won on each task: a row for each task by server and metric.

        Returns
        -------
        DataFrame
            The dataset, how many evaluations it has, the winning algorithm (as we call it, or by its estimator's name),
            its parameters, the metric and its value, and the protocol that it comes from. Errors, losses, times and
            memory win by being small. Of equal ones the first run.
        """
        e = EVALUATIONS.c
        partition = (e.server_id, e.metric, e.task_id)
        is_cost = or_(*(e.metric.contains(word, autoescape=True) for word in COSTS))
        goodness = case((is_cost, -e.value), else_=e.value)
        ranked = select(
            EVALUATIONS,
            func.row_number().over(partition_by=partition, order_by=(goodness.desc(), e.run_id)).label("place"),
            func.count().over(partition_by=partition).label("evaluations"),
        ).subquery()
        r = ranked.c
        query = (
            select(
                TASKS.c.name.label("dataset"),
                r.task_id,
                r.evaluations,
                FLOWS.c.name.label("flow"),
                SETUPS.c.parameters,
                r.metric,
                r.value,
                TASKS.c.task,
                TASKS.c.protocol,
                SERVERS.c.address.label("server"),
            )
            .select_from(ranked)
            .join(TASKS, (TASKS.c.server_id == r.server_id) & (TASKS.c.task_id == r.task_id))
            .join(FLOWS, (FLOWS.c.server_id == r.server_id) & (FLOWS.c.flow_id == r.flow_id))
            .join(SERVERS, SERVERS.c.id == r.server_id)
            .outerjoin(SETUPS, (SETUPS.c.server_id == r.server_id) & (SETUPS.c.setup_id == r.setup_id))
            .where(r.place == 1)
            .order_by(TASKS.c.name, r.task_id, r.metric)
        )
        found = self.read(query)
        if found.empty:
            raise StoreError(
                f"{self.address} holds nothing imported from OpenML yet. `recommender import-evaluations` fetches it"
            )
        flows, parameters = found.pop("flow"), found.pop("parameters")
        shown = [_shown(name, given or {}) for name, given in zip(flows, parameters, strict=True)]
        found.insert(3, "algorithm", flows.map(algorithm_of))
        found.insert(4, "hyperparameters", pd.Series(shown, dtype=object))
        return found

    def _parameters(self, server_id: int, setup_id: int) -> dict[str, Any] | None:
        which = (SETUPS.c.server_id == server_id, SETUPS.c.setup_id == setup_id)
        with self.transaction() as connection:
            return connection.scalar(select(SETUPS.c.parameters).where(*which))


PAGE = ["run_id", "task_id", "data_id", "data_name", "setup_id", "flow_name", "value"]
"""The columns of a page of evaluations, as `recommender.tables.openml.list_evaluations` reads it."""

COSTS = ("error", "loss", "time", "memory", "ram_hours")
"""What the names of OpenML's measures have in them where less is better."""

_RUN = {"run_id": np.int64, "setup_id": np.int64, "value": np.float64}

_UNDESCRIBED: dict[str, Any] = {
    "described_by": "",
    "reason": "",
    "protocol": "",
    "task": None,
    "signatures": [],
    "metafeatures": {},
    "metafeatures_version": 0,
}


def _place(server_id: int, metric: str, flow_id: int, task_ids: str) -> tuple[Any, ...]:
    p = PLACES.c
    return p.server_id == server_id, p.metric == metric, p.flow_id == flow_id, p.task_ids == task_ids


def _add_setups(
    connection: Connection, server_id: int, page: pd.DataFrame, setups: Mapping[int, Mapping[str, str | None]]
) -> None:
    names = {f"{name}_" for name in page["flow_name"].unique()}
    rows = [{"server_id": server_id, "setup_id": i, "parameters": _short(p, names)} for i, p in setups.items()]
    _insert(connection, SETUPS, rows)


def _add_flow(connection: Connection, server_id: int, flow_id: int, page: pd.DataFrame) -> None:
    if flow_id not in _known(connection, FLOWS.c.flow_id, [flow_id], FLOWS.c.server_id == server_id):
        name = str(page["flow_name"].iloc[0])
        _insert(connection, FLOWS, [{"server_id": server_id, "flow_id": flow_id, "name": name}])


def _add_tasks(connection: Connection, server_id: int, page: pd.DataFrame) -> None:
    """Record the tasks of a page that are new, to be described later."""
    tasks = page.drop_duplicates("task_id").rename(columns={"data_name": "name"})
    known = _known(connection, TASKS.c.task_id, tasks["task_id"].tolist(), TASKS.c.server_id == server_id)
    new = tasks.loc[~tasks["task_id"].isin(known), ["task_id", "data_id", "name"]]
    _insert(connection, TASKS, [{"server_id": server_id} | _UNDESCRIBED | row for row in _rows(new)])


def _add_evaluations(connection: Connection, listed: Mapping[str, Any], page: pd.DataFrame) -> int:
    """Record the evaluations of a page that have a value and are new; returns how many."""
    rows = page.dropna(subset="value")
    here = (EVALUATIONS.c.server_id == listed["server_id"], EVALUATIONS.c.metric == listed["metric"])
    known = _known(connection, EVALUATIONS.c.run_id, rows["run_id"].tolist(), *here)
    new = rows.loc[~rows["run_id"].isin(known), ["run_id", "task_id", "setup_id", "value"]]
    _insert(connection, EVALUATIONS, [{**listed, **row} for row in _rows(new)])
    return len(new)


def _known(connection: Connection, column: Any, values: Sequence[int], *where: Any) -> set[int]:
    """Those of some values that a column holds."""
    wanted = list(dict.fromkeys(values))
    parts = (wanted[i : i + 1000] for i in range(0, len(wanted), 1000))
    return {v for part in parts for v in connection.scalars(select(column).where(column.in_(part), *where))}


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _short(parameters: Mapping[str, str | None], names: set[str]) -> dict[str, str | None]:
    prefix = next((name for name in names if any(key.startswith(name) for key in parameters)), "")
    return {key.removeprefix(prefix): value for key, value in parameters.items()}


def algorithm_of(flow_name: str) -> str:
    """What we call a flow's algorithm; its own estimator's name where our pool has none."""
    flow = find_flow(flow_name)
    return flow.algorithm if flow else estimator_of(flow_name)


def _shown(flow_name: str, parameters: Mapping[str, str | None]) -> dict[str, Any]:
    """The parameters that tell a setting apart: of ours, those that differ from the default; of others, all."""
    flow = find_flow(flow_name)
    if flow is None:
        return {name.rsplit(")_", 1)[-1]: value for name, value in parameters.items()}
    read = read_parameters(flow_name, parameters).hyperparameters
    return {p.name: read[p.name] for p in flow.parameters if read[p.name] != p.default}
