"""Trying one after another: regret after some tries of a session, of fixed portfolios and at random, families left out.

python -m benchmarks.sessions.run [--knowledge DIR] [--matrix DIR] --output benchmarks/sessions/results/sessions.csv
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln

from recommender.evaluation.metrics import find_metric
from recommender.evidence.folder import load_knowledge
from recommender.fitting.session import FROM_PORTFOLIO
from recommender.measuring.matrix import FAMILY_FOLDS, REGRET, Matrix, family_folds, fitted, read_matrix, row_of
from recommender.measuring.own_evidence import matrix_of
from recommender.metamodel.belief import Belief
from recommender.metamodel.model import MetaModel
from recommender.metamodel.regrets import greedy_portfolio, regret_of
from recommender.tables.dataset import TASKS

Floats = NDArray[np.float64]

TRIES = (1, 3, 5, 10, 20)
SESSION, PORTFOLIO, GREEDY, RANDOM = "session", "portfolio under the similarity", "greedy portfolio", "random order"
DIFFERENCE = "regret of the session less that of the "
ERROR = "mean absolute error of the expected scores of what is not tried"
COVERAGE = "share of these scores within their 80% interval"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--knowledge", type=Path, help="the folder of a knowledge base; the shipped one by default")
    parser.add_argument("--matrix", type=Path, action="append", default=[], help="a published matrix, besides")
    parser.add_argument("--seeds", type=int, default=5, help="how many groupings of the families into folds")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    knowledge = load_knowledge(options.knowledge)
    matrices = [matrix_of(knowledge, metric) for metric in dict.fromkeys(find_metric(None, task) for task in TASKS)]
    matrices += [read_matrix(folder) for folder in options.matrix]
    tables = []
    for matrix in matrices:
        tables += measure(matrix, options.seeds)
        pd.concat(tables).to_csv(options.output, index=False, float_format="%.4f")


def measure(matrix: Matrix, n_seeds: int) -> list[pd.DataFrame]:
    """Every measure of a matrix, or of each task in it."""
    seeds = []
    for seed in range(n_seeds):
        print(f"{matrix.name}: seed {seed}", file=sys.stderr)
        seeds.append(run(matrix, seed))
    tables = []
    for name, mine in matrix.parts().items():
        part = [({s: regret[mine] for s, regret in regrets.items()}, judged[mine]) for regrets, judged in seeds]
        table = measures(matrix.take(mine), part).assign(n_datasets=int(mine.sum()), n_seeds=n_seeds)
        table.insert(0, "matrix", name)
        tables.append(table)
    return tables


def measures(matrix: Matrix, seeds: list[tuple[dict[str, Floats], Floats]]) -> pd.DataFrame:
    """Every measure of what was tried, with intervals from drawing families again."""
    regrets = {strategy: np.mean([regret[strategy] for regret, _ in seeds], axis=0) for strategy in seeds[0][0]}
    regrets[RANDOM] = np.stack([at_random(row) for row in regret_of(matrix.performance.to_numpy())])
    ones, rows = np.ones(len(matrix.performance)), []

    def add(what: str, strategy: str, k: int, values: Floats) -> None:
        rows.append(row_of(matrix, FAMILY_FOLDS, what, strategy, k, values, ones))

    for strategy in (SESSION, PORTFOLIO, GREEDY, RANDOM):
        for k in TRIES:
            add(REGRET, strategy, k, regrets[strategy][:, k - 1])
    for rival in (PORTFOLIO, GREEDY, RANDOM):
        for k in TRIES:
            add(DIFFERENCE + rival, SESSION, k, regrets[SESSION][:, k - 1] - regrets[rival][:, k - 1])
    for which, what in enumerate((ERROR, COVERAGE)):
        for at, k in enumerate((0, *TRIES)):
            add(what, SESSION, k, np.mean([judged[:, at, which] for _, judged in seeds], axis=0))
    return pd.DataFrame(rows)


def run(matrix: Matrix, seed: int) -> tuple[dict[str, Floats], Floats]:
    """Regret after each try of each strategy, and how the expected scores did after 0, 1, 3, ... tries."""
    performance = matrix.performance.to_numpy()
    regret, folds = regret_of(performance), family_folds(matrix.families, seed)
    found = {strategy: np.empty((len(performance), max(TRIES))) for strategy in (SESSION, PORTFOLIO, GREEDY)}
    judged = np.empty((len(performance), 1 + len(TRIES), 2))
    for fold in np.unique(folds):
        train = np.flatnonzero(folds != fold)
        model = fitted(matrix, train, seed)
        position = {name: i for i, name in enumerate(model.configurations_)}
        fixed = {}
        for mine in matrix.parts().values():
            fixed |= dict.fromkeys(
                np.flatnonzero(mine),
                greedy_portfolio(np.nan_to_num(regret[train[mine[train]]], nan=1.0), len(position)),
            )
        for i in (i for i in np.flatnonzero(folds == fold) if i in fixed):
            row = matrix.metafeatures.iloc[[i]]
            portfolio = [position[name] for name in model.portfolio(row, len(position))]
            tried, judged[i] = session(model, row, portfolio, performance[i])
            for strategy, order in ((SESSION, tried), (PORTFOLIO, portfolio), (GREEDY, fixed[i])):
                found[strategy][i] = best_so_far(regret[i], order)
    return found, judged


def session(model: MetaModel, row: pd.DataFrame, portfolio: list[int], scores: Floats) -> tuple[list[int], Floats]:
    """What a session tries on a dataset with these scores; error and coverage of what it expects of the others."""
    belief, prior = Belief(model.scenarios(row)), model.predict(row)
    left = [c for c in portfolio if np.isfinite(scores[c])]
    tried: list[int] = []

    def judge(expected: Floats, lower: Floats, upper: Floats) -> list[float]:
        inside = (lower <= scores) & (scores <= upper)
        return [np.abs(expected - scores)[left].mean(), inside[left].mean()] if left else [0.0, 1.0]

    judged = [judge(*(table.to_numpy()[0] for table in (prior.score, prior.lower, prior.upper)))]
    while left and len(tried) < max(TRIES):
        tried.append(left.pop(0))
        outlook = belief.after(np.array(tried), scores[tried])
        if len(tried) in TRIES:
            judged.append(judge(outlook.score, outlook.lower, outlook.upper))
        if len(tried) >= FROM_PORTFOLIO:
            left.sort(key=lambda c: -outlook.improvement[c])
    judged += [[0.0, 1.0]] * (1 + len(TRIES) - len(judged))
    return tried, np.array(judged)


def best_so_far(regret: Floats, order: list[int]) -> Floats:
    """The least regret after each try; what has no score on this dataset is passed over."""
    tried = regret[order]
    lowest = np.minimum.accumulate(tried[np.isfinite(tried)])[: max(TRIES)]
    return np.pad(lowest, (0, max(TRIES) - len(lowest)), mode="edge")


def at_random(regret: Floats) -> Floats:
    """The least regret that is expected after each try in random order."""
    ordered = np.sort(regret[np.isfinite(regret)])
    worse = np.arange(len(ordered))[::-1]  # how many configurations are no better than each
    lowest = []
    for k in range(1, max(TRIES) + 1):
        k = min(k, len(ordered))
        ways = np.where(worse >= k - 1, log_choose(worse, k - 1), -np.inf) - log_choose(len(ordered), k)
        lowest.append(np.exp(ways) @ ordered)
    return np.array(lowest)


def log_choose(n: NDArray[np.intp] | int, k: int) -> Floats:
    return gammaln(np.asarray(n) + 1.0) - gammaln(k + 1.0) - gammaln(np.maximum(np.asarray(n) - k, 0) + 1.0)


if __name__ == "__main__":
    main()
