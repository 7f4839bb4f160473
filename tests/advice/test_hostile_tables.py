"""Whatever comes in, out comes a recommendation whose pipeline fits and predicts, or one clear error."""

from __future__ import annotations

import bz2
import datetime
import decimal
import fractions
import gzip
import io
import lzma
import os
import resource
import subprocess
import sys
import uuid
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from recommender import RecommenderError, recommend
from recommender.cli import app as cli
from recommender.errors import DatasetError
from recommender.tables.files import opening
from recommender.tables.files import source as tables_module
from recommender.tables.files.readers import read_table
from recommender.tables.loading import load_dataset

Column = Callable[[int, np.random.Generator], Any]


def check(table: Any, target: Any = None, y: Any = None) -> str:
    """What came of it: the best algorithm, or the error's message."""
    try:
        recommendation = recommend(table, y, target=target)
        notes = recommendation.notes()
    except RecommenderError as error:
        message = str(error)
        assert message.count("\n") == 0, message
        assert 20 < len(message) < 1500, message
        return message
    assert all("\n" not in note for note in notes)
    data = recommendation.dataset
    X = table if y is not None else table.iloc[:, [str(name) != str(target) for name in table.columns]]
    labels = data.y if y is None else y
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")  # what a model says of the data is not ours
        predicted = recommendation.best.estimator.fit(X, labels).predict(X)
    assert len(predicted) == data.n_samples
    return recommendation.best.algorithm


def numbers(n: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=n)


def some(values: list[Any]) -> Column:
    """A column of objects drawn from a few values."""
    return lambda n, rng: pd.Series([values[i] for i in rng.integers(0, len(values), n)], dtype=object)


def each(make: Callable[[int], Any]) -> Column:
    """A column of objects, a different one in each row."""
    return lambda n, rng: pd.Series([make(i) for i in range(n)], dtype=object)


