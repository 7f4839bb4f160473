from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from recommender.errors import KnowledgeBaseError
from recommender.evidence.folder import load_knowledge
from recommender.manifest import checked_file, read_manifest, shipped_folder, write_manifest
from recommender.metamodel.trained import FORMAT, METAMODEL, load_trained


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.json").write_text("{}")
    write_manifest(tmp_path, kind="thing", version=1, about={"note": "hello"})
    return tmp_path


def test_what_was_written_is_read(folder):
    manifest = read_manifest(folder, kind="thing", version=1)
    assert manifest["note"] == "hello"
    assert checked_file(folder, "a.json", manifest).read_text() == "{}"


def test_a_changed_file_is_damaged(folder):
    manifest = read_manifest(folder, kind="thing", version=1)
    (folder / "a.json").write_text("{ }")
    with pytest.raises(KnowledgeBaseError, match=r"a\.json is damaged"):
        checked_file(folder, "a.json", manifest)


def test_a_missing_file_is_named(folder):
    manifest = read_manifest(folder, kind="thing", version=1)
    (folder / "a.json").unlink()
    with pytest.raises(KnowledgeBaseError, match=r"a\.json is missing"):
        checked_file(folder, "a.json", manifest)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m | {"format": 2}, "format 2, and this version of recommender knows formats up to 1"),
        (lambda m: m | {"kind": "other"}, "holds a other, and a thing is needed"),
        (lambda m: ["nonsense"], "damaged"),
    ],
)
def test_foreign_and_newer_folders(folder, change, message):
    path = folder / "manifest.json"
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(KnowledgeBaseError, match=message):
        read_manifest(folder, kind="thing", version=1)


def test_an_empty_folder_says_how_to_fill_it(tmp_path):
    with pytest.raises(KnowledgeBaseError, match="recommender train"):
        load_knowledge(tmp_path)


@pytest.mark.parametrize("name", ["roc_auc.npz", "roc_auc.json"])
def test_a_damaged_meta_model_is_noticed(tmp_path, name):
    shutil.copytree(shipped_folder() / METAMODEL, tmp_path / METAMODEL)
    path = tmp_path / METAMODEL / name
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(KnowledgeBaseError, match=f"{name} is damaged"):
        load_trained("binary", folder=tmp_path)


def test_arrays_hold_no_pickle(tmp_path):
    shutil.copytree(shipped_folder() / METAMODEL, tmp_path / METAMODEL)
    folder = tmp_path / METAMODEL
    about = read_manifest(folder, kind="meta-model", version=FORMAT)
    np.savez(folder / "roc_auc.npz", anything=np.array([{"a": 1}], dtype=object))
    write_manifest(
        folder, kind="meta-model", version=FORMAT, about={k: about[k] for k in ("metafeatures_version", "trained")}
    )
    with pytest.raises(KnowledgeBaseError, match="allow_pickle"):
        load_trained("binary", folder=tmp_path)
