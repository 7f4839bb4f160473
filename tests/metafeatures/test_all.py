"""What every meta-feature promises for every table."""

import datetime
import decimal
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.errors import UnknownNameError
from recommender.metafeatures import (
    GROUPS,
    METAFEATURES,
    METAFEATURES_VERSION,
    PYMFE_METAFEATURES,
    extract_metafeatures,
)
from recommender.metafeatures.table import view_table
from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset

ONLY_CLASSES = {name for name in METAFEATURES if "NaN for regression" in METAFEATURES[name].description}
ONLY_NUMBERS = {name for name in METAFEATURES if "NaN for classes" in METAFEATURES[name].description}


def mixed(n=90, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "number": rng.normal(size=n),
            "skewed": rng.lognormal(size=n),
            "count": rng.integers(0, 9, n),
            "colour": rng.choice(["red", "green", "blue"], n),
            "flag": rng.random(n) > 0.5,
        }
    )


TARGETS = {
    "binary": lambda X: np.where(X["number"] + X["flag"] > 0, "yes", "no"),
    "multiclass": lambda X: np.digitize(X["number"] + 0.1 * X["count"], [0, 0.8]).astype(str),
    "regression": lambda X: X["number"] * 2 + X["count"],
}


def dataset(X, y, task=None):
    """A dataset without the checks of loading, for tables that only just can be described."""
    y = pd.Series(np.asarray(y))
    return Dataset(X, y, task or ("binary" if y.nunique() == 2 else "multiclass"))


def values_of(X, y, task=None, **options):
    return extract_metafeatures(dataset(X, y, task), **{"groups": GROUPS, **options}).values


def assert_sound(values):
    assert list(values) == list(METAFEATURES)
    assert all(type(value) is float and not np.isinf(value) for value in values.values())


def assert_same(a, b):
    differing = {name: (a[name], b[name]) for name in a if not np.isclose(a[name], b[name], equal_nan=True)}
    assert not differing


# ---------------------------------------------------------------------------------------------------------------------
# The registry


def test_the_default_set_is_large_described_and_grouped():
    assert len(METAFEATURES) >= 100
    assert {m.group for m in METAFEATURES.values()} == {
        "simple",
        "statistical",
        "information",
        "model_based",
        "landmarking",
        "relative",
    }
    for name, metafeature in (METAFEATURES | PYMFE_METAFEATURES).items():
        assert metafeature.name == name
        assert metafeature.description.endswith(".")
        assert metafeature.description[0].isupper() or metafeature.description[0].isdigit() or name.startswith("tree")
    assert not set(METAFEATURES) & set(PYMFE_METAFEATURES)
    assert METAFEATURES_VERSION >= 1


def test_a_group_alone_gives_its_own_values_and_seconds():
    X = mixed()
    result = extract_metafeatures(dataset(X, TARGETS["binary"](X)), groups=["simple"])
    assert set(result.values) == {name for name, m in METAFEATURES.items() if m.group == "simple"}
    assert set(result.seconds) == {"table", "simple"}


def test_what_takes_longer_has_to_be_asked_for():
    X = mixed()
    result = extract_metafeatures(dataset(X, TARGETS["binary"](X)))
    assert list(result.values) == [name for name, m in METAFEATURES.items() if m.group != "relative"]


def test_an_unknown_group_names_the_choices():
    X = mixed()
    with pytest.raises(UnknownNameError, match=r"landmarking.*complexity"):
        extract_metafeatures(dataset(X, TARGETS["binary"](X)), groups=["landmark"])


def test_importing_stays_light():
    heavy = "'sklearn', 'lightgbm', 'pymfe', 'scipy'"
    code = f"import sys, recommender.metafeatures; sys.exit(any(name in sys.modules for name in ({heavy})))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---------------------------------------------------------------------------------------------------------------------
# Every task, every table


@pytest.mark.parametrize("task", TARGETS)
def test_every_task_has_all_names_and_nan_only_where_described(task):
    X = mixed()
    values = values_of(X, TARGETS[task](X), task)
    assert_sound(values)
    undefined = {name for name, value in values.items() if np.isnan(value)}
    if task == "regression":
        assert undefined == ONLY_CLASSES | {"can_cor.sd", "g_mean.mean", "g_mean.sd", "h_mean.mean", "h_mean.sd"}
    else:
        expected = ONLY_NUMBERS | {"g_mean.mean", "g_mean.sd", "h_mean.mean", "h_mean.sd"}
        assert undefined == expected | ({"can_cor.sd"} if task == "binary" else set())