COLUMNS: dict[str, Column] = {
    "numbers": numbers,
    "missing": lambda n, rng: np.full(n, np.nan),
    "constant": lambda n, rng: np.ones(n),
    "nearly missing": lambda n, rng: np.where(np.arange(n) == n - 1, 1.0, np.nan),
    "infinite": lambda n, rng: np.where(rng.random(n) < 0.4, np.inf, rng.normal(size=n)),
    "both infinities": lambda n, rng: np.where(rng.random(n) < 0.5, np.inf, -np.inf),
    "next to infinity": lambda n, rng: rng.uniform(-1, 1, n) * 1e308,
    "next to nothing": lambda n, rng: rng.normal(size=n) * 1e-310,
    "long whole numbers": each(lambda i: 2**70 + i),
    "endless whole numbers": each(lambda i: 10**400 + i),
    "unsigned": lambda n, rng: np.array([2**64 - 1 - i for i in range(n)], dtype=np.uint64),
    "half": lambda n, rng: rng.normal(size=n).astype(np.float16),
    "long double": lambda n, rng: rng.normal(size=n).astype(np.longdouble),
    "complex": lambda n, rng: rng.normal(size=n) + 1j * rng.normal(size=n),
    "durations": lambda n, rng: pd.to_timedelta(rng.integers(0, 1000, n), unit="h"),
    "missing durations": lambda n, rng: pd.to_timedelta(np.where(rng.random(n) < 0.3, np.nan, 1.0 + np.arange(n)), "h"),
    "periods": lambda n, rng: pd.period_range("2020-01", periods=n, freq="M"),
    "intervals": lambda n, rng: pd.cut(rng.normal(size=n), 3),
    "plain intervals": lambda n, rng: pd.arrays.IntervalArray.from_breaks(np.arange(n + 1.0)),
    "sparse": lambda n, rng: pd.arrays.SparseArray(rng.integers(0, 2, n)),
    "sparse floats": lambda n, rng: pd.arrays.SparseArray(np.where(rng.random(n) < 0.7, np.nan, rng.normal(size=n))),
    "bytes": some([b"a", b"\xff", b""]),
    "many bytes": each(lambda i: str(i).encode()),
    "lists": each(lambda i: [i, [i]]),
    "dictionaries": each(lambda i: {"deep": {"er": i}}),
    "sets": each(lambda i: {i}),
    "arrays": each(lambda i: np.arange(3)),
    "frames": each(lambda i: pd.DataFrame({"a": [i]})),
    "tuples": each(lambda i: (i % 3, i)),
    "mixed": some([1, "a", None, 2.5, b"x", True, (1,), datetime.date(2020, 1, 1)]),
    "mixed numbers and text": each(lambda i: i if i % 2 else str(i)),
    "mixed dates": some([pd.Timestamp("2020-01-01"), "soon", 3, None]),
    "dates of two zones": some([pd.Timestamp("2020-01-01", tz="UTC"), pd.Timestamp("2021-01-01", tz="Asia/Tokyo")]),
    "far dates": each(lambda i: f"{3000 + i}-01-01"),
    "impossible dates": each(lambda i: f"2020-13-{i % 40:02d}"),
    "plain dates": each(lambda i: datetime.date(2020, 1, 1) + datetime.timedelta(days=i)),
    "times": each(lambda i: datetime.time(i % 24)),
    "decimals": each(lambda i: decimal.Decimal(i) / 3),
    "decimal infinities": some([decimal.Decimal("Infinity"), decimal.Decimal("NaN"), decimal.Decimal(1)]),
    "fractions": each(lambda i: fractions.Fraction(i, 7)),
    "identifiers": each(lambda i: uuid.UUID(int=i)),
    "row numbers": lambda n, rng: np.arange(n),
    "every kind of missing": some([None, np.nan, pd.NA, pd.NaT, "a", "b"]),
    "objects of numbers": some([1.5, None, 2, float("inf"), pd.NA]),
    "objects of booleans": some([True, False, None]),
    "nullable booleans": lambda n, rng: pd.array(rng.choice([True, False, None], n), dtype="boolean"),
    "nullable numbers": lambda n, rng: pd.array(np.where(rng.random(n) < 0.3, np.nan, rng.normal(size=n)), "Float64"),
    "nullable text": lambda n, rng: pd.array(rng.choice(np.array(["x", "y", None], dtype=object), n), dtype="string"),
    "categories of numbers": lambda n, rng: pd.Categorical(rng.integers(0, 5, n)),
    "categories of nothing": lambda n, rng: pd.Categorical([None] * n, categories=["a", "b"]),
    "categories of dates": lambda n, rng: pd.Categorical(pd.date_range("2020", periods=n)),
    "mixed categories": lambda n, rng: pd.Categorical([[1, "a", 2.5][i % 3] for i in range(n)]),
    "empty text": some(["", " ", "\t", "a"]),
    "text of zeros": some(["\0", "a\0b", "a"]),
    "text of marks": each(lambda i: "." * (i + 1)),
    "smileys": each(lambda i: "🙂" * (i + 1)),
    "markup": each(lambda i: f"<b>[red]{i}[/red]</b>\n\r{{}}%s"),
    "long text": each(lambda i: "word " * 400 + str(i)),
}
TARGETS: dict[str, Column] = {
    "classes": lambda n, rng: rng.choice(["u", "v"], n),
    "three classes": lambda n, rng: rng.choice(["a", "b", "c"], n),
    "numbers": numbers,
    "counts": lambda n, rng: rng.poisson(200, n),
    "booleans": lambda n, rng: rng.random(n) < 0.5,
    "nullable": lambda n, rng: pd.array(rng.integers(1, 3, n), dtype="Int64"),
    "category": lambda n, rng: pd.Categorical(rng.choice(["u", "v"], n), ["u", "v", "never"]),
    "bytes of numbers": lambda n, rng: rng.choice([0, 255], n).astype(np.uint8),
}
NAMES: list[Callable[[int], list[Any]]] = [
    lambda p: [f"column {i}" for i in range(p)],
    lambda p: list(range(p)),
    lambda p: ["same"] * p,
    lambda p: [["", " ", "\n", "[red]x[/red]", "<b>&amp;"][i % 5] + "x" * (i // 5) for i in range(p)],
    lambda p: [[None, 1.5, ("a", 1), True, pd.Timestamp("2020"), b"b", "c", float("nan")][i % 8] for i in range(p)],
    lambda p: [("top", i) for i in range(p)],
    lambda p: ["long" * 2000 + str(i) for i in range(p)],
]
INDICES: list[Callable[[int], Any]] = [
    lambda n: None,
    lambda n: [0] * n,
    lambda n: pd.date_range("2020", periods=n),
    lambda n: pd.MultiIndex.from_arrays([range(n), ["x"] * n]),
]


def generated(seed: int) -> pd.DataFrame:
    """A table drawn from the columns, targets, names and indices above."""
    rng = np.random.default_rng(seed)
    n = int(rng.choice([1, 2, 5, 12, 30, 30, 40]))
    kinds = ["numbers", list(COLUMNS)[seed % len(COLUMNS)], *rng.choice(list(COLUMNS), int(rng.integers(0, 3)))]
    target = TARGETS[str(rng.choice(list(TARGETS)))](n, rng)
    columns = [pd.Series(COLUMNS[str(kind)](n, rng)) for kind in kinds]
    names = NAMES[int(rng.integers(len(NAMES)))](len(columns))
    table = pd.concat([*columns, pd.Series(target)], axis=1).set_axis(
        pd.Index([*names, "target"], dtype=object), axis=1
    )
    index = INDICES[int(rng.integers(len(INDICES)))](n)
    return table if index is None else table.set_axis(index, axis=0)


@pytest.mark.parametrize("seed", range(len(COLUMNS)))
def test_generated_tables(seed):
    check(generated(seed), "target")


@pytest.mark.parametrize("kind", COLUMNS)
def test_each_kind_of_column_beside_a_good_one(kind):
    rng = np.random.default_rng(0)
    a = rng.normal(size=40)
    table = pd.DataFrame({"a": a, "target": np.where(a + rng.normal(size=40) > 0, "u", "v")})
    table.insert(1, "odd", pd.Series(COLUMNS[kind](40, rng)))
    assert " " not in check(table, "target")


def around(**columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    a = rng.normal(size=40)
    return pd.DataFrame({"a": a, "y": np.where(a + rng.normal(size=40) > 0, "u", "v")} | columns)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ([[i % 2] for i in range(40)], "list values"),
        ([{"a": i} for i in range(40)], "dict values"),
        ([(i % 2,) for i in range(40)], "tuple"),
        ([1, "a"] * 20, "does not take as classes"),
        ([b"u", b"v"] * 20, "bytes"),
        (pd.PeriodIndex(["2020", "2021"] * 20, freq="Y"), "Period"),
        (pd.cut(np.arange(40.0), 2), "Interval"),
        (np.arange(40) + 1j, "complex"),
        (pd.date_range("2020", periods=40), "single row"),
        ([f"customer {i}" for i in range(40)], "Is it an identifier"),
        ([10**400 + i for i in range(40)], "does not take as classes"),
        (np.array([np.inf, 1.5] * 20), "20 infinite values"),
        ([None] * 40, "missing in 40 of 40 rows"),
    ],
)
def test_targets_that_are_none(target, message):
    assert message in check(around(y=pd.Series(target, dtype=getattr(target, "dtype", object))), "y")


def test_many_columns():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(30, 10_000)), columns=[f"x{i}" for i in range(10_000)])
    y = ["u", "v"] * 15
    best = recommend(table, y, exclude=["catboost"]).best  # which takes minutes for so many columns
    assert len(best.estimator.fit(table, y).predict(table)) == 30


