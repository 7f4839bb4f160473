"""Training: from a knowledge base to what a recommendation needs, in small files without pickle."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pandas as pd

from recommender.algorithms.pool import Configuration
from recommender.errors import KnowledgeBaseError, RecommenderError
from recommender.evaluation.costs import PREDICT_TERMS, SecondsModel
from recommender.evaluation.metrics import METRICS, Metric, find_metric
from recommender.evidence.knowledge import KnowledgeBase, winners
from recommender.manifest import MANIFEST, checked_file, read_manifest, shipped_folder, write_manifest
from recommender.metafeatures import LEVELS, METAFEATURES, METAFEATURES_VERSION
from recommender.metamodel.model import MetaModel, normalized_regret
from recommender.outputs import check_folder, write_text
from recommender.tables.dataset import TASKS, Dataset, Task

FORMAT = 3
"""The format of the files. Older ones are refused: what is in them is trained again in seconds."""

METAMODEL = "metamodel"
"""The folder of the meta-model, in the knowledge base's own."""
MIN_DATASETS = 8
"""With fewer datasets than this nothing is trained."""
SAFE_DEFAULTS = ("catboost-default", "lightgbm-default")
"""What a recommendation is not to lose to: the first of them that may be recommended."""
INPUTS = ("simple", "relative")
"""The groups of meta-features that the meta-model learns from: with the others beside them it chooses worse."""
MIN_SHARE = 0.5
"""A configuration that was evaluated on a smaller share of the datasets is left out."""


@dataclass(frozen=True, eq=False)
class Trained:
    """All that a recommendation by a metric needs, for every task that the metric judges.

    Parameters
    ----------
    metric : Metric
        What it is judged by.
    model : MetaModel
        Expects scores and regrets; scores are oriented so that larger is better, and errors in the target's units are
        in standard deviations of the target.
    fit_seconds, predict_seconds : SecondsModel
        Expect how long a configuration takes to fit, and one call of predict.
    model_bytes : SecondsModel
        Expects the serialised size of the fitted pipeline, by sums of the same kind.
    configurations : dict of str to Configuration
        The configurations by id.
    datasets : DataFrame indexed by dataset id
        What can be said of the training datasets: name, sizes, fingerprint, family and what won.
    """

    metric: Metric
    model: MetaModel
    fit_seconds: SecondsModel
    predict_seconds: SecondsModel
    model_bytes: SecondsModel
    configurations: dict[str, Configuration]
    datasets: pd.DataFrame

    def id_of(self, dataset: Dataset) -> str | None:
        """The id of the training dataset that has the same content; None if there is none."""
        as_long = self.datasets[self.datasets["n_samples"] == dataset.n_samples]
        if as_long.empty:  # so nothing need be hashed
            return None
        same = as_long.index[as_long["fingerprint"] == dataset.fingerprint]
        return str(same[0]) if len(same) else None


def train(knowledge: KnowledgeBase, metric: Metric, *, random_state: int = 0) -> Trained:
    """Train the meta-model for a metric, on the datasets of every task that it judges.

    Binary and multiclass tasks are learnt together: what wins on the ones wins on the others.

    Parameters
    ----------
    knowledge : KnowledgeBase
        What to learn from.
    metric : Metric
        The metric.
    random_state : int, default=0
        Seed of the meta-model.

    Raises
    ------
    KnowledgeBaseError
        If the knowledge base holds fewer than 8 datasets of these tasks.
    """
    performance = scores_to_learn(knowledge, metric)
    if len(performance) < MIN_DATASETS:
        raise KnowledgeBaseError(
            f"the knowledge base holds {len(performance)} {' or '.join(metric.tasks)} datasets with evaluations, and "
            f"at least {MIN_DATASETS} are needed. Collect more with `recommender collect`"
        )
    _check_versions(knowledge.datasets.loc[performance.index])
    about = knowledge.datasets.loc[performance.index]
    model = MetaModel(random_state=random_state).fit(
        inputs_of(knowledge.metafeatures.loc[performance.index]),
        performance,
        families=about["family"],
        defaults=SAFE_DEFAULTS,
        levels=LEVELS,
    )
    ids = list(performance.columns)
    sizes, fit_seconds, predict_seconds = measured_seconds(knowledge, performance)
    bytes_ = _model_bytes(knowledge.evaluations).reindex(index=about.index, columns=ids)
    best = pd.concat([winners(knowledge, task, metric.name) for task in metric.tasks])
    return Trained(
        metric,
        model,
        SecondsModel.fit(sizes, fit_seconds),
        SecondsModel.fit(sizes, predict_seconds, PREDICT_TERMS),
        SecondsModel.fit(sizes, bytes_),
        {i: knowledge.configuration(i) for i in ids},
        about[["name", "n_samples", "n_features", "n_classes", "fingerprint", "family"]].assign(
            winner=best["algorithm"], winning_hyperparameters=best["hyperparameters"], winning_score=best[metric.name]
        ),
    )


