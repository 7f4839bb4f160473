from __future__ import annotations

import pickle
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import openml
import openml_stub
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.errors import DatasetError, OutputError, ServerError, UnknownNameError
from recommender.tables import patience
from recommender.tables.loading import load_dataset
from recommender.tables.openml import read_dataset, read_suite, read_task, set_server
from recommender.tables.patience import Patience


def test_task_gives_dataset_and_splits(openml_cache):
    task = read_task(1)
    assert (task.dataset.name, task.dataset.task, task.dataset.source) == ("iris", "multiclass", "openml:1")
    splits = task.splits()
    assert len(splits) == 5
    assert sorted(row for _, test in splits for row in test) == list(range(150))


def test_regression_task_stays_regression(openml_cache):
    assert read_task(4).dataset.task == "regression"


def test_suite_lists_tasks_that_are_gone_too(openml_cache):
    assert read_suite("sklearn") == [1, 2, 3, 4, 99]
    assert read_suite(7) == [1, 2, 3, 4, 99]


def test_second_read_asks_the_network_nothing(openml_cache, stub):
    read_dataset(2)
    stub.requests.clear()
    read_dataset(2)
    assert stub.requests == []


def test_dataset_by_address(openml_cache):
    dataset = load_dataset("openml:3")
    assert (dataset.name, dataset.task, dataset.n_samples) == ("wine", "multiclass", 178)


def test_nominal_values_are_categories_without_order(openml_cache):
    dataset = read_task(openml_stub.NOMINAL).dataset
    assert dataset.kinds == ["categorical", "numeric"]
    assert not dataset.X["colour"].dtype.ordered


def test_reading_warns_of_nothing(openml_cache):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_task(3).splits()


def test_gone_task_says_who_does_not_have_it(openml_cache):
    with pytest.raises(ServerError, match="does not have task 99"):
        read_task(99)


def test_other_kinds_of_task_are_refused(openml_cache):
    with pytest.raises(ServerError, match="clustering"):
        read_task(5)


def test_unknown_suite(openml_cache):
    with pytest.raises(ServerError, match="suite 'nonsense'"):
        read_suite("nonsense")


def test_unreachable_server_is_one_error(openml_cache):
    set_server("http://127.0.0.1:9")
    with pytest.raises(ServerError, match=r"cannot read task 1 from http://127.0.0.1:9"):
        read_task(1)


def test_no_pickle_of_the_cache_is_loaded_and_none_is_written(openml_cache, tmp_path):
    read_task(1).splits()
    places = [path.parent for path in openml_cache.rglob("*.arff")]
    assert {place.parent.name for place in places} == {"datasets", "tasks"}
    assert [path for path in openml_cache.rglob("*") if "pkl" in path.name or "feather" in path.name] == []
    planted = [place / name for place in places for name in PICKLES]
    for path in planted:
        path.write_bytes(pickle.dumps(Planted(tmp_path / "loaded")))
    task = read_task(1)
    assert (task.dataset.name, len(task.splits())) == ("iris", 5)
    read_dataset(1)
    assert not (tmp_path / "loaded").exists()
    assert pickle.loads(planted[0].read_bytes()) is None  # it would have been seen
    assert (tmp_path / "loaded").exists()


PICKLES = (
    "dataset.pkl.py3",
    "dataset.feather",
    "dataset.feather.attributes.pkl.py3",
    "dataset_1.pkl.py3",
    "features.xml.pkl",
    "qualities.xml.pkl",
    "datasplits.pkl.py3",
)
"""What the client of OpenML keeps beside what it was sent."""