@pytest.mark.parametrize(
    ("features", "y", "message"),
    [
        ([[1, 2], [3]], [0, 1], "cannot be read as an array"),
        (np.zeros((2, 2, 2)), [0, 1], "shape (2, 2, 2)"),
        (3, [0, 1], "shape ()"),
        ({"a": [1, 2]}, [0, 1], "got dict"),
        (np.ones((4, 2)), [[0, 1]] * 4, "must be one column"),
        (np.ones((4, 2)), "y", "target="),
    ],
)
def test_what_is_no_table(features, y, message):
    assert message in check(features, y=y)


def test_a_sparse_matrix_is_written_out_only_where_it_fits():
    from scipy import sparse

    assert "too large" in check(sparse.csr_matrix((10**6, 10**6)), y=np.zeros(10**6))
    assert load_dataset(sparse.eye(40).tocsr(), [0, 1] * 20).n_features == 40


# ---------------------------------------------------------------------------------------------------------------------
# Files

ROWS = [(f"{i}.5", f"k{i % 3}", "uv"[i * 7 % 5 > 2]) for i in range(40)]
PLAIN = "a,b,y\n" + "".join(",".join(row) + "\n" for row in ROWS)
SEMICOLONS = "a;b;y\n" + "".join(";".join(row).replace(".", ",") + "\n" for row in ROWS)