def scores_of(knowledge: KnowledgeBase, metric: Metric) -> pd.DataFrame:
    """Mean scores on the datasets of every task that a metric judges, larger is better: datasets by configurations."""
    return pd.concat([knowledge.performance(task, metric) for task in metric.tasks]).sort_index(axis=1)


def scores_to_learn(knowledge: KnowledgeBase, metric: Metric) -> pd.DataFrame:
    """Mean scores as a meta-model learns them, larger is better: the datasets of a metric's tasks by configurations.

    What was evaluated on too small a share of the datasets is left out. Errors in the target's units are in standard
    deviations of the target, and no score is lower than the metric's floor.
    """
    performance = scores_of(knowledge, metric)
    performance = performance.loc[:, performance.notna().mean() >= MIN_SHARE]
    if metric.in_target_units:
        performance = performance.div(knowledge.target_scales().reindex(performance.index), axis=0)
    return performance.clip(lower=metric.floor)


def measured_seconds(
    knowledge: KnowledgeBase, performance: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The sizes of what was fitted and predicted, and the mean seconds of a fit and of a call of predict.

    Each has a row for each dataset of `performance`; the seconds have its columns.
    """
    outcomes = knowledge.outcomes.loc[list(performance.index)]
    rows = outcomes[["n_train", "n_test"]].groupby(level=0).max().loc[performance.index]
    sizes = sizes_of(knowledge.metafeatures.loc[performance.index])
    sizes = sizes.assign(n_samples=rows["n_train"], n_predicted=rows["n_test"])
    fit_seconds, predict_seconds = (
        outcomes[name].unstack().reindex_like(performance) for name in ("fit_seconds", "predict_seconds")
    )
    return sizes, fit_seconds, predict_seconds


def _model_bytes(evaluations: pd.DataFrame) -> pd.DataFrame:
    """Mean serialised sizes of fitted pipelines: datasets by configurations."""
    rows = evaluations[evaluations["model_bytes"] > 0].astype({"dataset_id": str, "configuration_id": str})
    return rows.groupby(["dataset_id", "configuration_id"])["model_bytes"].mean().unstack()


def _check_versions(datasets: pd.DataFrame) -> None:
    old = datasets.index[datasets["metafeatures_version"] != METAFEATURES_VERSION]
    if len(old):
        raise KnowledgeBaseError(
            f"the meta-features of {len(old)} datasets, such as {old[0]}, are not of version {METAFEATURES_VERSION}, "
            f"which this version of recommender computes. `recommender collect` on their tasks brings them up to date"
        )


def single_best(knowledge: KnowledgeBase, task: Task, metric: Metric) -> Configuration:
    """The configuration with the least mean normalized regret, among those with a score on nearly every dataset."""
    if not knowledge.for_task(task):
        raise KnowledgeBaseError(f"the knowledge base holds no {task} datasets, and so no single best for them")
    regret = normalized_regret(knowledge.performance(task, metric))
    return knowledge.configuration(str(regret.loc[:, regret.notna().mean() >= 0.9].mean().idxmin()))


def inputs_of(metafeatures: pd.DataFrame) -> pd.DataFrame:
    """The meta-features that the meta-model learns from; those that others have added stay."""
    others = {name for name, about in METAFEATURES.items() if about.group not in INPUTS}
    return metafeatures.drop(columns=others.intersection(metafeatures.columns))


def sizes_of(metafeatures: pd.DataFrame) -> pd.DataFrame:
    """The sizes that seconds depend on, of datasets as their meta-features give them."""
    names = {"n_samples": "nr_inst", "n_features": "nr_attr", "n_categorical": "nr_cat", "n_classes": "nr_class"}
    return pd.DataFrame({size: metafeatures[name].fillna(0.0) for size, name in names.items()})


def train_all(
    knowledge: KnowledgeBase,
    folder: Path,
    *,
    random_state: int = 0,
    on_progress: Callable[[str], None] = lambda metric: None,
) -> list[Metric]:
    """Train for every metric and write the results beside the knowledge base.

    Parameters
    ----------
    knowledge : KnowledgeBase
        What to learn from.
    folder : Path
        The knowledge base's folder; a folder ``metamodel`` in it takes the results.
    random_state : int, default=0
        Seed of the meta-models.
    on_progress : callable(metric), optional
        Called with a metric's name before each training.

    Returns
    -------
    list of Metric
        What was trained for; a metric of whose tasks the knowledge base holds too few datasets is left out.
    """
    n_datasets = {task: len(knowledge.for_task(task)) for task in TASKS}
    metrics = [m for m in METRICS.values() if sum(n_datasets[task] for task in m.tasks) >= MIN_DATASETS]
    if not metrics:
        raise KnowledgeBaseError(
            f"there are no {MIN_DATASETS} datasets with evaluations, neither of classification nor of regression. "
            f"Collect more with `recommender collect`"
        )
    folder = folder / METAMODEL
    check_folder(folder)
    for metric in metrics:
        on_progress(metric.name)
        save_trained(train(knowledge, metric, random_state=random_state), folder)
    about = {"metafeatures_version": METAFEATURES_VERSION, "trained": [metric.name for metric in metrics]}
    write_manifest(folder, kind="meta-model", version=FORMAT, about=about)
    return metrics


def save_trained(trained: Trained, folder: Path) -> None:
    """Write what was trained for a metric: arrays as ``.npz``, the rest as JSON."""
    name = trained.metric.name
    parts = {name: getattr(trained, name) for name in ("model", "fit_seconds", "predict_seconds", "model_bytes")}
    arrays = {f"{name}.{key}": value for name, part in parts.items() for key, value in part.to_arrays().items()}
    np.savez_compressed(folder / f"{name}.npz", allow_pickle=False, **arrays)
    content = {
        "configurations": {i: [c.algorithm, dict(c.hyperparameters)] for i, c in trained.configurations.items()},
        "datasets": {
            str(i): row for i, row in zip(trained.datasets.index, trained.datasets.to_dict("records"), strict=True)
        },
    }
    write_text(folder / f"{name}.json", json.dumps(content, default=_plain) + "\n")


def load_trained(task: Task, metric: str | None = None, folder: Path | None = None) -> Trained:
    """What was trained for a task and metric, from a folder or as it comes with the package.

    What was read last is kept, and read again only when a file has changed.

    Raises
    ------
    KnowledgeBaseError
        If it is not there, damaged, of another format, or made with other meta-features than this version computes.
    """
    measure = find_metric(metric, task)
    folder = ((folder or shipped_folder()) / METAMODEL).absolute()
    names = (MANIFEST, f"{measure.name}.npz", f"{measure.name}.json")
    files = [folder / name for name in names if (folder / name).exists()]
    state = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files)
    return _read_trained(measure, folder, state)


@lru_cache(maxsize=4)
def _read_trained(metric: Metric, folder: Path, state: tuple[tuple[str, int, int], ...]) -> Trained:
    """What is in a folder whose files are in that state."""
    manifest = read_manifest(folder, kind="meta-model", version=FORMAT)
    if manifest["format"] < FORMAT:
        raise KnowledgeBaseError(
            f"{folder} was trained in format {manifest['format']}, and this version of recommender reads {FORMAT}. "
            f"Train it again with `recommender train`"
        )
    name = metric.name
    if name not in manifest["trained"]:
        raise KnowledgeBaseError(f"{folder} was not trained for {name}; it holds: {', '.join(manifest['trained'])}")
    if manifest["metafeatures_version"] != METAFEATURES_VERSION:
        raise KnowledgeBaseError(
            f"{folder} was trained on meta-features of version {manifest['metafeatures_version']}, and this version of "
            f"recommender computes version {METAFEATURES_VERSION}. Train it again with `recommender train`"
        )
    try:
        with np.load(checked_file(folder, f"{name}.npz", manifest), allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        content = json.loads(checked_file(folder, f"{name}.json", manifest).read_text())
        return Trained(
            metric,
            MetaModel.from_arrays(_part(arrays, "model.")),
            SecondsModel.from_arrays(_part(arrays, "fit_seconds.")),
            SecondsModel.from_arrays(_part(arrays, "predict_seconds.")),
            SecondsModel.from_arrays(_part(arrays, "model_bytes.")),
            {i: Configuration(algorithm, settings) for i, (algorithm, settings) in content["configurations"].items()},
            pd.DataFrame.from_dict(content["datasets"], orient="index"),
        )
    except RecommenderError:
        raise
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise KnowledgeBaseError(
            f"{folder / name} cannot be read: {error}. `recommender train` makes it again"
        ) from error


def _part(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)}


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else str(value)
