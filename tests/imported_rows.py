"""What the local server has of others' evaluations, and what was recorded of it."""

from __future__ import annotations

from openml_stub import EVALUATED, FOREST, N_SETTINGS, evaluations
from sqlalchemy import create_engine, text

from recommender.imported.importing import import_evaluations

N_EVALUATIONS = len(EVALUATED) * N_SETTINGS
"""Of each flow."""


def recorded(evidence, what="run_id, task_id, flow_id, setup_id, value", table="imported_evaluations"):
    with create_engine(evidence._engine.url).connect() as connection:
        return connection.execute(text(f"select {what} from {table} order by 1")).all()


def read(evidence, *flows, **options):
    return import_evaluations(evidence, flows or [FOREST], page_size=50, first_wait=0.001, **options)


def expected(*flows):
    table = evaluations()
    rows = table[table["flow_id"].isin(flows)][["run_id", "task_id", "flow_id", "setup_id", "value"]]
    return list(rows.itertuples(index=False, name=None))
