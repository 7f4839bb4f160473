"""What the engine costs: collecting, storing, and both at the size of a simulated knowledge base.

python -m benchmarks.engine.run collect --server ADDRESS --output benchmarks/engine/results/collect.csv
python -m benchmarks.engine.run store --output benchmarks/engine/results/store.csv
python -m benchmarks.engine.run simulate --output benchmarks/engine/results/simulation.csv
python -m benchmarks.engine.run stopping --store evidence.sqlite --output benchmarks/engine/results/stopping.csv
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from recommender.algorithms.configuration import Configuration
from recommender.evaluation.evaluate import Evaluation
from recommender.evaluation.metrics import METRICS, find_metric, metrics_for
from recommender.evaluation.stopping import Standings
from recommender.evidence.collect import collect
from recommender.evidence.knowledge import KnowledgeBase
from recommender.evidence.recording import Progress
from recommender.evidence.store import Store
from recommender.evidence.stored import knowledge_of
from recommender.metafeatures import METAFEATURES, METAFEATURES_VERSION
from recommender.metamodel.training import train
from recommender.tables.loading import load_dataset
from recommender.tables.openml import set_server

MID_SIZE = (3, 23, 31, 37, 3902, 3917, 9952, 9957, 10093, 146817)
"""Tasks of OpenML-CC18: kr-vs-kp, cmc, credit-g, diabetes, pc4, kc1, phoneme, qsar-biodeg, banknote, steel-plates."""


def measured(rows: list[dict], what: str, action: Callable[[], object]) -> object:
    """The action's result; its seconds and the memory so far become a row."""
    started = time.perf_counter()
    result = action()
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    rows.append({"what": what, "seconds": round(seconds, 2), "peak_gib": round(peak, 2)})
    print(rows[-1], flush=True)
    return result


