"""Foreign meta-models whose hashes match and whose content is wrong: one clear error, and never a loop."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recommender.errors import KnowledgeBaseError
from recommender.manifest import read_manifest, shipped_folder, write_manifest
from recommender.metamodel import checking
from recommender.metamodel.trained import FORMAT, METAMODEL, load_trained

NAME = "roc_auc"
Arrays = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what comes with the package, of one metric."""
    (tmp_path / METAMODEL).mkdir()
    for name in ("manifest.json", f"{NAME}.npz", f"{NAME}.json"):
        shutil.copy(shipped_folder() / METAMODEL / name, tmp_path / METAMODEL / name)
    return tmp_path


def sign(folder: Path) -> None:
    """Write hashes that match, as whoever made a folder would."""
    about = read_manifest(folder / METAMODEL, kind="meta-model", version=FORMAT)
    kept = {key: about[key] for key in ("metafeatures_version", "trained")}
    write_manifest(folder / METAMODEL, kind="meta-model", version=FORMAT, about=kept)


def refused(folder: Path) -> str:
    with pytest.raises(KnowledgeBaseError) as caught:
        load_trained("binary", folder=folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def change_arrays(folder: Path, change: Callable[[Arrays], object]) -> None:
    path = folder / METAMODEL / f"{NAME}.npz"
    with np.load(path) as file:
        arrays = {name: file[name].copy() for name in file.files}
    change(arrays)
    np.savez(path, **arrays)
    sign(folder)


def change_about(folder: Path, change: Callable[[Any], object]) -> None:
    path = folder / METAMODEL / f"{NAME}.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    sign(folder)


def loops(arrays: Arrays) -> None:
    inner = np.flatnonzero(arrays["model.regret.forest.feature"] >= 0)
    arrays["model.regret.forest.right"][inner] = 0


def leaves_the_forest(arrays: Arrays) -> None:
    inner = np.flatnonzero(arrays["model.score.forest.feature"] >= 0)
    arrays["model.score.forest.right"][inner[-1]] = 60_000


def sets(name: str, value: Any, at: Any = 0) -> Callable[[Arrays], None]:
    def change(arrays: Arrays) -> None:
        arrays[name][at] = value

    return change


def becomes(name: str, make: Callable[[Any], Any]) -> Callable[[Arrays], None]:
    def change(arrays: Arrays) -> None:
        arrays[name] = make(arrays[name])

    return change


WRONG_ARRAYS: dict[str, tuple[Callable[[Arrays], object], str]] = {
    "a forest that loops": (loops, "comes before its parent"),
    "a child that is none": (leaves_the_forest, "or is none"),
    "a root that is none": (sets("model.regret.forest.roots", 2**30), "roots has numbers outside"),
    "no trees": (becomes("model.regret.forest.roots", lambda a: a[:0]), "no trees"),
    "a column that is none": (sets("model.regret.forest.feature", 30_000), "feature has numbers outside"),
    "an endless threshold": (sets("model.score.forest.threshold", np.inf), "threshold has numbers that are not finite"),
    "a spread of 0": (sets("model.regret.trend.spread", 0), "spread has numbers"),
    "a share that is none": (sets("model.regret.share", np.nan), "share has numbers"),
    "a landmarker that is none": (sets("model.inputs.landmarkers", -1), "landmarkers has numbers outside"),
    "costs below 0": (sets("fit_seconds.costs", -1.0), "costs are below 0"),
    "exponents without end": (sets("fit_seconds.exponents", 400.0), "exponents has numbers outside"),
    "text for numbers": (becomes("model.regrets", lambda a: a.astype("U")), "regrets has <U"),
    "complex numbers": (becomes("model.bounds", lambda a: a.astype(complex)), "bounds has complex"),
    "a row too few": (becomes("model.known", lambda a: a[1:]), "known has bool of shape"),
    "another dimension": (becomes("model.average", lambda a: a[:, None]), "average has float64 of shape"),
    "a name twice": (sets("model.features", "nr_attr"), "the same twice"),
    "no array of the name": (lambda a: a.pop("model.stretch"), "no array stretch"),
    "another dataset": (sets("model.datasets", "openml:other"), "does not name the datasets"),
    "no seconds": (sets("model_bytes.configurations", "other"), "it says nothing about the seconds"),
    "no description": (becomes("model.about", lambda _: np.array("[1]")), "damaged"),
}


@pytest.mark.parametrize("kind", WRONG_ARRAYS)
def test_arrays_that_are_not_what_they_are_to_be(folder, kind):
    change, message = WRONG_ARRAYS[kind]
    change_arrays(folder, change)
    assert message in refused(folder)


INJECTED = {"alpha=1.0))\nimport os  #": 1}
WRONG_ABOUT: dict[str, tuple[Callable[[Any], object], str]] = {
    "code for a name": (lambda c: c["configurations"].update(x=["ridge", INJECTED]), "takes no hyperparameter"),
    "code for a value": (lambda c: c["configurations"].update(x=["ridge", {"alpha": "os.x()"}]), "does not take"),
    "no algorithm": (lambda c: c["configurations"].update(x=["\x1b[2J", {}]), "no algorithm is named '\\x1b[2J'"),
    "no mapping": (lambda c: c["configurations"].update(x=["ridge", 1]), "no mapping"),
    "too few": (lambda c: c["datasets"].clear(), "does not name the datasets"),
    "a list": (lambda c: c.update(datasets=[]), "does not name the datasets"),
    "a number for a name": (lambda c: c["datasets"]["openml:1046"].update(name=3), "dataset's 'name'"),
    "a text for a number": (lambda c: c["datasets"]["openml:1046"].update(n_samples="3"), "dataset's 'n_samples'"),
    "nothing of a dataset": (lambda c: c["datasets"]["openml:1046"].pop("winner"), "winner"),
    "more of a dataset": (lambda c: c["datasets"]["openml:1046"].update(more=1), "dataset's 'more'"),
}


@pytest.mark.parametrize("kind", WRONG_ABOUT)
def test_descriptions_that_are_not_what_they_are_to_be(folder, kind):
    change, message = WRONG_ABOUT[kind]
    change_about(folder, change)
    assert message in refused(folder)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x93NUMPY\x01\x00", b"x" * 100])
def test_files_that_hold_no_arrays(folder, content):
    (folder / METAMODEL / f"{NAME}.npz").write_bytes(content)
    sign(folder)
    assert "cannot be read" in refused(folder)


@pytest.mark.parametrize("content", ["", "[1]", "{", "[" * 100_000, '{"configurations": {}, "datasets": 3}'])
def test_files_that_hold_no_description(folder, content):
    (folder / METAMODEL / f"{NAME}.json").write_text(content)
    sign(folder)
    assert "cannot be read" in refused(folder)


def test_arrays_that_unpack_to_too_much_are_not_unpacked(folder, monkeypatch):
    monkeypatch.setattr(checking, "MOST_UNPACKED", 1000)
    assert "at most 1,000 are read" in refused(folder)


@pytest.mark.parametrize("name", ["manifest.json", f"{NAME}.npz", f"{NAME}.json"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), Path.mkdir])
def test_only_regular_files_are_read(folder, name, make):
    path = folder / METAMODEL / name
    path.unlink()
    make(path)
    assert "is not a regular file" in refused(folder)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "[" * 100_000,
        '{"kind": "meta-model", "format": "3"}',
        '{"kind": "meta-model", "format": 6}',
        '{"kind": "meta-model", "format": 6, "files": []}',
        '{"kind": "meta-model", "format": 6, "metafeatures_version": 6, "trained": [["roc_auc"]]}',
        '{"kind": "meta-model", "format": 6, "metafeatures_version": 6, "trained": "roc_auc"}',
    ],
)
def test_a_manifest_that_is_none(folder, content):
    (folder / METAMODEL / "manifest.json").write_text(content)
    assert "damaged" in refused(folder)
