"""The forms in which results are printed and written."""

from __future__ import annotations

from enum import StrEnum


class TableForm(StrEnum):
    """How a table is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class InfoForm(StrEnum):
    """How several tables are printed."""

    TABLE = "table"
    JSON = "json"


class AdviceForm(StrEnum):
    """How a recommendation is printed."""

    TABLE = "table"
    JSON = "json"
    PYTHON = "python"


class ExportForm(StrEnum):
    """How a knowledge base is written."""

    PARQUET = "parquet"
    STORE = "store"
    CSV = "csv"
    ASLIB = "aslib"
