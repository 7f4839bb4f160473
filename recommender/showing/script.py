"""A recommendation as a Python script that runs as it is."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from itertools import takewhile
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.model_selection import BaseCrossValidator

from recommender.algorithms.calibrated import LARGE, Calibrated
from recommender.algorithms.target_reader import TargetReader
from recommender.errors import RecommendationError
from recommender.evaluation.metrics import METRICS, Metric, metrics_for
from recommender.showing.plain_boosting import MODULE, plain_boosting
from recommender.showing.plain_reading import plain_reading
from recommender.tables.files.readers import STANDARD_INPUT, parted, read_table
from recommender.words import score_format

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from recommender.advice.ranking import RecommendedConfiguration
    from recommender.tables.dataset import Dataset, Task

Imports = set[tuple[str, str | None]]
"""Module and name of what a script uses; no name for a module that is imported whole."""
Call = tuple[str, dict[str, Any]]
"""A function of pandas by name, and its options."""

HARMLESS = {"builtins", "datetime", "decimal", "numpy", "pandas"}
"""The modules whose values are written as they call themselves."""
SHORT = {"numpy": "np", "pandas": "pd"}
FOLDS = 5
"""So many folds a script has, where there are rows enough."""
ROWS_A_FOLD = 2
"""With so many rows of each class for a fold, calibration has them in each of its folds when it is cross-validated."""


def write_script(item: RecommendedConfiguration, *, file: str, target: str, metric: Metric | None = None) -> str:
    """A script that reads a file, cross-validates the recommended pipeline where rows allow it, and fits it.

    Parameters
    ----------
    item : RecommendedConfiguration
        What to write down.
    file : str
        The file that the script reads, as `load_dataset` takes it, or ``openml:ID``.
    target : str
        The target's column.
    metric : Metric, optional
        What is measured: the nearest one that scikit-learn has a scorer for; accuracy or R² if not given, and where the
        target is to be read first. Accuracy, too, stands for what needs probabilities where a class has a single row.

    Returns
    -------
    str
        Plain scikit-learn wherever the table allows it.
    """
    imports: Imports = set()
    pipeline = _plain(item.estimator, item._dataset)
    call = _call(file)
    plain = plain_reading(pipeline, item._dataset) if call else None
    model, defined = _model(plain.pipeline if plain else pipeline, item._dataset, imports)
    measuring = _measuring(metric, item, imports, reads_target=isinstance(pipeline.steps[-1][1], TargetReader))
    lines = plain.lines if plain else []
    reading = _reading(file, call, target, imports, drop=_lacks_classes(pipeline), lines=lines)
    return "\n".join(
        [
            *_import_lines(imports),
            *defined,
            "",
            *reading,
            "",
            f"model = {model}",
            *measuring,
            "model.fit(X, y)",
            "",
        ]
    )


def _model(pipeline: Pipeline, dataset: Dataset, imports: Imports) -> tuple[str, list[str]]:
    """A pipeline as code, and the lines before it that define its boosting where nothing else is of this package."""
    used: Imports = set()
    model = expression(pipeline, used)
    ours = {module for module, _ in used if module.startswith("recommender.")}
    boosted = plain_boosting(pipeline, dataset) if ours == {MODULE} else None
    if boosted is None:
        imports |= used
        return model, []
    used = set()
    model = expression(boosted.pipeline, used)
    imports |= boosted.imports | {(module, name) for module, name in used if module != MODULE}
    return model, ["", "", *boosted.lines, ""]


def _measuring(
    metric: Metric | None, item: RecommendedConfiguration, imports: Imports, *, reads_target: bool
) -> list[str]:
    """The lines that cross-validate and say by what, or that there are too few rows for it."""
    from sklearn.metrics import get_scorer

    task, least = item._dataset.task, _least_rows(item._dataset)
    if task == "regression" and least < 2:  # R² of a single row is NaN
        return ['print("not cross-validated: that takes 4 rows at least")']
    imports.add(("sklearn.model_selection", "cross_val_score"))
    metric = METRICS["r2" if task == "regression" else "accuracy"] if metric is None or reads_target else metric
    while (scorer := _scorer(metric, task)) is None:
        metric = METRICS[metric.nearest or metrics_for(task)[0].name]
    if least < 2 and task != "regression" and get_scorer(scorer)._response_method != "predict":
        metric, scorer = METRICS["accuracy"], "accuracy"  # what else is asked for is NaN in a fold without a class
    lost = scorer.startswith("neg_") and metric.name != scorer
    scoring = "" if reads_target else f", scoring={_scoring(scorer, item, imports)}"
    digits = score_format(item.expected_score) if metric.in_target_units else ".3f"
    return [
        f"scores = cross_val_score(model, X, y, cv={min(max(least, 2), FOLDS)}{scoring})",
        f'print(f"cross-validated {metric.name}: {{{"-" if lost else ""}scores.mean():{digits}}}")',
    ]


def _least_rows(dataset: Dataset) -> int:
    """How many folds the rows allow: a row of each class for each fold, or two rows of numbers."""
    if dataset.task == "regression":
        return dataset.n_samples // 2
    counts = dataset.y.value_counts()
    return int(counts[counts > 0].min())


def _scorer(metric: Metric, task: Task) -> str | None:
    """The name of scikit-learn's scorer for a metric, None where there is none."""
    from sklearn.metrics import get_scorer_names

    if metric.name == "roc_auc" and task == "multiclass":
        return "roc_auc_ovr"
    return metric.scorer or (metric.name if metric.name in get_scorer_names() else None)


