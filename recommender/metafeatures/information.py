"""Information-theoretic meta-features: entropies of columns and target, and what they tell about each other."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from recommender.metafeatures.summary import described, summarized
from recommender.metafeatures.table import Table, quantiles

N_PAIRED = 12
"""Pairs are made of at most this many columns, drawn at random."""
EPSILON = 1e-8
"""Added to joint probabilities, as pymfe does."""
MAX_JOINT_CELLS = 100_000
"""In larger joint tables of two columns, nothing is added to the many pairs that do not occur."""
CHUNK_CELLS = 4_000_000
"""Cells of joint tables that are held at one time."""
CACHED_CELLS = 32_768
"""Cells that are binned at one time, few enough to stay in the processor's cache."""

DESCRIPTIONS = {
    **described({"attr_ent": "Entropy of a column in bits"}),
    **described({"joint_ent": "Joint entropy of a column and the target in bits"}),
    **described({"mut_inf": "Mutual information of a column and the target in bits"}, ("mean", "sd", "max")),
    **described({"class_conc": "Concentration coefficient (Goodman and Kruskal's tau) of a column given the target"}),
    **described(
        {"attr_conc": "Concentration coefficient of a column given another; NaN with a single column"},
        over="pairs of at most 12 columns",
    ),
    "class_ent": "Entropy of the classes in bits; NaN for regression.",
    "eq_num_attr": "Columns that would carry the target's entropy at the mean mutual information.",
    "ns_ratio": "Entropy of the columns that says nothing about the target, per bit that does.",
}


def information(table: Table, random_state: int = 0) -> dict[str, float]:
    """Information-theoretic meta-features of the categorical columns and the numeric ones in equal-frequency bins.

    Equal to pymfe's where the view holds all rows: numbers are cut into as many bins as the cube root of the number of
    rows, and small probabilities are added to joint tables, as there. A missing value is a value of its own (pymfe
    fails), text and dates are left out, and for regression the target is binned like a column. NaN where there is no
    numeric or categorical column.
    """
    if table.codes.shape[1] + table.numeric.shape[1] == 0:
        return dict.fromkeys(DESCRIPTIONS, np.nan)
    bins = binned(table.numeric, table.ordered, table.n_present)
    codes = np.vstack([(table.codes + 1).T, bins.T]).astype(np.int64).T
    regression, y = table.task == "regression", table.y
    if regression:
        y = binned(y[:, None], np.sort(y)[:, None], np.array([len(y)]))[:, 0]
    _, y = np.unique(y, return_inverse=True)
    attr_ent, joint_ent, class_conc = _with_target(codes, y)
    class_ent = float(_entropy(np.bincount(y)[None, :])[0])
    mut_inf = attr_ent + class_ent - joint_ent
    total = float(mut_inf.sum())
    values = {
        **summarized("attr_ent", attr_ent),
        **summarized("joint_ent", joint_ent),
        **summarized("mut_inf", mut_inf, ("mean", "sd", "max")),
        **summarized("class_conc", class_conc),
        **summarized("attr_conc", _between_columns(codes, random_state)),
        "class_ent": np.nan if regression else class_ent,
        "eq_num_attr": len(mut_inf) * class_ent / total if total else np.nan,
        "ns_ratio": (float(attr_ent.sum()) - total) / total if total else np.nan,
    }
    return {name: float(values[name]) for name in DESCRIPTIONS}


