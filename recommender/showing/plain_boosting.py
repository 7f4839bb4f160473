"""Boosting that finds out when to stop, for scripts: as a class of a few lines that needs the library alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recommender.algorithms.boosting import LARGE, LEAST_ROWS, N_PARTS
from recommender.algorithms.boosting_libraries import LEAST_GAIN, PATIENCE

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from recommender.tables.dataset import Dataset

MODULE = "recommender.algorithms.boosting"
"""The module that a script needs no more."""
LEAST_OF_A_CLASS = 3
"""So many rows of each class leave two when a script cross-validates, so that no part can lack a class."""

STOPPING: dict[str, tuple[str, str, str]] = {
    "lightgbm": (
        "lightgbm",
        "early_stopping",
        f"callbacks = [early_stopping({PATIENCE}, first_metric_only=True, verbose=False, min_delta={LEAST_GAIN!r})]\n"
        "booster.fit(X[fit], y[fit], eval_X=(X[watch],), eval_y=(y[watch],), callbacks=callbacks)",
    ),
    "xgboost": (
        "xgboost.callback",
        "EarlyStopping",
        f"booster.set_params(callbacks=[EarlyStopping(rounds={PATIENCE}, min_delta={LEAST_GAIN!r})])\n"
        "booster.fit(X[fit], y[fit], eval_set=[(X[watch], y[watch])], verbose=False)",
    ),
    "catboost": (
        "",
        "",
        f"booster.fit(X[fit], y[fit], eval_set=(X[watch], y[watch]), early_stopping_rounds={PATIENCE})",
    ),
}
"""By library the module and name that it needs besides, and the lines that fit one booster until it gains no more."""
CLASSES = "self.classes_, y = np.unique(y, return_inverse=True)"
PREDICTING = {
    "BoostedClassifier": """
    def predict_proba(self, X):
        X = np.asarray(X, dtype=float)
        return np.mean([booster.predict_proba(X) for booster in self.boosters_], axis=0)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]
""",
    "BoostedRegressor": """
    def predict(self, X):
        X = np.asarray(X, dtype=float)
        return np.mean([booster.predict(X) for booster in self.boosters_], axis=0).astype(float)
""",
}
"""How the boosters' mean predicts, by the name of the class."""


@dataclass(frozen=True, eq=False)
class PlainBoosting:
    """A pipeline whose model a script defines itself: the lines that do, and what they import."""

    pipeline: Pipeline
    lines: list[str]
    imports: set[tuple[str, str | None]]


def plain_boosting(pipeline: Pipeline, dataset: Dataset) -> PlainBoosting | None:
    """The boosting at the end of a pipeline as plain code, which fits the same boosters.

    Parameters
    ----------
    pipeline : Pipeline
        An unfitted one, which gives its model numbers alone and ends in a `BoostedClassifier` or `BoostedRegressor`.
    dataset : Dataset
        What it is for.

    Returns
    -------
    PlainBoosting or None
        None where few rows, or few rows of a class, need more care than the lines take.
    """
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.preprocessing import StandardScaler

    *before, (name, model) = pipeline.steps
    few_rows = dataset.n_samples * (N_PARTS - 1) // N_PARTS < LEAST_ROWS
    regresses = dataset.task == "regression"
    few_of_a_class = not regresses and dataset.y.value_counts().min() < LEAST_OF_A_CLASS
    if type(model).__name__ not in PREDICTING or (model.early_stopping and few_rows) or few_of_a_class:
        return None
    lines, imports = _class(model, regresses=regresses)
    short = type(model)(model.booster)
    if regresses:
        short = TransformedTargetRegressor(short, transformer=StandardScaler())
    return PlainBoosting(type(pipeline)([*before, (name, short)]), lines, imports)


def _class(model: Any, *, regresses: bool) -> tuple[list[str], set[tuple[str, str | None]]]:
    """The class that a script defines in place of ours, under the same name, and what it imports."""
    kind, mixin = type(model).__name__, "RegressorMixin" if regresses else "ClassifierMixin"
    imports: set[tuple[str, str | None]] = {("numpy", None)}
    imports |= {("sklearn.base", used) for used in ("BaseEstimator", mixin, "clone")}
    coded = "y = np.asarray(y)" if regresses else CLASSES
    if model.early_stopping:
        module, name, fitting = STOPPING[type(model.booster).__module__.partition(".")[0]]
        imports |= {(module, name)} if module else set()
        told = f"Boosters that each stop when a part of the rows, not learnt from, gains nothing in {PATIENCE} rounds."
        body = _stopping_body(fitting, model.random_state, regresses=regresses)
    else:
        told, body = "A booster for numbers alone.", ["self.boosters_ = [clone(self.booster).fit(X, y)]"]
    text = [
        f"class {kind}({mixin}, BaseEstimator):",
        f'    """{told}"""',
        "",
        "    def __init__(self, booster):",
        "        self.booster = booster",
        "",
        "    def fit(self, X, y):",
        *(f"        {line}" for line in ("X = np.asarray(X, dtype=float)", coded, *body, "return self")),
    ]
    return [*text, *PREDICTING[kind].rstrip("\n").split("\n")], imports


def _stopping_body(fitting: str, seed: int, *, regresses: bool) -> list[str]:
    """The lines that cut the rows into parts, each class in proportion, and let each part watch a booster."""
    order = "order" if regresses else 'order[np.argsort(y[order], kind="stable")]'
    return [
        f"order, part = np.random.default_rng({seed}).permutation(len(y)), np.empty(len(y), dtype=int)",
        f"part[{order}] = np.arange(len(y)) % {N_PARTS}",
        f"self.boosters_ = [clone(self.booster) for _ in range({N_PARTS} if len(y) < {LARGE:_} else 1)]",
        "for k, booster in enumerate(self.boosters_):",
        "    fit, watch = part != k, part == k",
        *(f"    {line}" for line in fitting.split("\n")),
    ]
