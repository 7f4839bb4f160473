"""What was trained for a metric: all that a recommendation needs, kept in small files without pickle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.growth import booster_shares
from recommender.errors import KnowledgeBaseError, one_line
from recommender.evaluation.costs import SecondsModel
from recommender.evaluation.metrics import METRICS, Metric, find_metric
from recommender.manifest import MANIFEST, checked_file, how_to_mend, read_json, read_manifest, shipped_folder
from recommender.metafeatures import METAFEATURES_VERSION
from recommender.metamodel.checking import check_about, check_model, check_seconds, check_seen, read_arrays
from recommender.metamodel.model import MetaModel
from recommender.metamodel.seen import Seen
from recommender.outputs import write_text
from recommender.tables.dataset import Dataset, Task

FORMAT = 6
"""The format of the files and of the arrays in them.

To change it: raise it, and say in CHANGELOG.md that meta-models are to be trained again. Older ones are refused, since
what is in them is trained again in a minute; a knowledge base of any age can be.
"""
METAMODEL = "metamodel"
"""The folder of the meta-model, in the knowledge base's own."""
SECONDS = ("fit_seconds", "predict_seconds", "model_bytes", "peak_bytes")
"""The parts that are models of seconds, or of bytes."""
INPUTS = ("simple", "relative")
"""The groups of meta-features that the meta-model learns from: with the others beside them it chooses worse."""


@dataclass(frozen=True, eq=False)
class Trained:
    """All that a recommendation by a metric needs, for every task that the metric judges.

    Parameters
    ----------
    metric : Metric
        What it is judged by.
    model : MetaModel
        Expects scores as it has learnt them, and regrets: larger is better, and errors in the target's units are in
        standard deviations of the target. `as_measured` and `as_learnt` go from the one to the other.
    fit_seconds, predict_seconds : SecondsModel
        Expect how long a configuration takes to fit, and one call of predict. Where it stops early, `fit_seconds` is of
        all boosters; `seconds_to_fit` is of those that it fits.
    model_bytes, peak_bytes : SecondsModel
        Expect the serialised size of the fitted pipeline, and the memory that fitting takes at its peak, by sums of the
        same kind.
    configurations : dict of str to Configuration
        The configurations by id.
    datasets : DataFrame indexed by observation
        What can be said of the training datasets: name, sizes, fingerprint, family and what won. A large dataset is
        there once for each size that was evaluated, with its ``dataset_id`` and the ``size``.
    seen : Seen
        The scores on every dataset of the knowledge base, with the meta-model's configurations.
    """

    metric: Metric
    model: MetaModel
    fit_seconds: SecondsModel
    predict_seconds: SecondsModel
    model_bytes: SecondsModel
    peak_bytes: SecondsModel
    configurations: dict[str, Configuration]
    datasets: pd.DataFrame
    seen: Seen

    def __repr__(self) -> str:
        sizes = f"{self.n_datasets} datasets, {len(self.configurations)} configurations"
        return f"<Trained for {self.metric.name}: {sizes}>"

    def as_measured(self, scores: Any, dataset: Dataset) -> Any:
        """Scores on a dataset in the metric's own unit and direction, from what the meta-model expects."""
        return scores * self._unit(dataset)

    def as_learnt(self, scores: Any, dataset: Dataset) -> Any:
        """Scores on a dataset as the meta-model has learnt them, from what was measured."""
        return scores / self._unit(dataset)

    def _unit(self, dataset: Dataset) -> float:
        spread = float(dataset.y.std()) if self.metric.in_target_units else 1.0
        return spread * self.metric.sign

    def seconds_to_fit(self, sizes: pd.DataFrame) -> pd.DataFrame:
        """Expected seconds to fit, datasets by configurations; from 20,000 rows on early stopping fits one booster."""
        shares = booster_shares(self.configurations.values(), sizes["n_samples"])
        expected = self.fit_seconds.predict(sizes)
        return expected * pd.DataFrame(shares, expected.index, list(self.configurations))

    def id_of(self, dataset: Dataset) -> str | None:
        """The id of the training dataset that has the same content; None if there is none."""
        same = self.same_as(dataset)
        return str(self.datasets["dataset_id"][same[0]]) if same else None

    def same_as(self, dataset: Dataset) -> list[str]:
        """The observations of the training dataset that has the same content."""
        as_long = self.datasets[self.datasets["n_samples"] == dataset.n_samples]
        if as_long.empty:  # so nothing need be hashed
            return []
        return [str(i) for i in as_long.index[as_long["fingerprint"] == dataset.fingerprint]]

    @property
    def smallest_sizes(self) -> pd.DataFrame:
        """The rows of `datasets` with each dataset once, at the smallest size at which it was learnt."""
        return self.datasets.drop_duplicates("dataset_id")

    @property
    def n_datasets(self) -> int:
        """How many datasets were learnt from."""
        return len(self.smallest_sizes)


