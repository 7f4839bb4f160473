"""What the files of a meta-model must be like, so that a foreign one gives a clear error and never a loop or worse.

Whoever makes a folder also writes its hashes. So nothing in it is taken at its word: arrays have their kinds, shapes,
ranges and order, texts are known, and numbers are numbers.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.settings import why_not_taken
from recommender.errors import listed
from recommender.metamodel.forest import LEAF
from recommender.metamodel.intervals import RANKS

Arrays = Mapping[str, np.ndarray]

MOST_UNPACKED = 2**30
"""Bytes that the arrays of a meta-model may unpack to."""
MODEL: dict[str, tuple[str, tuple[str | int, ...]]] = {
    "configurations": ("U", ("configurations",)),
    "datasets": ("U", ("datasets",)),
    "features": ("U", ("features",)),
    "known": ("b", ("datasets", "configurations")),
    "bounds": ("f", (2,)),
    "average": ("f", (1,)),
    "regrets": ("f", ("datasets", "configurations")),
    "nearness": ("f", ("any",)),
    "stretch": ("f", (len(RANKS),)),
    "inputs.metafeatures": ("f", ("datasets", "features")),
    "inputs.landmarkers": ("iu", ("landmarkers",)),
    "inputs.lines": ("f", (2, "landmarkers")),
    "inputs.levels": ("iu", ("levels",)),
}
"""The kind of each array of a meta-model, as NumPy abbreviates it, and its shape; equal words are equal lengths."""
EXPECTATION: dict[str, tuple[str, tuple[str | int, ...]]] = {
    "trend.centre": ("f", ("inputs",)),
    "trend.spread": ("f", ("inputs",)),
    "trend.weights": ("f", ("inputs", "configurations")),
    "trend.intercept": ("f", ("configurations",)),
    "axes": ("f", ("hints", "configurations")),
    "forest.feature": ("i", ("nodes",)),
    "forest.threshold": ("f", ("nodes",)),
    "forest.right": ("iu", ("nodes",)),
    "forest.roots": ("iu", ("trees",)),
    "hints": ("f", ("datasets", "hints")),
    "share": ("f", (1,)),
    "offset": ("f", ("configurations",)),
    "pull": ("f", ("datasets", "configurations")),
    "residuals": ("f", ("datasets", "configurations")),
    "scale": ("f", (1,)),
}
"""The same of the two parts, `regret` and `score`."""
SECONDS: dict[str, tuple[str, tuple[str | int, ...]]] = {
    "configurations": ("U", ("seconds",)),
    "costs": ("f", ("seconds", "terms")),
    "exponents": ("f", ("terms", 5)),
}
"""The same of a model of seconds."""
SEEN: dict[str, tuple[str, tuple[str | int, ...]]] = {
    "fingerprints": ("U", ("seen",)),
    "n_samples": ("iu", ("seen",)),
    "scores": ("f", ("seen", "configurations")),
}
"""The same of the scores that were seen."""
MAY_BE_MISSING = ("metafeatures", "scores", "costs")
"""Where NaN says that nothing is known."""
DATASET: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "n_samples": int,
    "n_features": int,
    "n_classes": int,
    "fingerprint": str,
    "family": str,
    "dataset_id": str,
    "size": int,
    "winner": str,
    "winning_hyperparameters": dict,
    "winning_score": (int, float),
}
"""What is said of each observation that was learnt from."""


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays in a file, none of which may be a pickle; a `ValueError` where they are more than is read."""
    with zipfile.ZipFile(path) as archive:
        n_bytes = sum(member.file_size for member in archive.infolist())
    if n_bytes > MOST_UNPACKED:
        raise ValueError(f"its arrays unpack to {n_bytes:,} bytes, and at most {MOST_UNPACKED:,} are read")
    with np.load(path, allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def check_model(arrays: Arrays) -> None:
    """A `ValueError` where arrays are none of a meta-model."""
    lengths = _checked(arrays, MODEL, {})
    for name in ("configurations", "datasets", "features"):
        if len(set(arrays[name].tolist())) != lengths[name] or not lengths[name]:
            raise ValueError(f"{name} are missing, or the same twice")
    for name in ("inputs.landmarkers", "inputs.levels"):
        _check_range(name, arrays[name], 0, lengths["features"] - 1)
    sources = np.concatenate([np.arange(lengths["features"]), arrays["inputs.landmarkers"]])
    n_of_order = int((~np.isin(sources, arrays["inputs.levels"])).sum())
    regret, score = (_under(arrays, f"{part}.") for part in ("regret", "score"))
    known = {name: lengths[name] for name in ("configurations", "datasets")}
    found = _checked(regret, EXPECTATION, known | {"inputs": n_of_order})
    n_hints = found["hints"]
    _check_forest(regret, n_of_order + n_hints)
    found = _checked(score, EXPECTATION, known | {"inputs": len(sources)})
    _check_forest(score, len(sources) + found["hints"] + n_hints)


def check_seconds(arrays: Arrays, configurations: np.ndarray) -> None:
    """A `ValueError` where arrays are no model of the seconds of these configurations."""
    _checked(arrays, SECONDS, {})
    _check_range("exponents", arrays["exponents"], 0, 9)
    if np.any(arrays["costs"] < 0):
        raise ValueError("costs are below 0")
    lacking = set(configurations.tolist()) - set(arrays["configurations"].tolist())
    if lacking:
        raise ValueError(f"it says nothing about the seconds of {listed(sorted(lacking), 3)}")


def check_seen(arrays: Arrays, configurations: np.ndarray) -> None:
    """A `ValueError` where arrays are no scores of these configurations."""
    _checked(arrays, SEEN, {"configurations": len(configurations)})


def check_about(content: Any, arrays: Arrays) -> None:
    """A `ValueError` where what is said of configurations and datasets is not said as it is to be, or of others."""
    for kind in ("configurations", "datasets"):
        if not isinstance(content[kind], dict) or not set(arrays[kind].tolist()) <= set(content[kind]):
            raise ValueError(f"its JSON does not name the {kind} of its arrays")
    for algorithm, settings in content["configurations"].values():
        _check_configuration(algorithm, settings)
    for row in content["datasets"].values():
        wrong = [name for name, kind in DATASET.items() if not isinstance(row[name], kind)]
        if wrong or set(row) != set(DATASET):
            raise ValueError(
                f"a dataset's {listed(wrong or sorted(set(row) ^ set(DATASET)), 3)} is not what it should be"
            )
        _check_configuration(row["winner"], row["winning_hyperparameters"])


def _check_configuration(algorithm: Any, settings: Any) -> None:
    reason = why_not_taken(Configuration(algorithm, settings))
    if reason:
        raise ValueError(reason)


def _checked(
    arrays: Arrays, table: dict[str, tuple[str, tuple[str | int, ...]]], lengths: dict[str, int]
) -> dict[str, int]:
    """The lengths that the words of a table stand for; an error where an array is not as the table says."""
    lengths = dict(lengths)
    for name, (kinds, shape) in table.items():
        if name not in arrays:
            raise ValueError(f"there is no array {name}")
        array = arrays[name]
        expected = len(shape) == array.ndim and all(
            length == (word if isinstance(word, int) else lengths.setdefault(word, length))
            for word, length in zip(shape, array.shape, strict=True)
        )
        if array.dtype.kind not in kinds or not expected:
            raise ValueError(
                f"the array {name} has {array.dtype} of shape {array.shape}, which is not what it should be"
            )
        if array.dtype.kind == "f":
            _check_finite(name, array)
    return lengths


def _check_finite(name: str, array: np.ndarray) -> None:
    if name == "trend.spread":  # infinite where a feature is the same everywhere
        sound = array > 0
    elif name.endswith(MAY_BE_MISSING):
        sound = ~np.isinf(array)
    else:
        sound = np.isfinite(array)
    if not sound.all():
        raise ValueError(f"the array {name} has numbers that are not finite, or below 0")


def _check_forest(arrays: Arrays, n_columns: int) -> None:
    """Each child comes after its parent and before the end, so that every walk ends in a leaf."""
    feature, right = arrays["forest.feature"], arrays["forest.right"].astype(np.int64)
    _check_range("forest.feature", feature, LEAF, n_columns - 1)
    _check_range("forest.roots", arrays["forest.roots"], 0, len(feature) - 1)
    if not arrays["forest.roots"].size:
        raise ValueError("its forest has no trees")
    nodes = np.flatnonzero(feature != LEAF)
    if nodes.size and (right[nodes].min() < 2 or int((nodes + right[nodes]).max()) >= len(feature)):
        raise ValueError("a node of its forest comes before its parent, or is none")


def _check_range(name: str, array: np.ndarray, least: int, most: int) -> None:
    if array.size and not (least <= array.min() and array.max() <= most):
        raise ValueError(f"the array {name} has numbers outside of {least} to {most}")


def _under(arrays: Arrays, prefix: str) -> dict[str, np.ndarray]:
    return {key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)}