def zipped(**members: str | bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("|", "/"), content)
    return packed.getvalue()


READABLE: dict[str, bytes] = {
    "utf-8-sig.csv": PLAIN.encode("utf-8-sig"),
    "latin-1.csv": PLAIN.replace("k1", "größe").encode("latin-1"),
    "no-encoding.csv": PLAIN.encode().replace(b"k1", b"\x81\x8d\xe4"),
    "utf-16.csv": PLAIN.encode("utf-16"),
    "utf-16-be.csv": PLAIN.encode("utf-16-be"),
    "utf-32.csv": PLAIN.encode("utf-32"),
    "semicolons.csv": SEMICOLONS.encode(),
    "quoted.csv": ('"a";"b";"y"\n' + "".join(f'"{a}";"{b}";"{y}"\n'.replace(".", ",") for a, b, y in ROWS)).encode(),
    "tabs.tsv": PLAIN.replace(",", "\t").encode(),
    "bars.csv": PLAIN.replace(",", "|").encode(),
    "windows.csv": PLAIN.replace("\n", "\r\n").encode(),
    "macintosh.csv": PLAIN.replace("\n", "\r").encode(),
    "upper.CSV": PLAIN.encode(),
    "newlines.csv": PLAIN.replace("k1", '"k\n\n1, ""and"" more"').encode(),
    "row-names.csv": ("a,b,y\n" + "".join(f"r{i},{','.join(row)}\n" for i, row in enumerate(ROWS))).encode(),
    "one-delimiter-too-many.csv": ("a,b,y\n" + "".join(",".join(row) + ",\n" for row in ROWS)).encode(),
    "packed.csv.gz": gzip.compress(PLAIN.encode()),
    "packed.csv.xz": lzma.compress(PLAIN.encode()),
    "packed.csv.bz2": bz2.compress(PLAIN.encode()),
    "packed.csv.zip": zipped(**{"table.csv": PLAIN, "__MACOSX|.table.csv": "x"}),
    "packed-in-secret.csv": gzip.compress(PLAIN.encode()),
}


@pytest.mark.parametrize("name", READABLE)
def test_files_in_every_form(tmp_path, name):
    (tmp_path / name).write_bytes(READABLE[name])
    dataset = load_dataset(tmp_path / name, target="y")
    assert dataset.kinds == ["numeric", "categorical"]
    assert dataset.X["a"].tolist() == [i + 0.5 for i in range(40)]
    assert dataset.y.tolist() == [row[2] for row in ROWS]


