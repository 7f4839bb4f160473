"""The search spaces: for each algorithm, the hyperparameters that are worth varying, under the names its builder takes.

The ranges follow published spaces, narrowed where a setting would cost more than it has been seen to give:

- Probst, Boulesteix and Bischl, "Tunability" (JMLR 20(53), 2019).
- Gorishniy, Rubachev, Khrulkov and Babenko, "Revisiting Deep Learning Models for Tabular Data" (NeurIPS 2021).
- Wang, Wu, Weimer and Zhu, "FLAML" (MLSys 2021).
- Feurer et al., auto-sklearn (NeurIPS 2015; JMLR 23(261), 2022).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recommender.tables.dataset import Task

if TYPE_CHECKING:
    from ConfigSpace import ConfigurationSpace


def _space(*hyperparameters: Any) -> ConfigurationSpace:
    from ConfigSpace import ConfigurationSpace

    space = ConfigurationSpace()
    space.add(*hyperparameters)
    return space


def lightgbm(task: Task) -> ConfigurationSpace:
    """That of TabArena (Erickson et al., 2025), the widest ends left out; early stopping finds the rounds."""
    from ConfigSpace import Categorical, Float, Integer

    return _space(
        Float("learning_rate", (0.01, 0.1), log=True),
        Integer("num_leaves", (4, 200), log=True),
        Integer("min_child_samples", (1, 64), log=True),
        Float("subsample", (0.6, 1.0)),
        Float("colsample_bytree", (0.3, 1.0)),
        Float("reg_lambda", (0.001, 10.0), log=True),
        Categorical("extra_trees", (False, True)),
    )


def xgboost(task: Task) -> ConfigurationSpace:
    """That of TabArena (Erickson et al., 2025); early stopping finds the rounds."""
    from ConfigSpace import Float, Integer

    return _space(
        Float("learning_rate", (0.01, 0.1), log=True),
        Integer("max_depth", (3, 10)),
        Float("min_child_weight", (0.01, 30.0), log=True),
        Float("subsample", (0.6, 1.0)),
        Float("colsample_bytree", (0.5, 1.0)),
        Float("reg_lambda", (0.01, 30.0), log=True),
    )


def catboost(task: Task) -> ConfigurationSpace:
    """That of TabArena (Erickson et al., 2025); early stopping finds the rounds."""
    from ConfigSpace import Float, Integer

    return _space(
        Float("learning_rate", (0.02, 0.1), log=True),
        Integer("depth", (4, 8)),
        Float("l2_leaf_reg", (0.001, 5.0), log=True),
    )


def forest(task: Task) -> ConfigurationSpace:
    """Of random forests and extra trees, after Probst et al. (JMLR 2019)."""
    from ConfigSpace import Categorical, Float, Integer

    criteria = ("squared_error",) if task == "regression" else ("gini", "entropy")
    return _space(
        Categorical("criterion", criteria),
        Float("max_features", (0.05, 1.0), log=True),
        Integer("min_samples_leaf", (1, 20), log=True),
        Categorical("bootstrap", (True, False)),
        Integer("max_leaf_nodes", (32, 4096), log=True),
    )


def ebm(task: Task) -> ConfigurationSpace:
    """Around the defaults of Nori, Jenkins, Koch and Caruana, "InterpretML" (2019), as far as they cost little."""
    from ConfigSpace import Categorical, Float, Integer

    how = (
        Float("learning_rate", (0.02, 0.2), log=True),
        Integer("max_leaves", (2, 4)),
        Integer("min_samples_leaf", (2, 32), log=True),
        Categorical("max_bins", (64, 256, 1024)),
    )
    return _space(*how) if task == "multiclass" else _space(*how, Integer("interactions", (1, 20), log=True))


def logistic(task: Task) -> ConfigurationSpace:
    """Of logistic regression, after Probst et al. (JMLR 2019)."""
    from ConfigSpace import Categorical, Float

    return _space(Float("C", (2.0**-10, 2.0**10), log=True), Categorical("l1_ratio", (0.0, 0.25, 0.5, 0.75, 1.0)))


def linear_svm(task: Task) -> ConfigurationSpace:
    """After Probst et al. (JMLR 2019)."""
    from ConfigSpace import Float

    return _space(Float("C", (2.0**-10, 2.0**6), log=True))


def rbf_svm(task: Task) -> ConfigurationSpace:
    """After Probst et al. (JMLR 2019); for regression also the width of the tube in which errors are free."""
    from ConfigSpace import Float

    cost = Float("C", (2.0**-5, 2.0**10), log=True)
    gamma = Float("gamma", (2.0**-12, 2.0**2), log=True)
    if task == "regression":
        return _space(cost, gamma, Float("epsilon", (0.001, 0.5), log=True))
    return _space(cost, gamma)


def nystroem(task: Task) -> ConfigurationSpace:
    """Around the width that a kernel machine has by default."""
    from ConfigSpace import Categorical, Float

    return _space(
        Categorical("n_components", (300, 600)),
        Float("width", (0.03, 3.0), log=True),
        Float("C", (0.1, 1000.0), log=True),
    )


def k_neighbors(task: Task) -> ConfigurationSpace:
    """After Probst et al. (JMLR 2019)."""
    from ConfigSpace import Categorical, Integer

    return _space(
        Integer("n_neighbors", (1, 60), log=True),
        Categorical("weights", ("uniform", "distance")),
        Categorical("p", (1, 2)),
    )


def mlp(task: Task) -> ConfigurationSpace:
    """After auto-sklearn (Feurer et al., JMLR 2022)."""
    from ConfigSpace import Categorical, Float, Integer

    return _space(
        Integer("n_layers", (1, 3)),
        Integer("width", (16, 256), log=True),
        Categorical("activation", ("relu", "tanh")),
        Float("alpha", (1e-7, 10.0), log=True),
        Float("learning_rate_init", (0.0003, 0.03), log=True),
        Categorical("early_stopping", (False, True)),
    )


def shrinkage(task: Task) -> ConfigurationSpace:
    """Of linear discriminant analysis, after auto-sklearn (Feurer et al., JMLR 2022)."""
    from ConfigSpace import Float

    return _space(Float("shrinkage", (0.001, 1.0), log=True))


def qda(task: Task) -> ConfigurationSpace:
    """After auto-sklearn (Feurer et al., JMLR 2022)."""
    from ConfigSpace import Float

    return _space(Float("reg_param", (0.001, 1.0), log=True))


def naive_bayes(task: Task) -> ConfigurationSpace:
    """After auto-sklearn (Feurer et al., JMLR 2022)."""
    from ConfigSpace import Float

    return _space(Float("var_smoothing", (1e-9, 0.3), log=True))


def ridge(task: Task) -> ConfigurationSpace:
    """After Probst et al. (JMLR 2019)."""
    from ConfigSpace import Float

    return _space(Float("alpha", (0.001, 1000.0), log=True))


def lasso(task: Task) -> ConfigurationSpace:
    """After Probst et al. (JMLR 2019)."""
    from ConfigSpace import Float

    return _space(Float("alpha", (0.0001, 1.0), log=True))


def elastic_net(task: Task) -> ConfigurationSpace:
    """After Probst et al. (JMLR 2019)."""
    from ConfigSpace import Categorical, Float

    return _space(Float("alpha", (0.0001, 1.0), log=True), Categorical("l1_ratio", (0.1, 0.25, 0.5, 0.75)))


def gaussian_process(task: Task) -> ConfigurationSpace:
    """After auto-sklearn (Feurer et al., NeurIPS 2015)."""
    from ConfigSpace import Categorical, Float

    return _space(
        Categorical("kernel", ("rbf", "matern12", "matern32", "matern52")),
        Float("length_scale", (0.5, 30.0), log=True),
        Float("noise_level", (0.001, 1.0), log=True),
    )