def collecting(server: str | None, cache: str | None, n_configurations: int, n_workers: int) -> pd.DataFrame:
    """Wall seconds of a collection against the processor seconds that it recorded, divided by the workers.

    On a machine that does other things too, the time that the workers waited for a processor is taken out.
    """
    set_server(server, cache)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store.sqlite")
        before = _processor_seconds()
        waits: dict[int, float] = {}
        moments: list[tuple[float, float, float]] = []  # wall, waited, recorded

        def look(progress: Progress) -> None:
            waits.update(_seconds_in_queue())
            if progress.evaluation and progress.evaluation.fit_seconds > 0:
                seconds = progress.evaluation.fit_seconds + progress.evaluation.predict_seconds
                moments.append((time.monotonic(), sum(waits.values()), seconds))

        summary = collect(
            store,
            MID_SIZE,
            n_configurations=n_configurations,
            n_workers=n_workers,
            stop_hopeless=False,
            on_progress=look,
        )
        spent = _processor_seconds() - before
        store.close()
    recorded = summary.fit_and_predict_seconds
    waited = sum(waits.values()) / n_workers
    steady = np.array(moments[len(moments) // 50 : -len(moments) // 50])  # without the start and the last folds
    wall, queue = steady[-1, :2] - steady[0, :2]
    row = {
        "datasets": summary.n_datasets,
        "configurations": n_configurations,
        "workers": n_workers,
        "evaluations": sum(summary.outcomes.values()),
        "failures": sum(n for status, n in summary.outcomes.items() if status != "ok"),
        "recorded_seconds": round(recorded, 1),
        "wall_seconds": round(summary.seconds, 1),
        "wall_over_recorded": round(summary.seconds * n_workers / recorded, 3),
        "waited_for_a_processor": round(waited, 1),
        "wall_without_waiting_over_recorded": round((summary.seconds - waited) * n_workers / recorded, 3),
        "the_same_between_start_and_end": round((wall * n_workers - queue) / steady[1:, 2].sum(), 3),
        "processor_seconds": round(spent, 1),
        "processor_over_recorded": round(spent / recorded, 3),
    }
    return pd.DataFrame([row])


def _seconds_in_queue() -> dict[int, float]:
    """How long each worker was ready to run while the machine ran something else, as Linux counts it."""
    files = {child.pid: Path(f"/proc/{child.pid}/schedstat") for child in multiprocessing.active_children()}
    return {pid: int(file.read_text().split()[1]) / 1e9 for pid, file in files.items() if file.exists()}


def _processor_seconds() -> float:
    """Of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def simulated(n_datasets: int, n_configurations: int) -> tuple[list[dict], list[Configuration], np.ndarray]:
    """Datasets with random meta-features, configurations, and scores that depend on both."""
    rng = np.random.default_rng(0)
    names = list(METAFEATURES)
    values = rng.normal(size=(n_datasets, len(names)))
    sizes = {"nr_inst": 10 ** rng.uniform(2, 5, n_datasets), "nr_attr": 10 ** rng.uniform(0.5, 2.5, n_datasets)}
    sizes |= {"nr_cat": np.zeros(n_datasets), "nr_class": np.full(n_datasets, 2.0)}
    for name, column in sizes.items():
        values[:, names.index(name)] = column.round()
    hidden = rng.normal(size=(4, n_configurations))
    scores = 0.8 + 0.03 * values[:, -4:] @ hidden / 2 + 0.02 * rng.normal(size=(n_datasets, n_configurations))
    datasets = [
        {
            "id": f"openml:{i}",
            "name": "".join(chr(ord("a") + int(digit)) for digit in f"{i:06d}"),  # of families of one
            "task": "binary",
            "target": "class",
            "n_samples": int(values[i, names.index("nr_inst")]),
            "n_features": int(values[i, names.index("nr_attr")]),
            "n_classes": 2,
            "fingerprint": f"{i:016x}",
            "signatures": [[f"column {j}", f"{i * 10 + j:016x}"] for j in range(10)],
            "licence": "simulated",
            "metafeatures": dict(zip(names, values[i].tolist(), strict=True)),
            "metafeatures_version": METAFEATURES_VERSION,
            "metafeatures_seconds": 0.1,
        }
        for i in range(n_datasets)
    ]
    settings = [{"n_neighbors": k + 1, "weights": w} for k in range(n_configurations) for w in ("uniform", "distance")]
    configurations = [Configuration("k_neighbors", s) for s in settings[:n_configurations]]
    return datasets, configurations, np.clip(scores, 0, 1)


def filled(store: Store, n_datasets: int, n_configurations: int, n_folds: int, rows: list[dict]) -> None:
    """Record a simulated knowledge base, as a collector would, a dataset at a time."""
    datasets, configurations, scores = simulated(n_datasets, n_configurations)
    environment = store.add_environment({"simulated": True})
    store.add_configurations(configurations)
    metrics = [metric.name for metric in metrics_for("binary")]

    def record() -> None:
        for i, dataset in enumerate(datasets):
            store.add_dataset(dataset)
            evaluations = [
                Evaluation(c.id, fold, "ok", "", 80, 20, 0.1, 0.01, 10_000, dict.fromkeys(metrics, float(scores[i, j])))
                for j, c in enumerate(configurations)
                for fold in range(n_folds)
            ]
            store.add_evaluations(dataset["id"], evaluations, environment)

    measured(rows, f"record {n_datasets * n_configurations * n_folds:,} evaluations", record)


def storing() -> pd.DataFrame:
    """100,000 evaluations: in blocks, one at a time as a collector does, and back as a table."""
    rows: list[dict] = []
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store.sqlite")
        filled(store, 100, 100, 10, rows)
        table = measured(rows, "read them as a table", store.read_evaluations)
        assert len(table) == 100_000
        environment = store.read_environments()["id"][0]
        more = [Evaluation(c, 99, "ok") for c in table["configuration_id"].unique()]

        def one_at_a_time() -> None:
            for dataset_id in table["dataset_id"].unique():
                for evaluation in more:
                    store.add_evaluations(dataset_id, [evaluation], environment)

        measured(rows, "record 10,000 evaluations one at a time", one_at_a_time)
        store.close()
    return pd.DataFrame(rows)


def simulating(n_datasets: int, n_configurations: int) -> pd.DataFrame:
    """A store of the size given: recorded, and read back."""
    rows: list[dict] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite"
        store = Store(path)
        filled(store, n_datasets, n_configurations, 1, rows)
        measured(rows, "read all evaluations as a table", store.read_evaluations)
        knowledge = measured(rows, "read the knowledge base", lambda: knowledge_of(store))
        assert isinstance(knowledge, KnowledgeBase)
        store.close()
        measured(rows, "mean scores, datasets by configurations", lambda: knowledge.performance("binary"))
    return pd.DataFrame(rows)


def learning(n_datasets: int, n_configurations: int) -> pd.DataFrame:
    """Training and recommending from a knowledge base of the size given."""
    from sklearn.datasets import load_breast_cancer

    from recommender.recommendation import recommend

    rows: list[dict] = []
    datasets, configurations, scores = simulated(n_datasets, n_configurations)
    table = pd.DataFrame(datasets).set_index("id")
    ids = [configuration.id for configuration in configurations]
    codes = np.indices(scores.shape).reshape(2, -1)
    evaluations = pd.DataFrame(
        {
            "dataset_id": pd.Categorical.from_codes(codes[0], list(table.index)),
            "configuration_id": pd.Categorical.from_codes(codes[1], ids),
            "fold": 0,
            "status": pd.Categorical.from_codes(np.zeros(scores.size, int), ["ok"]),
            "n_train": 80,
            "n_test": 20,
            "fit_seconds": 0.1,
            "model_bytes": 10_000,
            "predict_seconds": 0.01,
            **dict.fromkeys(METRICS, np.nan),
            **{metric.name: scores.ravel() for metric in metrics_for("binary")},
        }
    )
    knowledge = KnowledgeBase(
        table.drop(columns="metafeatures").assign(family=list(table.index)),
        pd.DataFrame(table["metafeatures"].tolist(), index=table.index),
        pd.DataFrame({"algorithm": "k_neighbors", "hyperparameters": [c.hyperparameters for c in configurations]}, ids),
        evaluations,
        pd.DataFrame(),
    )
    trained = measured(rows, "train for one metric", lambda: train(knowledge, find_metric(None, "binary")))
    breast_cancer = load_dataset(load_breast_cancer(as_frame=True))
    measured(rows, "recommend, the first time", lambda: recommend(breast_cancer, knowledge=trained))
    found = measured(rows, "recommend again", lambda: recommend(breast_cancer, knowledge=trained))
    measured(rows, "a portfolio of ten", lambda: found.portfolio(10))
    return pd.DataFrame(rows)


def stopping(address: str) -> pd.DataFrame:
    """What the rule for hopeless configurations would have saved and lost on datasets that were recorded whole."""
    knowledge = knowledge_of(Store(address))
    found = []
    for dataset_id, rows in knowledge.compared.groupby("dataset_id", observed=True):
        if (rows["status"] == "stopped").any():
            continue
        about = knowledge.datasets.loc[str(dataset_id)]
        rows = rows.astype({"configuration_id": str})[rows["status"] != "not_applicable"]
        n_folds = int(rows["fold"].max()) + 1
        standings, stopped = Standings(about["task"], n_folds), set()
        for configuration_id in dict.fromkeys(_in_order_of_the_pool(rows["configuration_id"], about["task"])):
            mine = rows[rows["configuration_id"] == configuration_id]
            standings.add_rows(mine)
            if len(mine) == n_folds and standings.why_hopeless(configuration_id):
                stopped.add(configuration_id)
        seconds = rows["fit_seconds"].fillna(0) + rows["predict_seconds"].fillna(0)
        spared = rows["configuration_id"].isin(stopped) & (rows["fold"] >= standings.n_first)
        regrets = [_regret(rows, metric, n_folds) for metric in metrics_for(about["task"])]
        least = pd.concat(regrets, axis=1).min(axis=1).reindex(sorted(stopped))
        found.append(
            {
                "dataset": about["name"],
                "task": about["task"],
                "n_samples": about["n_samples"],
                "folds": n_folds,
                "configurations": rows["configuration_id"].nunique(),
                "stopped": len(stopped),
                "seconds": round(float(seconds.sum()), 2),
                "seconds_spared": round(float(seconds[spared].sum()), 2),
                "stopped_with_regret_below_1": int((least < 1).sum()),
                "stopped_with_regret_below_0.5": int((least < 0.5).sum()),
                "least_regret_of_a_stopped_one": round(float(least.min()), 3) if len(least) else np.nan,
            }
        )
    return pd.DataFrame(found)


def _in_order_of_the_pool(ids: pd.Series, task: str) -> list[str]:
    from recommender.algorithms.pool import pool_for

    order = {configuration.id: i for i, configuration in enumerate(pool_for(task))}
    return sorted(ids.unique(), key=lambda i: order.get(i, len(order)))


def _regret(rows: pd.DataFrame, metric: object, n_folds: int) -> pd.Series:
    """Normalized regret by one metric, over every fold."""
    ok = rows[rows["status"] == "ok"]
    whole = ok.groupby("configuration_id")[metric.name].agg(["mean", "count"])
    scores = metric.sign * whole.loc[whole["count"] == n_folds, "mean"]
    spread = scores.max() - scores.median()
    return ((scores.max() - scores) / spread).clip(0, 1) if spread > 0 else scores * 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["collect", "store", "simulate", "learn", "stopping"])
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--server")
    parser.add_argument("--cache")
    parser.add_argument("--configurations", type=int, default=30)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--datasets", type=int, default=5_000)
    parser.add_argument("--simulated-configurations", type=int, default=1_000)
    parser.add_argument("--store", default="recommender.sqlite")
    given = parser.parse_args()
    if given.part == "collect":
        table = collecting(given.server, given.cache, given.configurations, given.workers)
    elif given.part == "store":
        table = storing()
    elif given.part == "simulate":
        table = simulating(given.datasets, given.simulated_configurations)
    elif given.part == "learn":
        table = learning(given.datasets, given.simulated_configurations)
    else:
        table = stopping(given.store)
    print(table.to_string())
    table.to_csv(given.output, index=False)


if __name__ == "__main__":
    main()
