from __future__ import annotations

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import jsonschema
import pandas as pd
import pytest
from messy import HOSTILE, messy_table
from sklearn.datasets import load_iris

from recommender.algorithms.catalogue import ALGORITHMS
from recommender.cli import app as cli
from recommender.cli.app import app
from recommender.evaluation.metrics import METRICS
from recommender.tables.fits import READINGS

NUMBER = {"type": "number"}
TEXT = {"type": "string"}
TEXT_OR_NULL = {"type": ["string", "null"], "minLength": 1}
COUNT = {"type": "integer", "minimum": 0}
SETTINGS = {"type": "object"}


def record(**properties) -> dict:
    """The schema of an object that has these fields; others may be added."""
    return {"type": "object", "properties": properties, "required": list(properties)}


SCHEMA = record(
    dataset=record(name=TEXT, task={"enum": ["binary", "multiclass", "regression"]}, n_samples=COUNT, n_features=COUNT),
    metric=TEXT,
    recommendations={
        "type": "array",
        "minItems": 1,
        "items": record(
            rank={"type": "integer", "minimum": 1},
            algorithm=TEXT,
            hyperparameters=SETTINGS,
            expected_score=NUMBER,
            lower=NUMBER,
            upper=NUMBER,
            expected_regret={"type": "number", "minimum": 0, "maximum": 1},
            fit_seconds=NUMBER,
            predict_seconds=NUMBER,
            configuration_id=TEXT,
        ),
    },
    portfolio={"type": "array", "items": TEXT, "minItems": 1, "maxItems": 3},
    neighbours={
        "type": "array",
        "items": record(
            dataset=TEXT,
            name=TEXT,
            similarity={"type": "number", "minimum": 0, "maximum": 1},
            n_samples=COUNT,
            n_features=COUNT,
            winner=TEXT,
            winning_hyperparameters=SETTINGS,
            winning_score={"type": ["number", "null"]},
        ),
    },
    columns={
        "type": "array",
        "items": record(
            column=TEXT,
            reading={"enum": [*READINGS, "left out"]},
            unit=TEXT_OR_NULL,
            missing={"type": "number", "minimum": 0, "maximum": 1},
            note=TEXT_OR_NULL,
        ),
    },
    notes={"type": "array", "items": TEXT},
)
"""What `recommend --format json` prints, as the README describes it."""


@pytest.fixture
def iris(tmp_path) -> str:
    load_iris(as_frame=True).frame.to_csv(tmp_path / "iris.csv", index=False)
    return str(tmp_path / "iris.csv")


def test_recommend_prints_a_table(iris, capsys):
    assert cli.main(["recommend", iris, "--target", "target", "--top", "3"]) == 0
    shown = capsys.readouterr().out
    assert "multiclass, 150 rows, 4 columns" in shown
    assert "Most similar known datasets" in shown


