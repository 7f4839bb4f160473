"""An empty database for imported evaluations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.imported.store import ImportedEvidence


@pytest.fixture
def evidence(tmp_path: Path) -> Iterator[ImportedEvidence]:
    evidence = ImportedEvidence(tmp_path / "evidence.sqlite")
    yield evidence
    evidence.close()
