"""What a saved model may consist of, and forms in which skops can hold what it cannot hold as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.interpolate import BSpline
from sklearn.tree._tree import Tree

_HERE = "recommender.fitting.saved_types"

TRUSTED = (
    f"{_HERE}.CheckedTree",
    f"{_HERE}.Frame",
    f"{_HERE}.MissingValue",
    f"{_HERE}.Spline",
    # this package's estimators, and how they read columns
    "recommender.algorithms.boosting.BoostedClassifier",
    "recommender.algorithms.boosting.BoostedRegressor",
    "recommender.algorithms.calibrated.Calibrated",
    "recommender.algorithms.category_encoder.CategoryEncoder",
    "recommender.algorithms.configuration.Configuration",
    "recommender.algorithms.exact_targets.NumberedClasses",
    "recommender.algorithms.exact_targets.TargetScaler",
    "recommender.algorithms.explainable.QuietBoostingClassifier",
    "recommender.algorithms.explainable.QuietBoostingRegressor",
    "recommender.algorithms.item_encoder.ItemEncoder",
    "recommender.algorithms.kernel_map.OnKernelMap",
    "recommender.algorithms.log_target.LogScaler",
    "recommender.algorithms.number_encoders.QuantileScaler",
    "recommender.algorithms.number_encoders.SplineEncoder",
    "recommender.algorithms.target_reader.TargetReader",
    "recommender.algorithms.text_encoder.TextEncoder",
    "recommender.estimators.RecommendedClassifier",
    "recommender.estimators.RecommendedRegressor",
    "recommender.fitting.ensemble.Member",
    "recommender.fitting.thresholds.Thresholded",
    "recommender.tables.cells.dates.DateFormat",
    "recommender.tables.cells.number_format.NumberFormat",
    "recommender.tables.columns.Categories",
    "recommender.tables.columns.Dates",
    "recommender.tables.columns.Items",
    "recommender.tables.columns.Levels",
    "recommender.tables.columns.Numbers",
    "recommender.tables.columns.NumbersWithUnit",
    "recommender.tables.columns.Pair",
    "recommender.tables.columns.SeveralNumbers",
    "recommender.tables.columns.Text",
    "recommender.tables.reading.TableReader",
    "recommender.tables.sparse.SparseReader",
    "recommender.tables.targets.TargetReading",
    # boosters: what skops holds of them is their library's own format
    "catboost.core.CatBoostClassifier",
    "catboost.core.CatBoostRegressor",
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMRegressor",
    "xgboost.callback.EarlyStopping",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBClassifier",
    "xgboost.sklearn.XGBRegressor",
    # parts of estimators of scikit-learn, all of which skops trusts itself, and of skrub
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.gaussian_process.kernels.ConstantKernel",
    "sklearn.gaussian_process.kernels.Matern",
    "sklearn.gaussian_process.kernels.Product",
    "sklearn.gaussian_process.kernels.RBF",
    "sklearn.gaussian_process.kernels.Sum",
    "sklearn.gaussian_process.kernels.WhiteKernel",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.metrics._dist_metrics.ManhattanDistance64",
    "sklearn.model_selection._split.KFold",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "skrub._datetime_encoder.DatetimeEncoder",
    "skrub._squashing_scaler.SquashingScaler",
    "skrub._string_encoder.StringEncoder",
    "skrub._to_str.ToStr",
    "sklearn.utils._bunch.Bunch",
    "sklearn.utils.validation.check_array",
    "numpy.nan_to_num",
    # plain values
    "builtins.frozenset",
    "builtins.range",
    "collections.OrderedDict",
    "datetime.date",
    "datetime.datetime",
    "decimal.Decimal",
    "numpy.dtype",
)
"""The types, and functions, that a file may ask for beside those that skops trusts itself: scikit-learn's public
estimators, arrays and plain Python. None of them runs code that a file brings along. Add what a new algorithm needs;
the tests of saving tell."""

ENTERED = ("recommender", "sklearn", "skrub")
"""Objects of these packages are looked into for what skops cannot hold."""
ONLY_FOR_FITTING: Mapping[str, tuple[type, ...]] = {"metric": (str,), "cv": (int,), "knowledge": (str, Path)}
"""Parameters of this package's estimators that predicting does not need: anything else than these types, as a function,
is not saved, and None is in its place."""


def storable(model: Any) -> Any:
    """A copy of a model in which skops can hold everything; large arrays and boosters are not copied.

    Examples
    --------
    >>> storable({"missing": pd.NA, "table": pd.DataFrame({"a": [1]})})
    {'missing': <MissingValue>, 'table': <Frame>}
    """
    return _copied(model, {})


def _copied(value: Any, known: dict[int, tuple[Any, Any]]) -> Any:
    if id(value) not in known:
        known[id(value)] = value, None  # holds it, so that nothing else gets its id
        made = _in_another_form(value)
        known[id(value)] = value, _with_copied_parts(value, known) if made is None else made
    return known[id(value)][1]


def _in_another_form(value: Any) -> Any:
    """What stands for a value in a file, or None where it is stored as it is."""
    if value is pd.NA:
        return MissingValue.stored()
    if isinstance(value, pd.DataFrame):
        return Frame.stored(value)
    if isinstance(value, Tree):
        return CheckedTree.stored(value)
    if isinstance(value, BSpline):
        return Spline.stored(value)
    return str(value) if isinstance(value, Path) else None


def _with_copied_parts(value: Any, known: dict[int, tuple[Any, Any]]) -> Any:
    if isinstance(value, dict) and not isinstance(value, defaultdict):
        copy = type(value)()
        copy.update({key: _copied(part, known) for key, part in value.items()})
        return copy
    if type(value) in (list, tuple):
        return type(value)(_copied(part, known) for part in value)
    if isinstance(value, np.ndarray) and value.dtype == object:
        array = np.empty_like(value)
        for place, part in enumerate(value.flat):
            array.flat[place] = _copied(part, known)
        return array
    if type(value).__module__.partition(".")[0] not in ENTERED or not hasattr(value, "__dict__"):
        return value
    return _copied_object(value, known)


def _copied_object(value: Any, known: dict[int, tuple[Any, Any]]) -> Any:
    state = None if isinstance(value, type) or callable(value) else value.__getstate__()
    if not isinstance(state, dict):
        return value
    copy = object.__new__(type(value))
    known[id(value)] = value, copy
    if type(value).__module__ == "recommender.estimators":
        dropped = {name for name, kinds in ONLY_FOR_FITTING.items() if not isinstance(state.get(name), kinds)}
        state = state | dict.fromkeys(dropped & state.keys())
    copy.__dict__.update({name: _copied(part, known) for name, part in state.items()})
    return copy


class _Stored:
    """Stands for a value in a file; reading it calls the class with what was kept, which gives the value itself."""

    parts: tuple[Any, ...]

    @classmethod
    def holding(cls, *parts: Any) -> Any:
        """What is written for a value."""
        made = object.__new__(cls)
        made.parts = parts
        return made

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), self.parts

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class MissingValue(_Stored):
    """Pandas' NA."""

    def __new__(cls) -> Any:
        return pd.NA

    @classmethod
    def stored(cls) -> Any:
        """What is written."""
        return cls.holding()


