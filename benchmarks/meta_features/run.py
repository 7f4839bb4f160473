"""What meta-features cost: against pymfe, against one default LightGBM fit, and as tables grow.

    python -m benchmarks.meta_features.run pymfe                 # both in one process on the same tables
    python -m benchmarks.meta_features.run datasets --data DIR   # DIR holds ID.parquet files and a catalog.json
    python -m benchmarks.meta_features.run growth                # cost over rows and columns, and the plot

Each part writes its rows to results/PART.csv; ``growth`` also draws results/growth.png.
Everything runs in one thread, and ratios are of processor seconds, so that other load on the machine does not move
them; wall seconds stand beside. LightGBM's default takes all cores: at best its wall time is that of one thread
divided by their number.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from recommender.errors import DatasetError
from recommender.metafeatures import extract_metafeatures
from recommender.metafeatures.extract import QUICK
from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset

HERE = Path(__file__).parent
MIB = 2**20


def seconds_of(function: Callable[[], Any], repeats: int = 1) -> tuple[float, float]:
    """Least processor seconds and least wall seconds of some calls."""
    cpu, wall = [], []
    for _ in range(repeats):
        start, cpu_start = time.perf_counter(), time.process_time()
        function()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - cpu_start)
    return min(cpu), min(wall)


def synthetic(n_rows: int, n_columns: int, seed: int = 0) -> Dataset:
    """A binary problem of informative, redundant and noise columns."""
    from sklearn.datasets import make_classification

    informative = min(8, max(2, n_columns // 2))
    X, y = make_classification(n_rows, n_columns, n_informative=informative, n_redundant=0, random_state=seed)
    return load_dataset(pd.DataFrame(X), y, task="binary", name=f"{n_rows}x{n_columns}")


def warm_up() -> None:
    """Import what is imported at the first use."""
    extract_metafeatures(synthetic(200, 5))


# ---------------------------------------------------------------------------------------------------------------------
# Against pymfe


def against_pymfe() -> pd.DataFrame:
    from pymfe.mfe import MFE
    from sklearn.datasets import load_breast_cancer

    breast_cancer = load_dataset(load_breast_cancer(as_frame=True), name="breast cancer 569x30")
    rows = []
    for dataset in (breast_cancer, synthetic(10_000, 50), synthetic(50_000, 20)):
        X, y = dataset.X.to_numpy(dtype=np.float64), dataset.y.to_numpy()
        found: dict[str, float] = {}

        def theirs(X: np.ndarray = X, y: np.ndarray = y, found: dict[str, float] = found) -> None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = MFE(random_state=0).fit(X, y, cat_cols=None, suppress_warnings=True)
                names, values = model.extract(suppress_warnings=True)
            found.update(zip(names, values, strict=True))

        repeats = 3 if len(X) < 2_000 else 1
        pymfe_cpu, pymfe_wall = seconds_of(theirs, repeats)
        ours = extract_metafeatures(dataset).values
        cpu, wall = seconds_of(lambda dataset=dataset: extract_metafeatures(dataset), 3)
        shared = [name for name in ours if name in found and np.isfinite([ours[name], found[name]]).all()]
        equal = [name for name in shared if np.isclose(ours[name], found[name], rtol=1e-6, atol=1e-6)]
        rows.append(
            {
                "table": dataset.name,
                "n_rows": len(X),
                "n_columns": X.shape[1],
                "pymfe_values": len(found),
                "pymfe_cpu_seconds": pymfe_cpu,
                "pymfe_seconds": pymfe_wall,
                "values": len(ours),
                "cpu_seconds": cpu,
                "seconds": wall,
                "times_faster": pymfe_cpu / cpu,
                "shared_values": len(shared),
                "equal_values": len(equal),
            }
        )
        print(rows[-1], flush=True)
    return pd.DataFrame(rows)


# ---------------------------------------------------------------------------------------------------------------------
# Against one default LightGBM fit


def over_datasets(data: Path) -> pd.DataFrame:
    from lightgbm import LGBMClassifier, LGBMRegressor

    rows = []
    for entry in json.loads((data / "catalog.json").read_text())["datasets"]:
        folder = data / "data" if (data / "data").is_dir() else data
        table = pd.read_parquet(folder / f"{entry['id']}.parquet")
        task = "regression" if entry["task_type"] == "regression" else None
        try:
            dataset = load_dataset(table, target=entry["target"], task=task, name=entry["name"])
        except DatasetError as error:
            print(f"{entry['name']}: left out: {error}", flush=True)
            continue
        model = LGBMRegressor if dataset.task == "regression" else LGBMClassifier
        X, y = encoded(dataset), pd.factorize(dataset.y)[0] if dataset.task != "regression" else dataset.y
        repeats = 3 if dataset.X.size < 30_000 else 1
        lightgbm_cpu, _ = seconds_of(lambda m=model, X=X, y=y: m(verbose=-1, n_jobs=1).fit(X, y), repeats)
        found = extract_metafeatures(dataset)
        cpu, wall = seconds_of(lambda d=dataset: extract_metafeatures(d), repeats)
        rows.append(
            {
                "id": entry["id"],
                "name": dataset.name,
                "task": dataset.task,
                "n_rows": dataset.n_samples,
                "n_columns": dataset.n_features,
                "n_classes": dataset.n_classes,
                "cpu_seconds": cpu,
                "seconds": wall,
                "lightgbm_cpu_seconds": lightgbm_cpu,
                "ratio": cpu / lightgbm_cpu,
                "n_nan": int(sum(np.isnan(list(found.values.values())))),
                **{f"{group}_seconds": taken for group, taken in found.seconds.items()},
            }
        )
        print(f"{dataset.name}: {cpu:.3f} s, {rows[-1]['ratio']:.2f} of LightGBM's", flush=True)
    result = pd.DataFrame(rows)
    print(
        f"{len(result)} datasets: median ratio to a LightGBM fit in one thread {result['ratio'].median():.3f}; "
        f"processor seconds: median {result['cpu_seconds'].median():.3f}, 95th percentile "
        f"{result['cpu_seconds'].quantile(0.95):.3f}, largest {result['cpu_seconds'].max():.3f}; wall seconds: median "
        f"{result['seconds'].median():.3f}, 95th percentile {result['seconds'].quantile(0.95):.3f}"
    )
    return result


def encoded(dataset: Dataset) -> pd.DataFrame:
    """The features as LightGBM takes them: numbers, and everything else as categories."""
    columns = {}
    for i, kind in enumerate(dataset.kinds):
        column = dataset.X.iloc[:, i]
        columns[i] = column if kind == "numeric" else pd.Categorical(column.astype(str))
    return pd.DataFrame(columns).set_axis([f"c{i}" for i in columns], axis=1)


# ---------------------------------------------------------------------------------------------------------------------
# As tables grow


def over_sizes() -> pd.DataFrame:
    sizes = [(n, 20) for n in (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000)]
    sizes += [(1_000, p) for p in (5, 50, 100, 300, 1_000, 3_000)]
    large = [(1_000_000, 50), (200, 10_000)]
    rows = []
    for n, p in sizes + large:
        with multiprocessing.get_context("spawn").Pool(1) as pool:  # a process each, so that memory is its own
            rows.append(pool.apply(measured, (n, p)))
        print(rows[-1], flush=True)
    return pd.DataFrame(rows)


def measured(n_rows: int, n_columns: int) -> dict[str, float]:
    """Seconds and memory beyond the table's own of one extraction."""
    warm_up()
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.standard_normal((n_rows, n_columns)))
    y = X[0] + X[1] + rng.standard_normal(n_rows) > 0
    before = memory_mib("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak that making the table left
    start, cpu_start = time.perf_counter(), time.process_time()
    dataset = load_dataset(X, y)
    load_seconds = time.perf_counter() - start
    result = extract_metafeatures(dataset)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    extra_mib = memory_mib("VmHWM") - before
    for _ in range(4 if X.size < 1_000_000 else 0):  # small ones are quick, and quick ones are noisy
        start, cpu_start = time.perf_counter(), time.process_time()
        again = extract_metafeatures(load_dataset(X, y))
        seconds = min(seconds, time.perf_counter() - start)
        cpu_seconds = min(cpu_seconds, time.process_time() - cpu_start)
        for group, taken in again.seconds.items():
            result.seconds[group] = min(result.seconds[group], taken)
    return {
        "n_rows": n_rows,
        "n_columns": n_columns,
        "table_mib": float(X.memory_usage().sum()) / MIB,
        "cpu_seconds": cpu_seconds,
        "seconds": seconds,
        "load_seconds": load_seconds,
        "extra_mib": extra_mib,
        **{f"{group}_seconds": taken for group, taken in result.seconds.items()},
    }


def memory_mib(field: str) -> float:
    """Resident memory of this process (Linux): ``VmRSS`` now, ``VmHWM`` at its peak."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def plot(rows: pd.DataFrame, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), sharey=True)
    groups = ["table", *QUICK]
    for axis, fixed, varied in ((axes[0], ("n_columns", 20), "n_rows"), (axes[1], ("n_rows", 1_000), "n_columns")):
        part = rows[rows[fixed[0]] == fixed[1]].sort_values(varied)
        axis.plot(part[varied], part["seconds"], color="black", marker="o", label="all, with loading")
        for group in groups:
            axis.plot(part[varied], part[f"{group}_seconds"], marker=".", label=group.replace("_", " "))
        axis.set(xscale="log", yscale="log", xlabel=varied.replace("n_", ""), title=f"{fixed[1]:,} {fixed[0][2:]}")
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("seconds")
    axes[1].legend(fontsize=8)
    figure.suptitle("Cost of the default meta-features")
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["pymfe", "datasets", "growth"])
    parser.add_argument("--data", type=Path, help="folder of ID.parquet files with a catalog.json, for `datasets`")
    arguments = parser.parse_args()
    if arguments.part == "datasets" and arguments.data is None:
        parser.error("`datasets` needs --data")
    warm_up()
    if arguments.part == "pymfe":
        with threadpool_limits(1):
            rows = against_pymfe()
    elif arguments.part == "datasets":
        rows = over_datasets(arguments.data)
    else:
        rows = over_sizes()
        plot(rows, HERE / "results" / "growth.png")
    rows.round(4).to_csv(HERE / "results" / f"{arguments.part}.csv", index=False)


if __name__ == "__main__":
    main()
