from __future__ import annotations

import runpy
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_first_lesson(tmp_path, capsys):
    lesson = runpy.run_path(str(EXAMPLES / "first_lesson.py"))
    lost = lesson["main"](tmp_path / "lesson.png")
    assert (tmp_path / "lesson.png").stat().st_size > 10_000
    assert list(lost.index) == ["iris", "breast cancer", "wine"]
    assert lost["meta-learner"].mean() < lost["always random forest"].mean()