class Planted:
    """Makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


BROKEN = {
    "cut": lambda text: text[: len(text) // 2] + "\n1,2",
    "no header": lambda text: text[text.index("@DATA") + 6 :],
    "a class that is none": lambda text: text.replace("setosa\n", "other\n"),
    "empty": lambda text: "",
    "no target": lambda text: text.replace("'target'", "'other'"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_table_is_one_error_and_asked_for_again(openml_cache, monkeypatch, kind):
    whole = openml_stub.arff
    monkeypatch.setattr(openml_stub, "arff", lambda number: BROKEN[kind](whole(number)))
    with pytest.raises(DatasetError, match=r"openml:1") as caught:
        read_task(1)
    assert "\n" not in str(caught.value)
    monkeypatch.setattr(openml_stub, "arff", whole)
    if kind != "no target":  # the file can be read, and is kept
        assert read_task(1).dataset.n_samples == 150


BROKEN_SPLITS = {
    "a row that is none": lambda text: text.replace("TEST,0,", "TEST,150,"),
    "a row below 0": lambda text: text.replace("TEST,0,", "TEST,-1,"),
    "no rows": lambda text: text[: text.index("@DATA") + 6],
    "another kind": lambda text: text.replace("TEST", "OTHER"),
    "only to train": lambda text: text.replace("TEST,", "TRAIN,"),
    "no numbers": lambda text: text.replace("TEST,0,", "TEST,zero,"),
}


@pytest.mark.parametrize("kind", BROKEN_SPLITS)
def test_broken_splits_are_one_error_and_asked_for_again(openml_cache, monkeypatch, kind):
    whole, task = openml_stub.splits, read_task(1)
    monkeypatch.setattr(openml_stub, "splits", lambda number: BROKEN_SPLITS[kind](whole(number)))
    if kind == "no rows":
        assert task.splits() == []
        return
    with pytest.raises(ServerError, match="the splits of task 1 cannot be read"):
        task.splits()
    monkeypatch.setattr(openml_stub, "splits", whole)
    assert len(task.splits()) == 5


def test_a_table_of_too_many_columns_is_refused(openml_cache, monkeypatch):
    monkeypatch.setattr(patience, "current", Patience(columns=3))
    with pytest.raises(DatasetError, match="5 columns, and at most 3 are read"):
        read_task(1)


def test_a_cache_that_cannot_be_written_is_named(openml_cache, stub):
    openml_cache.mkdir(exist_ok=True)
    host, _, port = stub.server_address[0].rpartition(".")[2], "", stub.server_port
    (openml_cache / f"{host}:{port}").write_text("no folder")
    with pytest.raises(OutputError, match=r"annot create cache directory .*--cache"):
        read_task(1)


def test_the_client_says_nothing_of_its_own_where_its_folders_cannot_be_made():
    code = """
import pathlib

def refuse(*_, **__):
    raise PermissionError(13, "no")

pathlib.Path.mkdir, pathlib.Path.exists = refuse, lambda _: False
from recommender.tables.openml import server_address

print(server_address())
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stdout.startswith("https://")
    assert ran.stderr == ""


@pytest.mark.parametrize("number", ["²", "٣", "1_0", " 1"])
def test_numbers_of_datasets_have_digits_from_0_to_9(number):
    with pytest.raises(DatasetError, match="does not name an OpenML dataset"):
        load_dataset(f"openml:{number}")


@pytest.mark.parametrize("alias", ["²", "٣"])
def test_aliases_of_suites_may_be_of_any_script(openml_cache, alias):
    with pytest.raises(ServerError, match="suite"):
        read_suite(alias)


VALUES = (
    "",
    "../../outside",
    "<oml:a>1</oml:a>",
    "x" * 5000,
    "\n",
    "-1",
    "1e999",
    "²",
    "&lt;b&gt;",
    "file:///etc/passwd",
)
ELEMENTS = (
    *("oml:task_type_id", "oml:data_set_id", "oml:target_feature", "oml:data_splits_url", "oml:type"),
    *("oml:id", "oml:name", "oml:format", "oml:licence", "oml:url", "oml:default_target_attribute", "oml:md5_checksum"),
    *("oml:row_id_attribute", "oml:ignore_attribute", "oml:parquet_url"),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(element=st.sampled_from(ELEMENTS), value=st.sampled_from(VALUES), twice=st.booleans())
def test_whatever_a_server_describes_is_a_task_or_one_error(openml_server, element, value, twice):
    def hostile(text):
        new = f"<{element}>{value}</{element}>" * (1 + twice)
        changed = re.sub(f"<{element}>.*?</{element}>", lambda _: new, text, flags=re.DOTALL)
        end = "</oml:data_set_description>"
        return changed if changed != text else text.replace(end, new + end)

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "current", Patience(tries=1))
        for name in ("task", "description"):
            whole = getattr(openml_stub, name)
            patch.setattr(openml_stub, name, lambda *given, whole=whole: hostile(whole(*given)))
        cache = Path(folder, "a", "b", "cache")
        before = openml.config.server, openml.config._root_cache_directory
        set_server(openml_server, str(cache))
        try:
            read_task(1).splits()
        except (ServerError, DatasetError, UnknownNameError):
            pass
        finally:
            openml.config.server = before[0]
            openml.config.set_root_cache_directory(str(before[1]))
        assert list(Path(folder).iterdir()) == [Path(folder, "a")]
        assert list(Path(folder, "a", "b").iterdir()) == [cache]
