"""Fitted models in files: written by skops and never pickled, so that opening a file runs nothing that it brings along.

A file is what skops writes, a zip archive of arrays and of a tree of types, with the member `ABOUT` beside them.
Boosters are in their libraries' own formats. Numbers and dates that differ from one saving to the next are taken out,
so that the same model gives the same file.
"""

from __future__ import annotations

import io
import json
import platform
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from recommender.algorithms.catalogue import ALGORITHMS, libraries, modules
from recommender.errors import MissingExtraError, SavedModelError, listed, one_line
from recommender.outputs import check_file, write_bytes

FORMAT = 1
"""The number of the format. Raise it when files of before can no longer be opened, and say in the changelog what is to
be done with them; `load` refuses what is newer than itself."""
ABOUT = "recommender.json"
"""The member of the archive that says the format, the versions and the target, for whoever opens it in ten years."""
TREE = "schema.json"
"""The member that holds skops' tree of types."""
MOST_BYTES = 2**32
"""A file that unpacks to more is not opened."""
ALWAYS = ("recommender", "scikit-learn", "numpy", "pandas", "skrub", "skops")
"""The libraries whose versions are stored and compared, beside those of an algorithm that is in the model."""


def save(model: Any, path: Path | str, *, target: str | None = None) -> None:
    """Write a fitted model to a file that `load` reads, whole or not at all.

    Parameters
    ----------
    model : estimator
        A fitted `RecommendedClassifier` or `RecommendedRegressor`, a fitted pipeline of a recommendation, or any
        estimator made of what `recommender` and scikit-learn provide. A function given as ``metric``, a splitter
        given as ``cv`` and a loaded ``knowledge`` are needed for fitting alone, and are not saved: None is in their
        place afterwards.
    path : path
        The file, by custom ``.skops``; one that is there is replaced.
    target : str, optional
        The name of the column that it predicts, by which ``recommender evaluate`` finds the truth.

    Raises
    ------
    SavedModelError
        If the model is not fitted, or holds something that `load` would refuse; nothing is written then.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from sklearn.datasets import load_iris
    >>> from recommender import RecommendedClassifier
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> model = RecommendedClassifier(include=["lda"]).fit(X, y)
    >>> with TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/iris.skops")
    ...     loaded = load(f"{folder}/iris.skops")
    >>> bool((loaded.predict(X) == model.predict(X)).all())
    True
    """
    from skops.io import dumps, get_untrusted_types

    from recommender.fitting.saved_types import TRUSTED, storable

    file = Path(path)
    check_file(file)
    if not hasattr(model, "predict"):
        raise SavedModelError(f"a {type(model).__name__} cannot be saved: give a fitted model, which has predict()")
    try:
        written = dumps(storable(model))
        refused = set(get_untrusted_types(data=written)) - set(TRUSTED)
    except Exception as error:  # whatever a part of the model raises that cannot be taken apart
        raise SavedModelError(
            f"the model {type(model).__name__} holds something that cannot be saved: {one_line(error)}"
        ) from error
    if refused:
        raise SavedModelError(
            f"the model {type(model).__name__} holds {listed(sorted(refused))}, which load() would refuse: a model is "
            "saved that is made of what recommender and scikit-learn provide"
        )
    if not _is_fitted(model):
        raise SavedModelError(f"the model {type(model).__name__} is not fitted: fit it before it is saved")
    write_bytes(file, _same_for_the_same_model(written, target))


def _is_fitted(model: Any) -> bool:
    """Whether a model is fitted, as far as it says so in the way of scikit-learn."""
    from sklearn.base import BaseEstimator
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        if isinstance(model, BaseEstimator):
            check_is_fitted(model)
    except NotFittedError:
        return False
    return True


def load(path: Path | str) -> Any:
    """The fitted model that `save` wrote to a file. Nothing is run that the file brings along.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    estimator
        It predicts what the saved one predicted. Where versions differ from those it was saved with, a warning says
        which, and it may predict otherwise.

    Raises
    ------
    SavedModelError
        If there is no such file, it is damaged, it is not a saved model, or it asks for types that are none of those
        that saved models consist of; the message names them.
    MissingExtraError
        If the model is of a library that is not installed.
    """
    from skops.io import get_untrusted_types, loads
    from skops.io.exceptions import UntrustedTypesFoundException

    from recommender.fitting.saved_types import TRUSTED

    file = Path(path)
    data, said = _opened(file)
    differing = _differing(said.get("versions"))
    try:
        with _without_warnings_of_versions():
            model = loads(data, trusted=TRUSTED)
    except UntrustedTypesFoundException:
        refused = set(get_untrusted_types(data=data)) - set(TRUSTED)
        raise SavedModelError(
            f"{file} was not opened: it asks for {listed(sorted(refused))}, and saved models consist of none of these. "
            "Open only files from people you trust, with the library that wrote them"
        ) from None
    except ModuleNotFoundError as error:
        raise _missing(file, error) from error
    except Exception as error:  # whatever a damaged or foreign file makes the libraries raise
        also = f" It was saved with {differing}" if differing else ""
        raise SavedModelError(f"{file} is damaged, or not a saved model: {one_line(error)}.{also}") from error
    if not hasattr(model, "predict"):
        raise SavedModelError(f"{file} holds a {type(model).__name__}, not a model. Give a file that save() wrote")
    if differing:
        warnings.warn(
            f"{file} was saved with {differing}. It may predict otherwise here: install those versions, or fit it anew",
            UserWarning,
            stacklevel=2,
        )
    return model