def test_recommend_as_json(iris, capsys):
    assert cli.main(["recommend", iris, "--target", "target", "--top", "3", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [row["rank"] for row in answer["recommendations"]] == [1, 2, 3]
    jsonschema.validate(answer, SCHEMA)


def test_how_columns_were_read_is_in_the_json_and_explained(tmp_path, capsys):
    messy_table().to_csv(tmp_path / "messy.csv", index=False)
    ask = ["recommend", str(tmp_path / "messy.csv"), "--target", "sold"]
    assert cli.main([*ask, "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    jsonschema.validate(answer, SCHEMA)
    columns = {row["column"]: row for row in answer["columns"]}
    assert len(columns) == answer["dataset"]["n_features"] == 12
    none = {"unit": None, "missing": 0.0, "note": None}
    assert columns[HOSTILE] == none | {"column": HOSTILE, "reading": "number", "unit": "$"}
    assert columns["id"] == none | {"column": "id", "reading": "left out", "note": "it numbers the rows"}
    assert columns["x"] == none | {"column": "x", "reading": "number"}
    assert columns["power"]["missing"] == 0.12
    assert cli.main([*ask, "--explain"]) == 0
    shown = capsys.readouterr()
    assert "How columns were read\n  'id': left out, it numbers the rows" in shown.out
    assert "Note: the column 'id' numbers or names the rows" in shown.err
    assert "\x1b" not in shown.out + shown.err


def test_recommend_as_python_runs(iris, capsys):
    assert cli.main(["recommend", iris, "--target", "target", "--format", "python"]) == 0
    exec(compile(capsys.readouterr().out, "script", "exec"), {})
    assert float(capsys.readouterr().out.split()[-1]) > 0.8


def test_metafeatures(iris, capsys):
    assert cli.main(["metafeatures", iris, "--target", "target", "--format", "csv", "--describe"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "id,group,name,value,description"
    assert len(lines) > 100


def test_a_group_of_metafeatures_that_does_not_finish_is_said_to_be_missing(iris, capsys):
    assert cli.main(["metafeatures", iris, "--target", "target", "--group", "complexity", "--time-limit", "0.1"]) == 0
    assert "the group complexity is missing" in capsys.readouterr().err


def test_a_scorer_is_asked_for_by_its_name(iris, capsys):
    arguments = ["recommend", iris, "--target", "target", "--format", "json", "--top", "1", "--metric", "f1_weighted"]
    assert cli.main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["metric"] == "f1_macro"
    assert any("judged by f1_weighted" in note for note in found["notes"])


def test_winners(capsys):
    assert cli.main(["winners", "--task", "regression", "--metric", "mae"]) == 0
    assert "who won most often" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (None, ["--target", "y"], "no such file"),
        ("a,y\n1,0\n2,1\n3,0\n4,1\n", [], "which column is the target"),
        ("a,y\n1,0\n2,1\n3,0\n4,1\n", ["--target", "z"], "unknown target column 'z'"),
        ("a,y\n", ["--target", "y"], "the table is empty"),
        ("a,y\n1,0\n2,0\n3,0\n", ["--target", "y"], "one class only"),
        ("a,y\n1,0\n2,\n3,\n4,\n5,0\n", ["--target", "y"], "missing in 3 of 5 rows"),
        ("a,y\n1,u\n2,u\n3,v\n", ["--target", "y"], "1 has a single row: 'v'"),
        ("a,y\n1,u\n1,u\n1,v\n1,v\n", ["--target", "y"], "none of the feature columns (1) is usable"),
        ("a,y\n1,u\n2,u\n3,v\n4,v\n", ["--target", "y", "--metric", "auc"], "unknown metric 'auc'"),
        ("a,y\n1,u\n2,u\n3,v\n4,v\n", ["--target", "y", "--include", "xgb"], "unknown algorithm 'xgb'"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(tmp_path, capsys, content, arguments, message):
    path = tmp_path / "table.csv"
    if content is not None:
        path.write_text(content)
    assert cli.main(["recommend", str(path), *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert message in shown.err
    assert len(shown.err.strip().splitlines()) == 1


def test_store_of_a_newer_format(tmp_path, capsys):
    path = tmp_path / "new.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("create table format (version integer)")
        connection.execute("insert into format values (999)")
    connection.close()
    assert cli.main(["train", "--store", str(path), "--output", str(tmp_path / "out")]) == 2
    assert "format 999" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_store_that_is_not_there_is_not_made(tmp_path, capsys):
    assert cli.main(["winners", "--store", str(tmp_path / "none.sqlite")]) == 2
    assert "no such store" in capsys.readouterr().err
    assert not (tmp_path / "none.sqlite").exists()


def test_damaged_knowledge_base(iris, tmp_path, capsys):
    (tmp_path / "metamodel").mkdir()
    (tmp_path / "metamodel" / "manifest.json").write_text("{")
    assert cli.main(["recommend", iris, "--target", "target", "--knowledge", str(tmp_path)]) == 2
    assert "damaged" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["recommend"], ["nonsense"], ["recommend", "x.csv", "--top", "0"], ["--no"]])
def test_wrong_use_is_exit_code_2(arguments, capsys):
    assert cli.main(arguments) == 2
    assert "recommend" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["recommend", "collect", "train", "winners", "metafeatures", "benchmark"])
def test_every_command_has_help_with_an_example(command, capsys):
    assert cli.main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Example" in shown


def test_help_lists_what_can_be_chosen(capsys):
    assert cli.main(["recommend", "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(re.search(rf"\b{name}\b", shown) for name in [*ALGORITHMS, *METRICS])
    assert "ALGORITHMS" not in shown


def test_a_missing_target_is_asked_for_as_it_is_typed(iris, capsys):
    assert cli.main(["recommend", iris]) == 2
    assert "which column is the target? Give --target, one of: " in capsys.readouterr().err


def test_help_of_collect_lists_the_algorithms(capsys):
    assert cli.main(["collect", "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(re.search(rf"\b{name}\b", shown) for name in ALGORITHMS)


def test_help_lists_every_command(capsys):
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(command.callback.__name__.replace("_", "-") in shown for command in app.registered_commands)


def test_the_program_leaves_with_the_exit_code(tmp_path):
    command = [sys.executable, "-m", "recommender", "recommend", str(tmp_path / "none.csv"), "--target", "y"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_results_can_be_piped_on(iris):
    command = [sys.executable, "-m", "recommender", "recommend", iris, "--target", "target", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert pd.DataFrame(json.loads(done.stdout)["recommendations"])["rank"].tolist() == [1, 2, 3, 4, 5]
    assert done.stderr == ""


def test_notes_go_to_stderr(tmp_path, capsys):
    table = load_iris(as_frame=True).frame.assign(code=lambda t: t["target"] * 3)
    table.to_csv(tmp_path / "leak.csv", index=False)
    for format in ("table", "python"):
        assert cli.main(["recommend", str(tmp_path / "leak.csv"), "--target", "target", "--format", format]) == 0
        shown = capsys.readouterr()
        assert "Note: the column 'code' gives the target away" in shown.err
        assert "gives the target away" not in shown.out


def test_version(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("recommender ")


def test_exit_codes_are_in_the_help(capsys):
    assert cli.main(["--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "0 if all went well, 2 after a mistake" in shown
    assert "130 after Ctrl-C" in shown


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell):
    words = {"bash": {"COMP_WORDS": "recommender rec", "COMP_CWORD": "1"}}.get(shell)
    words = words or {"_TYPER_COMPLETE_ARGS": "recommender rec", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    found = run([], _RECOMMENDER_COMPLETE=f"complete_{shell}", **words)
    assert "recommend" in found.stdout
    script = run(["--show-completion", shell], _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert "_RECOMMENDER_COMPLETE" in script.stdout


def run(arguments: list[str], **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "recommender", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)


def in_a_terminal(arguments: list[str], **environment: str) -> str:
    """What a person sees: stdout and stderr are a terminal."""
    ours, theirs = pty.openpty()
    environ = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "TERM"}} | {"TERM": "xterm-256color"}
    command = [sys.executable, "-m", "recommender", *arguments]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environ | environment) as process:
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 4096):
                shown += chunk
        except OSError:  # the terminal is closed when the program ends
            pass
    os.close(ours)
    assert process.returncode == 0
    return shown.decode()


def test_colours_and_progress_are_for_terminals(iris, capsys):
    ask = ["recommend", iris, "--target", "target", "--include", "lda"]
    shown, plain = in_a_terminal(ask), in_a_terminal(ask, NO_COLOR="1")
    assert re.search(r"\x1b\[[\d;]*3\d", shown)
    assert not re.search(r"\x1b\[[\d;]*3\d", plain)
    assert "Looking at" in shown
    assert cli.main(ask) == 0
    assert "\x1b" not in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    "arguments",
    [["kb", "list"], ["kb", "list", "--format", "csv"], ["recommend", "--help"], ["--version"]],
)
def test_a_reader_that_has_seen_enough_is_no_error(arguments):
    command = [sys.executable, "-m", "recommender", *arguments]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [["recommend", "t.csv", "--target", "y"], ["winners"], ["kb", "list"]])
def test_something_is_shown_before_anything_heavy_is_imported(arguments):
    code = f"""
import sys
from recommender.cli import app, options

def shown(what):
    sys.exit(10 + sum(name in sys.modules for name in ("numpy", "pandas", "sklearn", "sqlalchemy")))

app.status = options.status = shown
app.main({arguments!r})
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 10


class Silent(BaseHTTPRequestHandler):
    """A server that never answers, but tells when it was asked."""

    asked, over = threading.Event(), threading.Event()

    def do_GET(self) -> None:
        self.asked.set()
        self.over.wait(60)

    def log_message(self, *_: object) -> None:
        pass


def test_ctrl_c_is_clean(tmp_path):
    server = HTTPServer(("127.0.0.1", 0), Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/api/v1/xml"
    command = [sys.executable, "-m", "recommender", "recommend", "openml:1", "--server", address]
    environ = os.environ | {"HOME": str(tmp_path), "OPENML_CACHE_DIR": str(tmp_path / "openml")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ) as process:
        assert Silent.asked.wait(120)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    Silent.over.set()
    server.shutdown()
    server.server_close()
    assert (process.returncode, out) == (130, "")
    assert err == "recommender: stopped\n"


def test_training_that_is_stopped_says_that_nothing_was_written(tmp_path):
    output = tmp_path / "mine"
    command = [sys.executable, "-m", "recommender", "train", "--output", str(output)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not output.exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (130, "")
    assert err == f"recommender: stopped, and nothing was written to {output}\n"
    assert [path for path in output.rglob("*") if path.is_file()] == []