ODD: dict[str, tuple[bytes, str]] = {
    "empty.csv": (b"", "is empty"),
    "blank.csv": (b"\n \n\n", "is empty"),
    "header.csv": (b"a,b,y\n", "the table is empty"),
    "one-row.csv": (b"a,b,y\n1,2,u\n", "one class only"),
    "one-column.csv": (b"y\nu\nv\nu\nv\n", "0 feature columns"),
    "nothing-but-missing.csv": (b"a,y\n" + b",u\n,v\n" * 9, "is usable"),
    "no-target.csv": (PLAIN.replace("y", "z", 1).encode(), "unknown target column"),
    "two-fields-too-many.csv": (("a,y\n" + "".join(f"r,s,{i},u\n" for i in range(9))).encode(), "2 more values"),
    "ragged.csv": ((PLAIN + "1,2,3,4,5\n").encode(), "Expected 3 fields in line 42, saw 5"),
    "open-quote.csv": (PLAIN.replace("k1", '"k1', 1).encode(), "cannot be read as CSV"),
    "page.csv": (b"\n<!DOCTYPE html><html><body>404</body></html>", "web page"),
    "objects.csv": (b'[{"a": 1, "y": 2}]', "JSON"),
    "workbook.csv": (zipped(**{"[Content_Types].xml": "x", "xl|workbook.xml": "y"}), "workbook of Excel"),
    "old-workbook.csv": (b"\xd0\xcf\x11\xe0" + bytes(600), "old workbook of Excel"),
    "noise.csv": (np.random.default_rng(0).bytes(5000), "binary data"),
    "zeros.csv": (PLAIN.replace("k1", "k\0").encode(), "binary data"),
    "database.csv": (b"SQLite format 3\0" + bytes(100), "SQLite database"),
    "attributes.csv": (b"% made by hand\n@RELATION x\n@ATTRIBUTE a REAL\n", "ARFF file"),
    "columns.parquet": (PLAIN.encode(), "cannot be read as PARQUET"),
    "cut-off.csv.gz": (gzip.compress(PLAIN.encode())[:-30], "cannot be read as CSV"),
    "damaged.csv.xz": (lzma.compress(PLAIN.encode())[:60] + b"x" * 60, "cannot be read as CSV"),
    "two.csv.zip": (zipped(a=PLAIN, b=PLAIN), "holds 2 files"),
    "nested.csv.gz": (gzip.compress(gzip.compress(PLAIN.encode())), "binary data"),
    "delimiters.csv": (b"," * 200_000, "more than 100,000 columns"),
    "unknown.attributes.arff": (
        b"@relation x\n@attribute a date 'yyyy'\n@attribute y {u,v}\n@data\n2000,u\n",
        "Bad @ATTR",
    ),
    "ragged.arff": (b"@relation x\n@attribute a real\n@attribute y {u,v}\n@data\n1,u,3\n", "cannot be read as ARFF"),
    "\N{SNOWMAN}" * 5 + ".docx": (PLAIN.encode(), "cannot tell the format"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_files_are_one_line_on_the_command_line(tmp_path, capsys, name):
    content, message = ODD[name]
    (tmp_path / name).write_bytes(content)
    assert cli.main(["recommend", str(tmp_path / name), "--target", "y"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert message in shown.err
    assert len(shown.err.splitlines()) == 1
    assert len(shown.err) < 800


@pytest.mark.parametrize("name", ["x" * 5000 + ".csv", "a\0.csv", "/dev/zero", "/dev/null"])
def test_names_of_no_file(name):
    with pytest.raises(DatasetError, match=r"no such file|cannot tell the format"):
        load_dataset(name, target="y")


def test_what_never_ends_is_not_read(tmp_path):
    (tmp_path / "endless.csv").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.csv")
    for name in ("endless.csv", "pipe.csv"):
        with pytest.raises(DatasetError, match="is not a regular file"):
            read_table(tmp_path / name)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, lambda content: zipped(a=content)])
def test_unpacking_ends_at_the_bound(tmp_path, monkeypatch, pack):
    monkeypatch.setattr(opening, "MAX_UNPACKED", 2**20)
    (tmp_path / "bomb.csv").write_bytes(pack(b"a,y\n" + b"0,0\n" * 2**19))
    with pytest.raises(DatasetError, match=r"unpacks to more than .* GiB"):
        read_table(tmp_path / "bomb.csv")


def test_a_zip_bomb_takes_little_memory(tmp_path):
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(b"0,0\n" * 2**18) * 1100)
    code = "import sys; from recommender.cli import app as cli; sys.exit(cli.main(sys.argv[1:]))"

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (2**30, 2**30))

    command = [sys.executable, "-c", code, "recommend", str(tmp_path / "bomb.csv.gz"), "--target", "y"]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limited)
    assert (done.returncode, done.stdout) == (2, "")
    assert "unpacks to more than 1 GiB" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_parquet_file_of_too_many_cells(tmp_path, monkeypatch):
    around().to_parquet(tmp_path / "table.parquet")
    monkeypatch.setattr(tables_module, "MAX_CELLS", 50)
    with pytest.raises(DatasetError, match="40 rows of 2 columns, more than can be read"):
        read_table(tmp_path / "table.parquet")


@pytest.mark.parametrize("name", ["semicolons.csv", "latin-1.csv", "tabs.tsv", "one-delimiter-too-many.csv"])
def test_a_script_reads_the_file_as_it_was_read(tmp_path, name):
    from recommender.showing.script import write_script

    path = tmp_path / name
    path.write_bytes(READABLE[name])
    code = write_script(recommend(path, target="y").best, file=str(path), target="y")
    names: dict[str, Any] = {}
    exec(code[: code.index("model =")], names)
    pd.testing.assert_frame_equal(names["X"], load_dataset(path, target="y").X)
