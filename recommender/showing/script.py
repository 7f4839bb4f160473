"""A recommendation as a Python script that runs as it is."""

from __future__ import annotations

import inspect
from itertools import takewhile
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recommender.algorithms.target_reader import TargetReader
from recommender.errors import RecommendationError
from recommender.tables.files.readers import STANDARD_INPUT, parted, read_table

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from recommender.advice.ranking import RecommendedConfiguration

Imports = set[tuple[str, str | None]]
"""Module and name of what a script uses; no name for a module that is imported whole."""

HARMLESS = {"builtins", "datetime", "decimal", "numpy", "pandas"}
"""The modules whose values are written as they call themselves."""
SHORT = {"numpy": "np", "pandas": "pd"}


def write_script(item: RecommendedConfiguration, *, file: str, target: str) -> str:
    """A script that reads a file, cross-validates the recommended pipeline and fits it.

    Parameters
    ----------
    item : RecommendedConfiguration
        What to write down.
    file : str
        The file that the script reads, as `load_dataset` takes it, or ``openml:ID``.
    target : str
        The target's column.

    Returns
    -------
    str
        Plain scikit-learn wherever the table allows it.
    """
    imports: Imports = {("sklearn.model_selection", "cross_val_score")}
    pipeline = item.estimator
    model = expression(pipeline, imports)
    reading = _reading(file, target, imports, drop=_lacks_classes(pipeline))
    return "\n".join(
        [
            *_import_lines(imports),
            "",
            *reading,
            "",
            f"model = {model}",
            'print("cross-validated:", cross_val_score(model, X, y, cv=5).mean())',
            "model.fit(X, y)",
            "",
        ]
    )


def _lacks_classes(pipeline: Pipeline) -> bool:
    """Whether some rows may have no class: splits by class know no missing one, so that these rows must go before."""
    from sklearn.base import is_classifier

    return is_classifier(pipeline) and isinstance(pipeline.steps[-1][1], TargetReader)


def _reading(file: str, target: str, imports: Imports, *, drop: bool) -> list[str]:
    """The lines that read the table, less the rows without a target if asked for; plain pandas where that is enough."""
    call = _call(file)
    if call:
        imports.add(("pandas", None))
        reader, options = call
        path, part = parted(file)
        place = str(path) if part else file
        given = ", ".join([repr(place), *(f"{name}={value!r}" for name, value in options.items())])
        dropped = f".dropna(subset=[{target!r}])" if drop else ""
        return [f"table = pd.{reader}({given}){dropped}", f"X, y = table.drop(columns=[{target!r}]), table[{target!r}]"]
    imports.add(("recommender.tables.loading", "load_dataset"))
    return [f"dataset = load_dataset({file!r}, target={target!r})", "X, y = dataset.X, dataset.y"]


def _call(file: str) -> tuple[str, dict[str, Any]] | None:
    """The function of pandas that reads a file as it was read, and its options; None where there is none."""
    if file == STANDARD_INPUT or file.startswith("openml:"):
        return None
    if parted(file)[0].exists():
        return read_table(file).call
    path = Path(file.removesuffix(".gz"))
    reader = {".csv": "read_csv", ".parquet": "read_parquet"}.get(path.suffix.lower())
    return (reader, {}) if reader else None


def _import_lines(imports: Imports) -> list[str]:
    names: dict[str, list[str]] = {}
    for module, name in sorted((module, name) for module, name in imports if name):
        names.setdefault(module, []).append(name)
    whole = [f"import {module} as {SHORT[module]}" for module in sorted(m for m, name in imports if name is None)]
    return whole + [f"from {module} import {', '.join(found)}" for module, found in names.items()]


def expression(value: Any, imports: Imports, indent: int = 0) -> str:
    """Python code that makes a value again, adding the imports it needs."""

    def inner(part: Any) -> str:
        return expression(part, imports, indent + 1)

    if hasattr(value, "get_params") and not inspect.isclass(value):
        kind = type(value)
        imports.add((_public_module(kind), kind.__name__))
        given = _changed_parameters(value)
        arguments = [f"{_argument(name)}={inner(part)}" for name, part in given.items()]
        return _wrapped(f"{kind.__name__}(", arguments, ")", indent)
    if isinstance(value, dict):
        return _wrapped("{", [f"{inner(key)}: {inner(part)}" for key, part in value.items()], "}", indent)
    if isinstance(value, list):
        return _wrapped("[", [inner(part) for part in value], "]", indent)
    if isinstance(value, tuple):
        return _wrapped("(", [inner(part) for part in value], ",)" if len(value) == 1 else ")", indent)
    if inspect.isroutine(value):
        imports.add((value.__module__, value.__name__))
        return value.__name__
    if value is pd.NA:
        imports.add(("pandas", None))
        return "pd.NA"
    if isinstance(value, float) and not np.isfinite(value):
        imports.add(("numpy", None))
        return "np.nan" if np.isnan(value) else "np.inf" if value > 0 else "-np.inf"
    return _literal(value)


def _argument(name: str) -> str:
    """The name of an argument as code has it; what is none would be code of whoever named it."""
    if not name.isidentifier() or iskeyword(name):
        raise RecommendationError(f"no script can be written: {name[:60]!r} is no name of an argument")
    return name


def _literal(value: Any) -> str:
    """A value as code has it; only of kinds whose own word for themselves is known to be harmless."""
    plain = value.item() if isinstance(value, np.generic) else value
    kind: Any = next((k for k in (str, bytes) if isinstance(plain, k)), type(plain))  # and nothing that is made of them
    if kind.__module__.partition(".")[0] not in HARMLESS:
        raise RecommendationError(f"no script can be written: a {kind.__name__} cannot be written as code")
    return kind.__repr__(plain)


def _wrapped(opening: str, parts: list[str], closing: str, indent: int) -> str:
    """Parts between brackets: in one line where they fit, else in a line each."""
    one_line = opening + ", ".join(parts) + closing
    if len(one_line) + 4 * indent < 100 and "\n" not in one_line:
        return one_line
    pad = " " * 4 * indent
    return f"{opening}\n" + "".join(f"{pad}    {part},\n" for part in parts) + pad + closing[-1]


def _changed_parameters(estimator: Any) -> dict[str, Any]:
    """The parameters that differ from the constructor's defaults, `**kwargs` of LightGBM included."""
    defaults = {name: p.default for name, p in inspect.signature(type(estimator).__init__).parameters.items()}
    return {
        name: value
        for name, value in estimator.get_params(deep=False).items()
        if name not in defaults or not _same(value, defaults[name])
    }


def _same(value: Any, default: Any) -> bool:
    if default is inspect.Parameter.empty or type(value) is not type(default):
        return False
    return value is default or bool(value == default) or (value != value and default != default)


def _public_module(kind: type) -> str:
    """The module that users import a class from: up to the first part that is private."""
    parts = kind.__module__.split(".")
    return "lightgbm" if parts[0] == "lightgbm" else ".".join(takewhile(lambda part: not part.startswith("_"), parts))