def _scoring(name: str, item: RecommendedConfiguration, imports: Imports) -> str:
    """A scorer by its name, or made where it must be told which of two classes counts: the later one."""
    from sklearn.metrics import get_scorer

    scorer, classes = get_scorer(name), item._dataset.y.unique()
    averages = scorer._kwargs.get("average", "binary") != "binary"
    takes_class = "pos_label" in inspect.signature(scorer._score_func).parameters
    if item._dataset.task != "binary" or not takes_class or averages or set(classes) <= {0, 1}:
        return repr(name)
    function = scorer._score_func.__name__
    imports |= {("sklearn.metrics", function), ("sklearn.metrics", "make_scorer")}
    lost = ", greater_is_better=False" if scorer._sign < 0 else ""
    asked = scorer._response_method
    response = "" if asked == "predict" else f", response_method={asked!r}"
    return f"make_scorer({function}{lost}{response}, pos_label={expression(max(classes), imports)})"


def _plain(pipeline: Pipeline, dataset: Dataset) -> Pipeline:
    """The pipeline with scikit-learn's own calibration, which is the same where every class has rows enough."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.model_selection import StratifiedKFold

    name, model = pipeline.steps[-1]
    if not isinstance(model, Calibrated) or dataset.y.value_counts().min() < ROWS_A_FOLD * model.n_folds:
        return pipeline
    large = dataset.n_samples >= LARGE
    folds = StratifiedKFold(
        model.n_folds_large if large else model.n_folds, shuffle=True, random_state=model.random_state
    )
    plain = CalibratedClassifierCV(model.classifier, cv=folds, ensemble=False)
    return type(pipeline)([*pipeline.steps[:-1], (name, plain)])


def _lacks_classes(pipeline: Pipeline) -> bool:
    """Whether some rows may have no class: splits by class know no missing one, so that these rows must go before."""
    from sklearn.base import is_classifier

    return is_classifier(pipeline) and isinstance(pipeline.steps[-1][1], TargetReader)


def _reading(
    file: str, call: Call | None, target: str, imports: Imports, *, drop: bool, lines: Sequence[str]
) -> list[str]:
    """The lines that read the table, less the rows without a target if asked for; plain pandas where that is enough.

    With lines for some columns, these are a function, which any later table of the same columns is to go through.
    """
    if call is None:
        imports.add(("recommender.tables.loading", "load_dataset"))
        return [f"dataset = load_dataset({file!r}, target={target!r})", "X, y = dataset.X, dataset.y"]
    imports.add(("pandas", None))
    reader, options = call
    path, part = parted(file)
    place = str(path) if part else file
    given = ", ".join([repr(place), *(f"{name}={value!r}" for name, value in options.items())])
    dropped = f".dropna(subset=[{target!r}])" if drop else ""
    read = f"pd.{reader}({given}){dropped}"
    function = ["", "def read(table):", *(f"    {line}" for line in lines), "    return table", "", ""] if lines else []
    return [
        *function,
        f"table = {f'read({read})' if lines else read}",
        f"X, y = table.drop(columns=[{target!r}]), table[{target!r}]",
    ]


def _call(file: str) -> Call | None:
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
    if isinstance(value, BaseCrossValidator):
        given = {name: getattr(value, name) for name in ("n_splits", "shuffle", "random_state")}
        imports.add((_public_module(type(value)), type(value).__name__))
        return f"{type(value).__name__}({', '.join(f'{name}={part!r}' for name, part in given.items())})"
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
        raise RecommendationError(f"no script can be written: {name[:60]!r} is not the name of an argument")
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