@pytest.mark.parametrize("task", TARGETS)
def test_the_order_of_rows_does_not_matter(task):
    X = mixed(130).where(np.random.default_rng(1).random((130, 5)) > 0.1)
    y = pd.Series(TARGETS[task](mixed(130)))
    shuffled = np.random.default_rng(2).permutation(130)
    before = values_of(X, y, task)
    after = values_of(X.iloc[shuffled], y.iloc[shuffled], task)
    assert_same(before, after)


def test_the_order_of_rows_does_not_matter_where_rows_are_sampled():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(60_000, 3))).round(2)
    y = (X[0] + X[1] > 0).astype(int)
    shuffled = rng.permutation(len(X))
    assert_same(values_of(X, y), values_of(X.iloc[shuffled], y.iloc[shuffled]))


def test_rows_that_differ_in_two_signs_are_told_apart():
    X = pd.DataFrame([[1.0, 2.0, 5.0], [-1.0, -2.0, 5.0], [1.0, -2.0, 5.0], [1.0, 2.0, 5.0]] * 3)
    assert_told_apart(X, pd.Series([0, 0, 1, 0] * 3))


def test_rows_of_small_whole_numbers_are_told_apart():
    rng = np.random.default_rng(0)
    assert_told_apart(pd.DataFrame(rng.integers(0, 10, size=(2000, 6))), pd.Series(rng.integers(0, 2, size=2000)))


def assert_told_apart(X, y):
    tables = [view_table(Dataset(part, y[part.index], "binary")) for part in (X, X.iloc[::-1])]
    assert [table.n_distinct_rows for table in tables] == [len(X.assign(y=y).drop_duplicates())] * 2
    assert (tables[0].numeric == tables[1].numeric).all()


def test_the_same_seed_gives_the_same_values_and_names_do_not_matter():
    X = mixed()
    y = TARGETS["multiclass"](X)
    first = values_of(X, y, random_state=3)
    assert first == pytest.approx(values_of(X, y, random_state=3), nan_ok=True)
    assert_same(first, values_of(X.set_axis(["same"] * X.shape[1], axis=1), y, random_state=3))


def test_what_is_missing_leaves_the_rest_defined():
    X = mixed()
    complete = values_of(X, TARGETS["binary"](X))
    X.loc[3, "number"] = np.nan
    X.loc[5, "colour"] = None
    X.loc[7, "skewed"] = np.inf
    values = values_of(X, TARGETS["binary"](mixed()))
    assert_sound(values)
    assert {n for n, v in values.items() if np.isnan(v)} == {n for n, v in complete.items() if np.isnan(v)}
    assert values["missing_share"] == pytest.approx(3 / X.size)
    assert values["missing_rows_share"] == pytest.approx(3 / len(X))
    assert values["max.mean"] == pytest.approx(complete["max.mean"], rel=0.5)


def test_columns_that_carry_nothing_change_little():
    X = mixed()
    y = TARGETS["binary"](X)
    before = values_of(X, y)
    after = values_of(X.assign(same="a", empty=np.nan), y)
    assert_sound(after)
    assert after["nr_constant"] == 2
    unchanged = [
        n for n, m in METAFEATURES.items() if m.group in {"statistical", "information", "landmarking", "relative"}
    ]
    assert_same({n: before[n] for n in unchanged}, {n: after[n] for n in unchanged})