def binned(numeric: np.ndarray, ordered: np.ndarray, n_present: np.ndarray) -> np.ndarray:
    """Each column's equal-frequency bin (fewer where quantiles coincide); missing values get the code after the last.

    As many bins as the whole part of the cube root of the number of rows; a value on an edge belongs below it.
    """
    n, p = numeric.shape
    edges = quantiles(ordered, n_present, np.linspace(0, 1, int(n ** (1 / 3)) + 1)[1:])
    distinct = np.ones(edges.shape, dtype=bool)
    distinct[1:] = np.diff(edges, axis=0) > EPSILON
    edges = np.where(distinct, edges, np.inf)
    codes = np.zeros(numeric.shape, dtype=np.uint16, order="F")
    step = max(1, CACHED_CELLS // n)
    for start in range(0, p, step):
        columns = slice(start, start + step)
        for edge in edges[:, columns]:
            codes[:, columns] += numeric[:, columns] > edge
    missing = np.isnan(numeric) if (n_present < n).any() else None
    return codes if missing is None else np.where(missing, distinct.sum(axis=0).astype(np.uint16), codes)


def _with_target(codes: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Entropy, joint entropy with the target and concentration coefficient of each column."""
    sizes = codes.max(axis=0) + 1
    n_classes = int(y.max()) + 1
    found = []
    start = 0
    while start < codes.shape[1]:  # as many columns at a time as the cells allow
        widest = np.maximum.accumulate(sizes[start:])
        cells = np.arange(1, len(widest) + 1) * np.maximum(widest * n_classes, len(y))
        stop = start + max(1, int(np.searchsorted(cells, CHUNK_CELLS)))
        width, block = int(sizes[start:stop].max()), codes[:, start:stop]
        places = (np.arange(block.shape[1]) * width + block) * n_classes + y[:, None]
        joint = np.bincount(places.ravel(order="K"), minlength=block.shape[1] * width * n_classes)
        joint = joint.reshape(block.shape[1], width, n_classes)
        present = (joint.sum(axis=2, keepdims=True) > 0) & np.ones((1, 1, n_classes), dtype=bool)
        p = np.where(present, joint / len(y) + EPSILON, 0.0)
        entropy = -(p * np.log2(np.where(present, p, 1.0))).sum(axis=(1, 2))
        found.append((_entropy(joint.sum(axis=2)), entropy, _concentration(p)))
        start = stop
    ent, joint_ent, conc = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return ent, joint_ent, conc


def _between_columns(codes: np.ndarray, random_state: int) -> np.ndarray:
    """Concentration coefficient of each ordered pair of up to `N_PAIRED` columns."""
    p = codes.shape[1]
    chosen = np.arange(p)
    if p > N_PAIRED:  # the draw that pymfe makes from the same seed
        chosen = np.random.RandomState(random_state).choice(chosen, N_PAIRED, replace=False)
    columns = [_compact(codes[:, c]) for c in chosen]
    found = []
    for a, b in combinations(columns, 2):
        n_a, n_b = int(a.max()) + 1, int(b.max()) + 1
        if n_a * n_b > MAX_JOINT_CELLS:
            found += [_sparse_concentration(a, b), _sparse_concentration(b, a)]
            continue
        joint = np.bincount(a * n_b + b, minlength=n_a * n_b).reshape(1, n_a, n_b) / len(a) + EPSILON
        found += [_concentration(joint)[0], _concentration(joint.transpose(0, 2, 1))[0]]
    return np.array(found)


def _sparse_concentration(a: np.ndarray, b: np.ndarray) -> float:
    """Concentration coefficient of `a` given `b` from the pairs that occur."""
    pairs, counts = np.unique(a * (int(b.max()) + 1) + b, return_counts=True)
    share_a, share_b = np.bincount(a) / len(a), np.bincount(b) / len(b)
    base = float((share_a**2).sum())
    within = float(((counts / len(a)) ** 2 / share_b[pairs % len(share_b)]).sum())
    return (within - base) / (1 - base)


def _compact(codes: np.ndarray) -> np.ndarray:
    """Codes without gaps."""
    used = np.bincount(codes) > 0
    return (np.cumsum(used) - 1)[codes]


def _entropy(counts: np.ndarray) -> np.ndarray:
    """Shannon entropy in bits of each row of counts."""
    p = counts / counts.sum(axis=1, keepdims=True)
    return -(p * np.log2(np.where(p > 0, p, 1.0))).sum(axis=1)


def _concentration(p: np.ndarray) -> np.ndarray:
    """Goodman and Kruskal's tau of the rows given the columns, for tables of shape (n_tables, n_rows, n_columns)."""
    columns = p.sum(axis=1, keepdims=True)
    base = (p.sum(axis=2) ** 2).sum(axis=1)
    within = (p**2 / np.where(columns > 0, columns, 1.0)).sum(axis=(1, 2))
    return (within - base) / (1 - base)
