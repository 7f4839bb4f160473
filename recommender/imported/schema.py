"""The tables of imported evidence, which lie beside those of our own in one database."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Index, Integer, MetaData, String, Table

SCHEMA = MetaData()
"""They are made where they are missing; to change them, follow what `recommender.evidence.schema.FORMAT` says."""

SERVERS = Table(
    "imported_servers",
    SCHEMA,
    Column("id", Integer, primary_key=True),
    Column("address", String, nullable=False, unique=True),
)

FLOWS = Table(
    "imported_flows",
    SCHEMA,
    Column("server_id", Integer, primary_key=True),
    Column("flow_id", Integer, primary_key=True),
    Column("name", String, nullable=False),
)

TASKS = Table(
    "imported_tasks",
    SCHEMA,
    Column("server_id", Integer, primary_key=True),
    Column("task_id", Integer, primary_key=True),
    Column("data_id", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("described_by", String, nullable=False),  # dataset, qualities, or empty as long as it is not described
    Column("reason", String, nullable=False),  # why it is not described by the dataset
    Column("protocol", String, nullable=False),
    Column("task", String),
    Column("signatures", JSON, nullable=False),  # column name and content hash, for each column
    Column("metafeatures", JSON, nullable=False),
    Column("metafeatures_version", Integer, nullable=False),
)

SETUPS = Table(
    "imported_setups",
    SCHEMA,
    Column("server_id", Integer, primary_key=True),
    Column("setup_id", Integer, primary_key=True),
    Column("parameters", JSON, nullable=False),  # by full name; without the flow's own name, which would repeat
)

EVALUATIONS = Table(
    "imported_evaluations",
    SCHEMA,
    Column("server_id", Integer, primary_key=True),
    Column("metric", String, primary_key=True),
    Column("run_id", Integer, primary_key=True),
    Column("flow_id", Integer, nullable=False),
    Column("task_id", Integer, nullable=False),
    Column("setup_id", Integer, nullable=False),
    Column("value", Float, nullable=False),
    Index("imported_evaluations_by_task", "server_id", "metric", "flow_id", "task_id"),
)

PLACES = Table(
    "imported_places",  # how far the server's lists were read
    SCHEMA,
    Column("server_id", Integer, primary_key=True),
    Column("metric", String, primary_key=True),
    Column("flow_id", Integer, primary_key=True),
    Column("task_ids", String, primary_key=True),
    Column("n_read", Integer, nullable=False),
)