NUMBERS = [1.5, 2.0, None, 4.0, 5.0, 6.5, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0]
DAYS = pd.date_range("2024-01-01", periods=12)
COLUMNS = {
    "nullable integer": pd.array([1, 2, None, 4, 5, 6, 7, 8, 9, 10, 11, 12], dtype="Int64"),
    "nullable float": pd.array(NUMBERS, dtype="Float64"),
    "nullable boolean": pd.array([True, None, False] * 4, dtype="boolean"),
    "arrow float": pd.array(NUMBERS, dtype="double[pyarrow]"),
    "arrow integer": pd.array(range(12), dtype="int64[pyarrow]"),
    "arrow boolean": pd.array([True, None, False] * 4, dtype="bool[pyarrow]"),
    "arrow string": pd.array(["a", "b", None] * 4, dtype="string[pyarrow]"),
    "arrow timestamp": pd.array(DAYS, dtype="timestamp[ns][pyarrow]"),
    "arrow date": pd.Series(DAYS.date).astype("date32[pyarrow]").array,
    "arrow decimal": pd.array([decimal.Decimal(i) for i in range(12)], dtype=pd.ArrowDtype(pa.decimal128(5, 2))),
    "arrow dictionary": pd.Series(["a", "b", "c"] * 4, dtype="category").array,
    "sparse": pd.arrays.SparseArray([0.0, 1.0, 0.0, np.nan] * 3),
    "dates": DAYS,
    "dates with zone": pd.date_range("2024-01-01", periods=12, tz="Europe/Paris"),
    "dates as objects": pd.Series([datetime.date(2024, 1, i + 1) for i in range(12)], dtype=object).array,
    "missing dates": pd.Series([pd.NaT, *DAYS[1:]]).array,
    "durations": pd.to_timedelta(np.arange(12), unit="D"),
    "periods": pd.period_range("2024-01", periods=12, freq="M"),
    "intervals": pd.interval_range(0, 12),
    "ordered category": pd.Categorical(["low", "high", None] * 4, categories=["low", "high", "never"], ordered=True),
    "numeric category": pd.Categorical([1, 2, 3] * 4),
    "booleans": [True, False, False] * 4,
    "decimals": pd.Series([decimal.Decimal(i) / 3 for i in range(12)], dtype=object).array,
    "mixed objects": pd.Series(["a", 1, None, 2.5] * 3, dtype=object).array,
    "lists": pd.Series([[1], [2], [3]] * 4, dtype=object).array,
    "complex": np.arange(12) * 1j,
    "half precision": np.arange(12, dtype=np.float16),
    "unsigned": np.arange(12, dtype=np.uint8),
    "large integers": np.arange(12, dtype=np.uint64) + 2**63,
    "huge": np.array([1e300, -1e300, 1.0, 2.0] * 3),
    "tiny": np.arange(12) * 1e-310,
    "near constant": 1e9 + np.arange(12) * 1e-7,
    "infinite": np.array([np.inf, -np.inf, 1.0, 2.0] * 3),
    "all infinite": np.full(12, np.inf),
    "all missing": np.full(12, np.nan),
    "one missing": np.array([np.nan] + [1.0] * 11),
    "constant": np.ones(12),
    "all but one": np.array([0.0] * 11 + [1.0]),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_every_kind_of_column_alone_and_among_others(kind):
    column = pd.Series(COLUMNS[kind])
    assert_sound(values_of(pd.DataFrame({"x": column}), pd.Series(["no", "yes", "yes"] * 4), "binary"))
    among = pd.DataFrame({"x": column, "y": np.arange(12) % 5, "z": column})
    assert_sound(values_of(among, pd.Series(np.arange(12) / 7), "regression"))


def test_equal_tables_of_other_types_have_equal_values():
    X = mixed()[["number", "count", "colour"]]
    y = TARGETS["binary"](mixed())
    expected = values_of(X, y)
    nullable = X.convert_dtypes()
    arrow = X.convert_dtypes(dtype_backend="pyarrow")
    category = X.astype({"colour": "category"})
    for other in (nullable, arrow, category, X.astype({"colour": object})):
        assert_same(expected, values_of(other, y))


def test_text_and_high_cardinality_strings():
    n = 120
    X = pd.DataFrame(
        {
            "text": [f"row {i} says {'much ' * (i % 7)}" for i in range(n)],
            "code": pd.Categorical([f"c{i % 60}" for i in range(n)]),
        }
    )
    values = values_of(X, np.arange(n) % 2)
    assert_sound(values)
    assert (values["nr_text"], values["nr_cat"], values["nr_num"]) == (1, 1, 0)
    assert values["max_levels"] == 60


def test_a_sparse_matrix():
    from scipy.sparse import random

    X = random(60, 20, density=0.1, random_state=0, format="csr")
    found = extract_metafeatures(load_dataset(X, np.arange(60) % 2), groups=GROUPS).values
    assert_sound(found)
    assert_same(found, extract_metafeatures(load_dataset(X.toarray(), np.arange(60) % 2), groups=GROUPS).values)


def test_a_frame_of_sparse_columns():
    from scipy.sparse import random

    X = random(60, 8, density=0.2, random_state=0, format="csr")
    dense = pd.DataFrame(X.toarray())
    y = np.arange(60) % 2
    assert_same(values_of(dense.astype(pd.SparseDtype(np.float64, 0.0)), y), values_of(dense, y))


@pytest.mark.parametrize(
    ("X", "y", "task"),
    [
        (np.arange(4.0)[:, None], [0, 0, 1, 1], "binary"),
        (np.arange(5.0)[:, None], np.arange(5.0), "regression"),
        (np.zeros((30, 1)) + np.arange(30)[:, None] % 2, np.arange(30) % 2, "binary"),
        (np.random.default_rng(0).normal(size=(20, 80)), np.arange(20) % 2, "binary"),
        (np.random.default_rng(0).normal(size=(20, 80)), np.arange(20) % 10, "multiclass"),
        (np.random.default_rng(0).normal(size=(20, 80)), np.arange(20.0), "regression"),
        (np.random.default_rng(0).normal(size=(400, 3)), np.arange(400) % 200, "multiclass"),
        (np.random.default_rng(0).normal(size=(900, 3)), np.arange(900) // 2, "multiclass"),
        (np.random.default_rng(0).normal(size=(300, 3)), np.r_[[1, 1, 2, 2], np.zeros(296)], "multiclass"),
        (np.ones((12, 1)) * np.r_[np.ones(11), 2][:, None], np.arange(12) % 2, "binary"),
        (np.random.default_rng(0).normal(size=(40, 2)), np.r_[np.zeros(39), 1e9], "regression"),
        (
            np.random.default_rng(0).normal(size=(40, 2)),
            np.random.default_rng(1).normal(size=40) * 1e-200,
            "regression",
        ),
        (np.random.default_rng(0).normal(size=(40, 2)), np.random.default_rng(1).normal(size=40) * 1e200, "regression"),
        (np.tile(np.random.default_rng(0).normal(size=(2, 3)), (20, 1)), np.arange(40) % 2, "binary"),
        (np.repeat(np.random.default_rng(0).normal(size=(50, 1)), 6, axis=1), np.arange(50) % 3, "multiclass"),
    ],
    ids=[
        "4 rows",
        "5 rows of a number",
        "the target as feature",
        "more columns than rows",
        "more columns than rows, 2 rows in a class",
        "more columns than rows, regression",
        "200 classes",
        "450 classes",
        "2 rows in two of three classes",
        "one row differs",
        "an outlier as target",
        "tiny target",
        "huge target",
        "duplicate rows",
        "equal columns",
    ],
)
def test_extreme_shapes(X, y, task):
    assert_sound(values_of(pd.DataFrame(X), y, task))


CELLS = st.one_of(st.floats(width=64), st.integers(-5, 5).map(float), st.just(float("nan")))
COLUMN_KINDS = st.sampled_from(["numbers", "words", "dates", "flags"])


@st.composite
def tables(draw):
    n = draw(st.integers(4, 30))
    columns = []
    for kind in draw(st.lists(COLUMN_KINDS, min_size=1, max_size=4)):
        if kind == "numbers":
            columns.append(pd.Series(draw(st.lists(CELLS, min_size=n, max_size=n))))
        elif kind == "words":
            words = st.one_of(st.none(), st.text(max_size=3))
            columns.append(pd.Series(draw(st.lists(words, min_size=n, max_size=n)), dtype=object))
        elif kind == "dates":
            days = st.one_of(st.none(), st.datetimes(pd.Timestamp("1800-01-01"), pd.Timestamp("2200-01-01")))
            columns.append(pd.to_datetime(pd.Series(draw(st.lists(days, min_size=n, max_size=n)), dtype=object)))
        else:
            columns.append(pd.Series(draw(st.lists(st.booleans(), min_size=n, max_size=n))))
    task = draw(st.sampled_from(["binary", "multiclass", "regression"]))
    if task == "regression":
        y = draw(st.lists(st.floats(-1e12, 1e12), min_size=n, max_size=n, unique=True))
    else:
        y = np.arange(n) % (2 if task == "binary" else max(2, n // 4))
        y = draw(st.permutations(list(y)))
    return pd.concat(columns, axis=1).set_axis(["x"] * len(columns), axis=1), y, task


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=True,
)
@given(tables(), st.randoms(use_true_random=False))
def test_any_table_is_described_whatever_the_order_of_its_rows(table, random):
    X, y, task = table
    values = values_of(X, y, task)
    assert_sound(values)
    order = list(range(len(X)))
    random.shuffle(order)
    assert_same(values, values_of(X.iloc[order], np.asarray(y)[order], task))


# ---------------------------------------------------------------------------------------------------------------------
# The view


def test_the_view_does_not_change_the_table():
    X = mixed()
    copy = X.copy(deep=True)
    values_of(X, TARGETS["binary"](X))
    pd.testing.assert_frame_equal(X, copy)


def test_the_view_keeps_values_and_marks_what_is_missing():
    X = pd.DataFrame({"a": [1.0, np.inf, 3.0, 1.0], "b": ["x", None, "y", "x"]})
    table = view_table(dataset(X, [0, 1, 0, 1]))
    assert sorted(table.numeric[~np.isnan(table.numeric)]) == [1.0, 1.0, 3.0]
    assert sorted(table.codes[:, 0]) == [-1, 0, 0, 1]
    assert table.n_missing.tolist() == [1, 1]
    assert table.n_rows_missing == 1
    assert table.n_distinct_rows == 4


def test_duplicate_rows_are_counted():
    X = pd.DataFrame({"a": [1.0, 1.0, 2.0, 3.0], "b": list("xxyz")})
    assert values_of(X, [0, 0, 1, 1], groups=["simple"])["duplicate_rows_share"] == 0.25
    assert values_of(X, [0, 1, 1, 1], groups=["simple"])["duplicate_rows_share"] == 0
