from __future__ import annotations

import re
import runpy
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from generating.gallery import MISSING, ORDER, run_by

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs an example where it is run when the site is built, and gives its names."""
    monkeypatch.chdir(EXAMPLES)
    yield lambda name: runpy.run_path(f"{name}.py")
    plt.close("all")


def test_first_lesson(run):
    lost = run("first_lesson")["lost"]
    assert list(lost.index) == ["iris", "breast cancer", "wine"]
    assert lost["meta-learner"].mean() < lost["always random forest"].mean()


def test_from_a_file_to_predictions(run):
    names = run("file_to_predictions")
    assert list(names["predicted"].columns) == ["prediction", "probability of no", "probability of yes"]
    assert len(names["predicted"]) == 150
    assert names["found"].scores.loc["roc_auc", "score"] > 0.6


def test_the_gallery_has_every_example_once():
    assert len(ORDER) == len(set(ORDER)) >= 12
    assert sorted(ORDER) == sorted(path.stem for path in EXAMPLES.glob("*.py"))


@pytest.mark.parametrize("slow", [False, True])
def test_a_build_runs_what_it_can_and_what_takes_long_only_if_asked(slow):
    run = [name for name in ORDER if re.search(run_by(slow=slow), f"/examples/{name}.py")]
    assert run == [name for name in ORDER if name not in MISSING and (slow or not name.startswith("slow_"))]


@pytest.mark.parametrize("name", ORDER)
def test_an_example_begins_with_its_title_and_has_a_picture(name):
    lines = (EXAMPLES / f"{name}.py").read_text().splitlines()
    assert lines[0] == '"""'
    assert lines[2] == "=" * len(lines[1])
    assert any("figure" in line for line in lines)
    assert not any("http" in line for line in lines)