def saved_target(path: Path | str) -> str | None:
    """The name of the column that a saved model predicts; None where the file does not say it.

    Raises
    ------
    SavedModelError
        If there is no such file, it is damaged, or it is not a saved model.
    """
    said = _opened(Path(path))[1].get("target")
    return said if isinstance(said, str) else None


def _same_for_the_same_model(written: bytes, target: str | None) -> bytes:
    """An archive of skops with its parts numbered in order, what is said of it beside them, and no times."""
    names: dict[str, str] = {}
    made = io.BytesIO()
    with ZipFile(io.BytesIO(written)) as given, ZipFile(made, "w", ZIP_DEFLATED) as archive:
        tree = json.dumps(_numbered(json.loads(given.read(TREE)), {}, names))
        about = {"format": FORMAT, "versions": _versions([*ALWAYS, *_libraries_in(tree)]), "target": target}
        parts = {ABOUT: json.dumps(about, indent=1).encode(), TREE: tree.encode()}
        for name, content in (parts | {new: given.read(old) for old, new in names.items()}).items():
            entry = ZipInfo(name)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, content)
    return made.getvalue()


def _numbered(node: Any, ids: dict[int, int], names: dict[str, str]) -> Any:
    """A part of skops' tree with its ids, which are addresses in memory, and its files' names in the order met."""
    if isinstance(node, list):
        return [_numbered(part, ids, names) for part in node]
    if not isinstance(node, dict):
        return node
    found = {key: _numbered(part, ids, names) for key, part in node.items()}
    if "__loader__" in node:
        if "__id__" in node:
            found["__id__"] = ids.setdefault(node["__id__"], len(ids) + 1)
        if isinstance(node.get("file"), str):
            ending = node["file"].rpartition(".")[2]
            found["file"] = names.setdefault(node["file"], f"{len(names) + 1}.{ending}")
    return found


def _libraries_in(tree: str) -> list[str]:
    """The libraries of algorithms that the types in a tree are of, or made from."""
    named = set(re.findall(r'"__class__": "(\w+)", "__module__": "([\w.]+)"', tree))
    kinds = [getattr(sys.modules.get(module), name, None) for name, module in named]
    roots = {base.__module__.partition(".")[0] for kind in kinds if isinstance(kind, type) for base in kind.__mro__}
    return [name for name, module in zip(libraries(), modules(), strict=True) if module in roots]


def _opened(file: Path) -> tuple[bytes, Mapping[str, Any]]:
    """What a file holds, and what it says of it; nothing where something else than `save` wrote it."""
    if file.exists() and not file.is_file():
        raise SavedModelError(f"{file} is not a regular file. Give a file that save() wrote")
    try:
        _check_size(file, file.stat().st_size, "is of")
        data = file.read_bytes()
    except OSError as error:
        raise SavedModelError(f"{file} cannot be read: {error.strerror}. Give a file that save() wrote") from error
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            size = sum(member.file_size for member in archive.infolist())
            said = json.loads(archive.read(ABOUT)) if ABOUT in archive.namelist() and size <= MOST_BYTES else {}
            is_known = said.get("format", 0) <= FORMAT
    except Exception as error:  # whatever a damaged archive makes zipfile, zlib and json raise
        raise SavedModelError(
            f"{file} is damaged, or not a saved model: {one_line(error)}. Give a file that save() wrote, complete"
        ) from error
    _check_size(file, size, "unpacks to")
    if not is_known:
        raise SavedModelError(
            f"{file} is of format {said['format']}, and this version reads up to {FORMAT}: update recommender"
        )
    return data, said


def _check_size(file: Path, n_bytes: int, verb: str) -> None:
    if n_bytes > MOST_BYTES:
        raise SavedModelError(f"{file} {verb} {n_bytes / 1e9:.1f} GB, and at most {MOST_BYTES / 1e9:.1f} GB are read")


def _versions(names: Iterable[str]) -> dict[str, str]:
    """Those of Python, and of libraries as far as they are here."""
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = version(str(name))
        except (PackageNotFoundError, ValueError):  # of an extra, or Python itself
            continue
    return found


def _differing(stored: Any) -> str:
    """Which versions a file was saved with that are others here, in words; patches and what is not here are no matter.

    Examples
    --------
    >>> _differing({"numpy": "1.0.0", "python": platform.python_version()}).startswith("numpy 1.0.0 (here ")
    True
    """
    if not isinstance(stored, dict):
        return ""
    here = _versions(stored)
    return ", ".join(
        f"{name} {found} (here {here[name]})"
        for name, found in stored.items()
        if name in here and _release(str(found)) != _release(here[name])
    )


def _release(version: str) -> list[str]:
    return version.split(".")[:2]


@contextmanager
def _without_warnings_of_versions() -> Iterator[None]:
    """Scikit-learn warns of every estimator by itself; one warning says it of all."""
    from sklearn.exceptions import InconsistentVersionWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InconsistentVersionWarning)
        yield


def _missing(file: Path, error: ModuleNotFoundError) -> MissingExtraError | SavedModelError:
    """What to install for a model whose library is not there."""
    module = (error.name or "").partition(".")[0]
    extra = next((one.extra for one in ALGORITHMS.values() if one.imported == module), None)
    if extra:
        return MissingExtraError(
            f"{file} holds a model of {module}, which is not installed: pip install 'recommender[{extra}]'"
        )
    return SavedModelError(f"{file} holds a model that needs {module}, which is not installed")
