"""Surrogates: what the pool's configurations would have scored where others tried settings of their own.

Random settings on every dataset do not line up with a pool that is the same everywhere. For each dataset a small model
learns from the settings that were tried there what any setting would score, and says how well it does so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pool import pool_for
from recommender.imported.flows import Flow, Parameter, find_flow, read_parameters
from recommender.imported.store import ImportedEvidence

Floats = NDArray[np.float64]

MIN_SETTINGS = 30
"""With fewer settings than this on a dataset there is no surrogate."""
MAX_SETTINGS = 10_000
"""Of more settings than this on a dataset so many are drawn, which bounds seconds and memory."""
N_FOLDS, N_TREES = 5, 100


@dataclass(frozen=True, eq=False)
class Surrogate:
    """What settings of one algorithm score on one dataset.

    Parameters
    ----------
    n_settings : int
        What it was learnt from.
    quality : float
        Spearman's correlation of the scores with what the surrogate expects of settings that it has not seen (five
        folds), 0 where it would be negative or is not defined: by this its estimates weigh.
    r2 : float
        Likewise the share of the variance that it explains.
    scores : dict of str to float
        By the id of each configuration of the pool that the settings cover: the expected score.
    """

    n_settings: int
    quality: float
    r2: float
    scores: dict[str, float]


def fit_surrogate(
    flow: Flow,
    settings: Sequence[Mapping[str, Any]],
    scores: Sequence[float] | Floats,
    configurations: Sequence[Configuration],
    *,
    n_samples: int,
    n_features: int,
    random_state: int = 0,
) -> Surrogate | None:
    """Learn from settings on a dataset what configurations of the pool score there.

    A configuration is estimated only where the settings cover it: each number within the range that was tried, each
    name among those tried.

    Parameters
    ----------
    flow : Flow
        The row of the table that the settings were read by.
    settings : sequence of mappings
        Hyperparameters as `recommender.imported.flows.read_parameters` gives them.
    scores : sequence of float
        Of each setting.
    configurations : sequence of Configuration
        The pool; those of other algorithms are passed over.
    n_samples, n_features : int
        The dataset's size, which some hyperparameters relate to.
    random_state : int, default=0
        Seed of trees and folds.

    Returns
    -------
    Surrogate or None
        None where there are fewer than 30 settings.

    References
    ----------
    Eggensperger, Hutter, Hoos, Leyton-Brown (2015), Efficient benchmarking of hyperparameter optimizers via surrogates.

    Examples
    --------
    >>> from recommender.imported.flows import FLOWS
    >>> tried = [{"n_neighbors": k} for k in range(1, 61)]
    >>> pool = [Configuration("k_neighbors", {}), Configuration("k_neighbors", {"n_neighbors": 100})]
    >>> scores = [0.9 - 0.002 * setting["n_neighbors"] for setting in tried]
    >>> found = fit_surrogate(FLOWS["KNeighborsClassifier"], tried, scores, pool, n_samples=500, n_features=4)
    >>> {name: round(score, 2) for name, score in found.scores.items()}  # 100 neighbours were never tried
    {'k_neighbors-default': 0.89}
    """
    from scipy.stats import spearmanr
    from sklearn.metrics import r2_score
    from sklearn.model_selection import KFold, cross_val_predict

    if len(settings) < MIN_SETTINGS:
        return None
    y = np.asarray(scores, dtype=np.float64)
    wanted = [c for c in configurations if c.algorithm == flow.algorithm]
    tried: list[Floats] = []
    asked: list[Floats] = []
    covered = np.ones(len(wanted), dtype=bool)
    for parameter in flow.parameters:
        here, there = (
            [_read(parameter, values, n_samples, n_features) for values in group]
            for group in (settings, [c.hyperparameters for c in wanted])
        )
        left, right, inside = _columns(here, there)
        tried.append(left)
        asked.append(right)
        covered &= inside
    X = np.column_stack(tried)
    model = _trees(random_state)
    if np.ptp(y) > 0:
        folds = KFold(N_FOLDS, shuffle=True, random_state=random_state)
        unseen = cross_val_predict(model, X, y, cv=folds)
        quality = float(spearmanr(y, unseen).statistic) if np.ptp(unseen) > 0 else 0.0
        r2 = float(r2_score(y, unseen))
    else:
        quality = r2 = 0.0
    expected = model.fit(X, y).predict(np.column_stack(asked)) if wanted else np.empty(0)
    estimates = {c.id: float(e) for c, e, inside in zip(wanted, expected, covered, strict=True) if inside}
    return Surrogate(len(y), max(0.0, quality), r2, estimates)


def _trees(random_state: int) -> Any:
    from lightgbm import LGBMRegressor

    return LGBMRegressor(
        n_estimators=N_TREES, num_leaves=8, min_child_samples=5, random_state=random_state, n_jobs=1, verbosity=-1
    )


def _read(parameter: Parameter, values: Mapping[str, Any], n_samples: int, n_features: int) -> float | str:
    value = values.get(parameter.name, parameter.default)
    return parameter.read(value, n_samples=n_samples, n_features=n_features)


def _columns(tried: list[float | str], asked: list[float | str]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """A parameter as a column of numbers, for what was tried and what is asked, and whether what is asked is covered.

    Names are numbered by the alphabet, which is all the same to trees where there are two of them.
    """
    if all(isinstance(value, float) for value in tried):
        left = np.array(tried, dtype=np.float64)
        right = np.array([value if isinstance(value, float) else np.nan for value in asked])
        inside = (right >= left.min()) & (right <= left.max())
    else:
        names = sorted({str(value) for value in tried})
        left = np.array([names.index(str(value)) for value in tried], dtype=np.float64)
        inside = np.array([str(value) in names for value in asked], dtype=bool)
        right = np.array(
            [names.index(str(v)) if i else 0 for v, i in zip(asked, inside, strict=True)], dtype=np.float64
        )
    largest = np.finfo(np.float32).max  # no limit is the largest number
    return np.minimum(left, largest), np.nan_to_num(np.minimum(right, largest)), inside


def estimate_pool(
    evidence: ImportedEvidence,
    *,
    metric: str = "predictive_accuracy",
    random_state: int = 0,
    on_progress: Callable[[str], None] = lambda _: None,
) -> pd.DataFrame:
    """What the pool's configurations would have scored on the tasks of the imported evidence.

    Parameters
    ----------
    evidence : ImportedEvidence
        Flows that are not ours, and tasks of which not even the size is known, are passed over. One task's evaluations
        are read at a time, and at most 10,000 of each flow, drawn where there are more.
    metric : str, default="predictive_accuracy"
        The evaluation measure, by OpenML's name.
    random_state : int, default=0
        Seed of the surrogates.
    on_progress : callable(str), optional
        Called with the name of each task.

    Returns
    -------
    DataFrame
        A row for each surrogate: dataset_id (as ``openml:ID``), name, task, signatures, metafeatures, algorithm,
        n_settings, quality, r2, and scores (dict of configuration id to expected score).
    """
    tasks = evidence.tasks().set_index(["server_id", "task_id"])
    rows = []
    for pair in evidence.pairs(metric).to_dict("records"):
        about = tasks.loc[(pair["server_id"], pair["task_id"])]
        flow, sizes = find_flow(pair["flow"]), about["metafeatures"]
        if flow is None or not isinstance(about["task"], str) or not {"nr_inst", "nr_attr"} <= set(sizes):
            continue
        on_progress(about["name"])
        place = (pair["server_id"], metric, pair["flow_id"], pair["task_id"])
        tried = evidence.evaluations_on(*place, at_most=MAX_SETTINGS, random_state=random_state)
        found = fit_surrogate(
            flow,
            [read_parameters(pair["flow"], parameters).hyperparameters for parameters, _ in tried],
            [score for _, score in tried],
            pool_for(about["task"]),
            n_samples=int(sizes["nr_inst"]),
            n_features=int(sizes["nr_attr"]),
            random_state=random_state,
        )
        if found is not None:
            kept = {name: about[name] for name in ("name", "task", "signatures", "metafeatures")}
            dataset_id = f"openml:{about['data_id']}"
            rows.append({"dataset_id": dataset_id, **kept, "algorithm": flow.algorithm, **vars(found)})
    return pd.DataFrame(rows, columns=_COLUMNS)


_COLUMNS = [
    "dataset_id",
    "name",
    "task",
    "signatures",
    "metafeatures",
    "algorithm",
    "n_settings",
    "quality",
    "r2",
    "scores",
]