def sizes_of(metafeatures: pd.DataFrame) -> pd.DataFrame:
    """The sizes that seconds depend on, of datasets as their meta-features give them."""
    names = {"n_samples": "nr_inst", "n_features": "nr_attr", "n_categorical": "nr_cat", "n_classes": "nr_class"}
    return pd.DataFrame({size: metafeatures[name].fillna(0.0) for size, name in names.items()})


def save_trained(trained: Trained, folder: Path) -> None:
    """Write what was trained for a metric: arrays as ``.npz``, the rest as JSON."""
    name = trained.metric.name
    parts = {name: getattr(trained, name) for name in ("model", "seen", *SECONDS)}
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

    Where nothing was trained for the metric it is what was trained for the nearest one, as its ``metric`` says. What
    was read last is kept, and read again only when a file has changed.

    Raises
    ------
    KnowledgeBaseError
        If it is not there, damaged, of another format, or made with other meta-features than this version computes.
    """
    asked = find_metric(metric, task)
    folder = ((folder or shipped_folder()) / METAMODEL).absolute()
    trained = _manifest_of(folder)["trained"]
    measure = next((METRICS[n] for n in (asked.name, asked.nearest) if n and n in trained), None)
    if measure is None:
        raise KnowledgeBaseError(f"{folder} was not trained for {asked.name}; it holds: {', '.join(trained)}")
    names = (MANIFEST, f"{measure.name}.npz", f"{measure.name}.json")
    files = [folder / name for name in names if (folder / name).exists()]
    state = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files)
    return _read_trained(measure, folder, state)


@lru_cache(maxsize=4)
def _read_trained(metric: Metric, folder: Path, state: tuple[tuple[str, int, int], ...]) -> Trained:
    """What is in a folder whose files are in that state."""
    manifest, name = _manifest_of(folder), metric.name
    if manifest["metafeatures_version"] != METAFEATURES_VERSION:
        raise KnowledgeBaseError(
            f"{folder} was trained on meta-features of version {manifest['metafeatures_version']}, and this version of "
            f"recommender computes version {METAFEATURES_VERSION}. Train it again with `recommender train`"
        )
    files = (checked_file(folder, f"{name}.npz", manifest), checked_file(folder, f"{name}.json", manifest))
    try:
        return _checked(metric, *files)
    except Exception as error:  # whoever made the folder may have written anything into it
        raise KnowledgeBaseError(
            f"{folder / name} cannot be read: {one_line(error)}. `recommender train` makes it again"
        ) from error


def _checked(metric: Metric, arrays_file: Path, about_file: Path) -> Trained:
    """What two files hold, once it is what it is to be."""
    arrays, content = read_arrays(arrays_file), read_json(about_file)
    parts = {part: _part(arrays, f"{part}.") for part in ("model", "seen", *SECONDS)}
    check_model(parts["model"])
    check_seen(parts["seen"], parts["model"]["configurations"])
    check_about(content, parts["model"])
    for part in SECONDS:
        check_seconds(parts[part], parts["model"]["configurations"])
    return Trained(
        metric,
        MetaModel.from_arrays(parts["model"]),
        configurations={
            i: Configuration(algorithm, settings) for i, (algorithm, settings) in content["configurations"].items()
        },
        datasets=pd.DataFrame.from_dict(content["datasets"], orient="index"),
        seen=Seen.from_arrays(parts["seen"]),
        **{part: SecondsModel.from_arrays(parts[part]) for part in SECONDS},
    )


def _manifest_of(folder: Path) -> dict[str, Any]:
    manifest = read_manifest(folder, kind="meta-model", version=FORMAT)
    if manifest["format"] < FORMAT:
        raise KnowledgeBaseError(
            f"{folder} was trained in format {manifest['format']}, and this version of recommender reads {FORMAT}. "
            f"Train it again with `recommender train`"
        )
    names = manifest.get("trained")
    if (
        not isinstance(names, list)
        or not set(map(str, names)) <= set(METRICS)
        or "metafeatures_version" not in manifest
    ):
        raise KnowledgeBaseError(f"{folder / MANIFEST} is damaged. {how_to_mend(folder)}")
    return manifest


def _part(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)}


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else str(value)
