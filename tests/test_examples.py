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


def test_from_a_file_to_predictions(tmp_path, capsys):
    example = runpy.run_path(str(EXAMPLES / "file_to_predictions.py"))
    scores = example["main"](tmp_path / "churn.skops", tmp_path / "predictions.csv")
    predicted = (tmp_path / "predictions.csv").read_text().splitlines()
    assert predicted[0] == "prediction,probability of no,probability of yes"
    assert len(predicted) == 151
    assert scores.loc["roc_auc", "score"] > 0.6