class Frame(_Stored):
    """A small DataFrame, such as a leaderboard."""

    def __new__(cls, columns: list[Any], index: list[Any], name: Any, rows: list[Any]) -> Any:
        return pd.DataFrame(rows, columns=columns, index=pd.Index(index, name=name))

    @classmethod
    def stored(cls, frame: pd.DataFrame) -> Any:
        """What is written of a DataFrame."""
        rows = frame.to_dict("split", index=False)["data"]
        return cls.holding(list(frame.columns), frame.index.tolist(), frame.index.name, rows)


class Spline(_Stored):
    """A spline of scipy."""

    def __new__(cls, knots: Any, coefficients: Any, degree: int, extrapolate: Any, axis: int) -> Any:
        return BSpline(knots, coefficients, degree, extrapolate, axis)

    @classmethod
    def stored(cls, spline: BSpline) -> Any:
        """What is written of a spline."""
        return cls.holding(spline.t, spline.c, spline.k, spline.extrapolate, spline.axis)


class CheckedTree(_Stored):
    """A tree of scikit-learn, whose nodes are looked at: its predictions follow them wherever they point."""

    def __new__(cls, arguments: tuple[Any, ...], state: dict[str, Any]) -> Any:
        nodes, n_nodes, n_features = state["nodes"], state["node_count"], arguments[0]
        inner = nodes["left_child"] != -1
        after = np.arange(len(nodes))[inner]
        for side in ("left_child", "right_child"):
            children = nodes[side][inner]
            if ((children <= after) | (children >= n_nodes)).any():
                raise ValueError("a tree has a node that leads out of it")
        features = nodes["feature"][inner]
        if len(nodes) != n_nodes or ((features < 0) | (features >= n_features)).any():
            raise ValueError("a tree has a node that asks for a column that it has not")
        tree = Tree(*arguments)
        tree.__setstate__(state)
        return tree

    @classmethod
    def stored(cls, tree: Tree) -> Any:
        """What is written of a tree."""
        _, arguments, state = tree.__reduce__()
        return cls.holding(arguments, state)
