"""pymfe's further groups, from pymfe itself, in a child process that is ended when its time is up."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import numpy as np

from recommender.metafeatures.summary import described
from recommender.metafeatures.table import Table

TARGET_BINS = 5
"""These groups describe classes: a numeric target is cut into this many of equal size."""
MEMORY_BYTES = 8 * 2**30
"""Address space of a child; distances between all pairs of rows are beyond it from about 20,000 rows on."""

DESCRIPTIONS: dict[str, dict[str, str]] = {
    "complexity": {
        "c1": "Entropy of the class shares, as a share of its maximum.",
        "c2": "Imbalance of the classes, 0 if balanced.",
        "cls_coef": "Clustering coefficient of the graph of near rows of one class, as 1 less its mean.",
        "density": "1 less the density of the graph of near rows of one class.",
        **described(
            {
                "f1": "Fisher's discriminant ratio of a column, inverted",
                "f1v": "Fisher's discriminant ratio along the best direction, inverted",
                "f2": "Volume in which two classes overlap",
                "f3": "Share of rows that no single column separates",
                "f4": "Share of rows that all columns together leave unseparated",
            },
            over="columns or pairs of classes",
        ),
        **described({"hubs": "1 less the hub score of a row in the graph of near rows"}, over="rows"),
        **described(
            {
                "l1": "Summed distance of a linear classifier's errors",
                "l2": "Error rate of a linear classifier",
                "l3": "Error rate of a linear classifier between rows of a class",
            },
            over="pairs of classes",
        ),
        "lsc": "1 less the mean size of a row's local set, the rows nearer than the nearest of another class.",
        "n1": "Share of rows that the minimum spanning tree joins to another class.",
        **described(
            {
                "n2": "Distance to the nearest row of the class over that to the nearest of another",
                "n3": "Error of the nearest neighbour",
                "n4": "Error of the nearest neighbour between rows of a class",
            },
            over="rows or classes",
        ),
        "t1": "Hyperspheres that cover the classes, per row.",
        "t2": "Columns per row.",
        "t3": "Principal components of 95 % of the variance per row.",
        "t4": "Principal components of 95 % of the variance per column.",
    },
    "clustering": {
        "ch": "Calinski and Harabasz's index of the classes taken as clusters.",
        "int": "Distance between clusters, INT index.",
        "nre": "Entropy of the clusters' shares, normalized.",
        "pb": "Correlation of being in one cluster with distance.",
        "sc": "Clusters with fewer rows than a limit.",
        "sil": "Mean silhouette of the rows.",
        "vdb": "Davies and Bouldin's index.",
        "vdu": "Dunn's index.",
    },
    "concept": described(
        {
            "cohesiveness": "Density of rows around a row, improved weighted distance",
            "conceptvar": "Variation of the classes among near rows",
            "impconceptvar": "Variation of the classes among near rows, improved",
            "wg_dist": "Weighted distance of a row to the others",
        },
        over="rows",
    ),
    "itemset": described(
        {"one_itemset": "Share of rows with a value", "two_itemset": "Share of rows in which two values differ"},
        over="values, or pairs of them",
    ),
}
"""The groups and a sentence on each of their meta-features."""


def pymfe_group(table: Table, group: str, random_state: int, time_limit: float) -> tuple[dict[str, float], str]:
    """The values of a group from pymfe, and the reason if there are none.

    The rows are those of the table's view, missing numbers stand at the median and missing categories are a category.
    Text and dates are left out.

    Parameters
    ----------
    table : Table
        The view of a dataset.
    group : str
        One of `DESCRIPTIONS`.
    random_state : int
        pymfe's seed.
    time_limit : float
        Seconds, the start of a process (2 or so) included.

    Returns
    -------
    values : dict of str to float
        NaN throughout where the group did not finish.
    reason : str
        Empty where the group finished.
    """
    values = dict.fromkeys(DESCRIPTIONS[group], np.nan)
    if table.numeric.shape[1] + table.codes.shape[1] == 0:
        return values, "there is no numeric or categorical column"
    try:
        child = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", f"from {__name__} import main; main()", group, str(random_state)],
            input=_packed(table),
            capture_output=True,
            timeout=time_limit,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired:
        return values, f"not finished after {time_limit:g} seconds"
    if child.returncode:
        said = child.stderr.decode(errors="replace").strip()
        if "MemoryError" in said or "Unable to allocate" in said:
            return values, f"it needs more than {MEMORY_BYTES / 2**30:g} GiB of memory"
        return values, f"pymfe ended with code {child.returncode}: {(said.splitlines() or ['no message'])[-1][:200]}"
    found = json.loads(child.stdout.decode().splitlines()[-1])
    return {name: float(found.get(name, np.nan)) for name in values}, ""


def _packed(table: Table) -> bytes:
    """What the child needs, as the bytes of an npz file."""
    numeric = np.array(table.numeric)
    for column in np.flatnonzero(np.isnan(numeric.sum(axis=0))):
        present = numeric[~np.isnan(numeric[:, column]), column]
        numeric[np.isnan(numeric[:, column]), column] = np.median(present)
    y = table.y
    if table.task == "regression":
        ordered = np.sort(y)
        cuts = ordered[np.arange(1, TARGET_BINS) * len(y) // TARGET_BINS]
        y = np.searchsorted(cuts, y, side="right")
    packed = io.BytesIO()
    np.savez(packed, numeric=numeric, codes=table.codes, y=y)
    return packed.getvalue()


def main() -> None:
    """The child: arrays on stdin, values as JSON in the last line of stdout."""
    group, random_state = sys.argv[1], int(sys.argv[2])
    _limit_memory()
    from pymfe.mfe import MFE

    arrays = np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False)
    numeric, codes = arrays["numeric"], arrays["codes"]
    X, categorical = numeric, None
    if codes.shape[1]:
        labels = np.char.add("c", codes.astype(str)).astype(object)
        X, categorical = np.hstack([labels, numeric.astype(object)]), list(range(codes.shape[1]))
    model = MFE(groups=[group], random_state=random_state)
    model.fit(X, arrays["y"], cat_cols=categorical, suppress_warnings=True)
    names, values = model.extract(suppress_warnings=True)
    print(json.dumps({name: float(np.real(value)) for name, value in zip(names, values, strict=True)}))


def _limit_memory() -> None:
    """Make a child that asks for too much fail, rather than the machine."""
    try:
        import resource
    except ImportError:  # not on this platform
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = MEMORY_BYTES if most == resource.RLIM_INFINITY else min(MEMORY_BYTES, most)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
