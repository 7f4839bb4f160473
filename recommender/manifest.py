"""Folders of data files with a manifest, so that a damaged, foreign or newer file is noticed before it is used."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from recommender.errors import KnowledgeBaseError
from recommender.outputs import write_text

MANIFEST = "manifest.json"
MOST_TEXT = 2**26
"""Bytes that a file of JSON in such a folder may have."""


def shipped_folder() -> Path:
    """The knowledge base and meta-model that come with the package."""
    inside = Path(__file__).parent / "data"
    return inside if inside.exists() else Path(__file__).parent.parent / "data"  # a source checkout


def shipped_version() -> str:
    """A hash of all that the shipped knowledge base holds."""
    return _hash(shipped_folder() / MANIFEST)


def write_manifest(folder: Path, *, kind: str, version: int, about: dict[str, Any] | None = None) -> None:
    """Describe every file of a folder: what it is, in which format, and each file's hash."""
    names = sorted(p.name for p in folder.iterdir() if p.suffix in {".parquet", ".npz", ".json"} and p.name != MANIFEST)
    content = {
        "kind": kind,
        "format": version,
        **(about or {}),
        "files": {name: _hash(folder / name) for name in names},
    }
    write_text(folder / MANIFEST, json.dumps(content, indent=1) + "\n")


def read_manifest(folder: Path, *, kind: str, version: int) -> dict[str, Any]:
    """The manifest of a folder, if it is of that kind and of a format that is known.

    Raises
    ------
    KnowledgeBaseError
        If the folder is not there, is something else, or was written by a newer version.
    """
    path = folder / MANIFEST
    if not path.exists():
        raise KnowledgeBaseError(
            f"{folder} holds no {kind}: there is no {MANIFEST} in it. `recommender train` makes one"
        )
    try:
        content = read_json(path)
        found, number = content["kind"], content["format"]
        sound = isinstance(number, int) and isinstance(content.get("files", {}), dict)
    except (ValueError, KeyError, TypeError) as error:
        raise KnowledgeBaseError(f"{path} is damaged. {how_to_mend(folder)}") from error
    if not sound:
        raise KnowledgeBaseError(f"{path} is damaged. {how_to_mend(folder)}")
    if found != kind:
        raise KnowledgeBaseError(f"{folder} holds a {found}, and a {kind} is needed")
    if number > version:
        raise KnowledgeBaseError(
            f"{folder} was written in format {number}, and this version of recommender knows formats up to {version}. "
            f"Upgrade recommender, or give another folder"
        )
    return content


def checked_file(folder: Path, name: str, manifest: dict[str, Any]) -> Path:
    """The path of a file whose content is what the manifest says."""
    path = folder / name
    if not path.exists():
        raise KnowledgeBaseError(f"{path} is missing. {how_to_mend(folder)}")
    if _hash(path) != manifest.get("files", {}).get(name):
        raise KnowledgeBaseError(f"{path} is damaged: its content is not what {MANIFEST} says. {how_to_mend(folder)}")
    return path


def read_json(path: Path) -> Any:
    """What a file of JSON holds; a `ValueError` where it holds none, or more than is read.

    Raises
    ------
    KnowledgeBaseError
        If it is not a regular file, but a pipe or a device that may never end.
    """
    check_regular(path)
    with path.open("rb") as file:
        content = file.read(MOST_TEXT + 1)
    if len(content) > MOST_TEXT:
        raise ValueError(f"more than {MOST_TEXT:,} bytes")
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("brackets in brackets without end") from error


def check_regular(path: Path) -> None:
    """Refuse what is not a regular file, nor a link to one."""
    if not path.is_file():
        raise KnowledgeBaseError(
            f"{path} is not a regular file, and only such files are read. {how_to_mend(path.parent)}"
        )


def _hash(path: Path) -> str:
    check_regular(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def how_to_mend(folder: Path) -> str:
    """What to do about a folder that is damaged."""
    if folder.is_relative_to(shipped_folder()):
        return "Reinstall recommender to mend it"
    return "Make it again with `recommender train`"
