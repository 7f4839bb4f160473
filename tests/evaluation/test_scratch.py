"""What killed runs leave behind, the next one clears; what is alive stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from recommender.evaluation.scratch import LEASE, PREFIX, Scratch, clear_left

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks")

SCRIPT = """
import sys, time
from recommender.evaluation.scratch import Scratch
folder = Scratch(sys.argv[1])
print(folder.name, flush=True)
time.sleep(600)
"""


def test_the_folder_of_a_killed_process_goes_and_that_of_a_living_one_stays(tmp_path):
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        left = Path(process.stdout.readline().strip())
        (left / "table.parquet").write_text("much")
        with Scratch(str(tmp_path)) as mine:
            assert left.exists()
            process.kill()
            process.wait()
            with Scratch(str(tmp_path)):
                assert not left.exists()
            assert Path(mine).exists()
    assert not list(tmp_path.iterdir())


def test_nothing_else_is_touched(tmp_path):
    (tmp_path / f"{PREFIX}of-somebody").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / LEASE).touch()
    (tmp_path / f"{PREFIX}link").symlink_to(tmp_path / "other")
    (tmp_path / f"{PREFIX}file").touch()
    before = sorted(tmp_path.iterdir())
    assert clear_left(tmp_path) == 0
    assert sorted(tmp_path.iterdir()) == before


def test_it_goes_with_an_error_and_is_made_anew(tmp_path):
    with pytest.raises(ZeroDivisionError), Scratch(str(tmp_path)):
        1 / 0
    assert not list(tmp_path.iterdir())
