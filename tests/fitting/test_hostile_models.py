"""Whatever a file in the place of a saved model holds: a model, or one error, and nothing is written."""

from __future__ import annotations

import copy
import io
import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from recommender import load, save
from recommender.errors import SavedModelError
from recommender.fitting.saving import ABOUT, TREE

VALUES = (None, -1, 2**70, 1e308, "", "../../x", "/etc/passwd", [], {}, [[]], True, "os", "system", "builtins", "eval")
Parts = dict[str, bytes]


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    """The members of a file that is well."""
    save(LogisticRegression().fit([[0.0], [1.0]], ["no", "yes"]), tmp_path / "well.skops")
    with zipfile.ZipFile(tmp_path / "well.skops") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _written(file: Path, parts: Parts) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


def _places(node: Any) -> list[tuple[Any, Any]]:
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place for key, part in pairs for place in ((node, key), *_places(part))]


def _changed(tree: Any, rng: np.random.Generator) -> Any:
    """A tree of types with up to three places removed, replaced, or taken from elsewhere in it."""
    tree = copy.deepcopy(tree)
    for _ in range(int(rng.integers(1, 4))):
        places = _places(tree)
        (node, key), (other, part) = (places[i] for i in rng.integers(len(places), size=2))
        what = rng.random()
        if what < 0.2:
            del node[key]
        elif what < 0.5:
            node[key] = copy.deepcopy(other[part])
        else:
            node[key] = VALUES[int(rng.integers(len(VALUES)))]
    return tree


def test_a_tree_of_types_that_was_changed_gives_a_model_or_one_error(tmp_path, parts):
    refused, tree = 0, json.loads(parts[TREE])
    for seed in range(200):
        changed = json.dumps(_changed(tree, np.random.default_rng(seed))).encode()
        file = _written(tmp_path / "changed.skops", parts | {TREE: changed})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                assert hasattr(load(file), "predict")
            except SavedModelError:
                refused += 1
    assert 50 < refused < 200
    assert {found.name for found in tmp_path.iterdir()} == {"well.skops", "changed.skops"}


def _array_of(shape: tuple[int, ...]) -> bytes:
    """A file of NumPy that says it holds far more than it does."""
    made = io.BytesIO()
    np.lib.format.write_array_header_1_0(made, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return made.getvalue()


def _renamed(prefix: str) -> Callable[[Parts], Parts]:
    return lambda parts: {name if name in (ABOUT, TREE) else prefix + name: part for name, part in parts.items()}


def _with_arrays(content: bytes) -> Callable[[Parts], Parts]:
    return lambda parts: {name: content if name.endswith(".npy") else part for name, part in parts.items()}


HOSTILE: dict[str, Callable[[Parts], Parts]] = {
    "no tree": lambda parts: {name: part for name, part in parts.items() if name != TREE},
    "a tree that is none": lambda parts: parts | {TREE: b"[1, 2]"},
    "a tree without an end": lambda parts: parts | {TREE: b"[" * 100_000},
    "no text": lambda parts: parts | {TREE: b"\xff\xfe\x00"},
    "no arrays": lambda parts: {name: parts[name] for name in (ABOUT, TREE)},
    "absolute names": _renamed("/tmp/"),
    "names that lead out": _renamed("../../"),
    "an array that is none": _with_arrays(b"none"),
    "an array of more than there is": _with_arrays(_array_of((10**15,))),
    "an array beyond all sense": _with_arrays(_array_of((2**62, 2**62))),
    "said by a list": lambda parts: parts | {ABOUT: b"[]"},
    "a format that is no number": lambda parts: parts | {ABOUT: b'{"format": "new"}'},
    "a format of 10,000 digits": lambda parts: parts | {ABOUT: b'{"format": ' + b"9" * 10_000 + b"}"},
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_archive_is_one_error_and_nothing_is_written(tmp_path, parts, kind):
    file = _written(tmp_path / "hostile.skops", HOSTILE[kind](parts))
    with pytest.raises(SavedModelError) as caught:
        load(file)
    assert "\n" not in str(caught.value)
    assert {found.name for found in tmp_path.iterdir()} == {"well.skops", "hostile.skops"}


@pytest.mark.parametrize("versions", [None, [], {}, {"numpy": None}, {"numpy": {"a": 1}}, {"../x": "1"}, {"": ""}])
def test_versions_that_are_missing_or_absurd_keep_no_model_from_opening(tmp_path, parts, versions):
    about = json.dumps({"format": 1, "versions": versions}).encode()
    file = _written(tmp_path / "odd.skops", parts | {ABOUT: about})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert load(file).predict([[3.0]]).tolist() == ["yes"]
