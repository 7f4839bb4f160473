from __future__ import annotations

import numpy as np

from recommender.algorithms.configuration import Configuration
from recommender.evaluation.jobs import Job
from recommender.evaluation.spooled import spool
from recommender.evaluation.worker_process import run
from recommender.tables.loading import load_dataset


def test_folds_and_weights_of_its_own_go_with_a_table(tmp_path):
    from sklearn.datasets import load_iris

    iris = load_dataset(load_iris(as_frame=True))
    splits = [(np.arange(0, 150, 2), np.arange(1, 60, 2)), (np.arange(1, 150, 2), np.arange(0, 150, 2))]
    weights = np.where(iris.y == 0, 100.0, 1.0)
    plain = spool(iris, tmp_path / "plain", splits=splits)
    weighted = spool(iris, tmp_path / "weighted", splits=splits, sample_weight=weights)
    bayes = Configuration("naive_bayes", {})
    one, other = (run(Job(where, bayes, 0, keep_predictions=True), 60.0) for where in (plain, weighted))
    assert (one.n_train, one.n_test) == (75, 30)
    assert (run(Job(plain, bayes, 1), 60.0).n_train, one.status, other.status) == (75, "ok", "ok")
    assert other.predictions[1].margins[:, 0].mean() > one.predictions[1].margins[:, 0].mean()
