"""Whether what was seen says what is best on more rows: our first choice beside published learning curves.

Each table that is both in the knowledge base and in the Learning Curve Database 1.1 is asked about as if it had the
rows of its curves' largest anchor, by a meta-model that has not seen its family. The first choice among the kinds of
learners that have a curve is judged by the errors on the curves there.

python -m benchmarks.larger.run --curves lcdb11.parquet --output benchmarks/larger/results/choices.csv
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from recommender import load_knowledge
from recommender.algorithms.pool import safe_defaults
from recommender.evaluation.metrics import METRICS
from recommender.evidence.knowledge import KnowledgeBase
from recommender.metafeatures import LEVELS, with_rows
from recommender.metamodel.model import MetaModel
from recommender.metamodel.observations import ROWS_PER_TRAINED, Observations, observe
from recommender.metamodel.training import inputs_of

CURVE_OF = {
    "catboost": "CatBoost",
    "extra_trees": "ens.ExtraTrees",
    "random_forest": "ens.RandomForest",
    "lightgbm": "ens.GradientBoosting",
    "xgboost": "ens.GradientBoosting",
    "mlp": "MLP",
    "k_neighbors": "KNN",
    "logistic_regression": "LogisticRegression",
    "lda": "LDA",
    "qda": "QDA",
    "rbf_svm": "SVM_RBF",
    "linear_svm": "SVM_Linear",
    "naive_bayes": "GaussianNB",
}
"""Which published curve stands for the configurations of an algorithm."""
SEEN, FROM = 10_000, 20_000
"""What is known at about so many training rows is to tell of the largest anchor, which is at least the other."""
FIRST, AS_SMALL, BEST_SEEN = "first choice", "first choice as if there were 10,000 rows", "best on the curves at 10,000"
"""The strategies, beside always one learner."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--curves", type=Path, required=True, help="the database's parquet file")
    parser.add_argument("--output", type=Path, required=True)
    given = parser.parse_args()
    knowledge = load_knowledge()
    learnt = observe(knowledge, METRICS["roc_auc"])
    curves = read_curves(given.curves, knowledge)
    rows = [row for dataset_id, curve in curves.items() for row in judge(dataset_id, curve, knowledge, learnt)]
    table = pd.DataFrame(rows)
    given.output.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(given.output, index=False, float_format="%.4f")
    print(
        table.pivot_table(index="strategy", values="regret", aggfunc=["mean", "median", "count"]).round(3).to_string()
    )


def read_curves(path: Path, knowledge: KnowledgeBase) -> dict[str, pd.DataFrame]:
    """Mean errors of anchors by learners, of the tables that both know, by OpenML number or else by name and rows."""
    published = pd.read_parquet(path)
    published = published[published["learner"].isin(set(CURVE_OF.values()))]
    by_name = {name.lower(): i for i, name in knowledge.datasets["name"].items()}
    curves = {}
    for (number, name), mine in published.groupby(["openml_id", "name"]):
        dataset_id = f"openml:{number}" if f"openml:{number}" in knowledge.datasets.index else by_name.get(name.lower())
        curve = mine.pivot_table(index="n_train", columns="learner", values="test_error")
        if dataset_id is None or curve.index.max() < FROM or dataset_id in curves:
            continue
        if 0.5 < curve.index.max() / knowledge.datasets["n_samples"][dataset_id] < 1:
            curves[dataset_id] = curve
    return curves


def judge(
    dataset_id: str, curve: pd.DataFrame, knowledge: KnowledgeBase, learnt: Observations
) -> list[dict[str, object]]:
    """The regret of each strategy on one table at its largest anchor: 0 the best curve, 1 the median one or worse."""
    largest = curve.index.max()
    errors = curve.loc[largest].dropna()
    regret = ((errors - errors.min()) / (errors.median() - errors.min())).clip(0, 1)
    anchors = curve.index[curve.index <= SEEN]
    seen = curve.loc[anchors.max(), errors.index].dropna()
    chosen = {
        FIRST: choice(dataset_id, int(largest), set(errors.index), knowledge, learnt),
        AS_SMALL: choice(dataset_id, SEEN, set(errors.index), knowledge, learnt),
        BEST_SEEN: str(seen.idxmin()),
        **{f"always {learner}": learner for learner in ("CatBoost", "MLP") if learner in errors},
    }
    about = {"dataset": knowledge.datasets["name"][dataset_id], "n_train": int(largest)}
    return [about | {"strategy": s, "chosen": c, "regret": float(regret[c])} for s, c in chosen.items()]


def choice(dataset_id: str, n_train: int, learners: set[str], knowledge: KnowledgeBase, learnt: Observations) -> str:
    """The curve of what comes first on a table of so many training rows, its family left out."""
    others = learnt.about["family"] != knowledge.datasets["family"][dataset_id]
    model = MetaModel().fit(
        inputs_of(learnt.metafeatures[others]),
        learnt.scores[others],
        families=learnt.about["family"][others],
        defaults=safe_defaults(),
        levels=LEVELS,
    )
    about = knowledge.metafeatures.loc[[dataset_id]]
    times = ROWS_PER_TRAINED * n_train / about["nr_inst"]
    kinds = knowledge.configurations["algorithm"][model.configurations_].map(CURVE_OF)
    among = list(kinds.index[kinds.isin(learners)])
    preference = model.preference(inputs_of(with_rows(about, times)), among=among)
    return str(kinds[str(among[int(np.argmin(preference.to_numpy()[0]))])])


if __name__ == "__main__":
    main()
