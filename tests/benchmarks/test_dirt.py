"""The study of dirt: what each kind writes and means, which columns it touches, and what is counted as a loss."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.dirt import days, numerals
from benchmarks.dirt import report as dirt_report
from benchmarks.dirt import run as dirt
from benchmarks.dirt.dirtying import dirtied
from benchmarks.dirt.kinds import _ALL, KINDS, example, find_kind
from benchmarks.dirt.measure import METHODS, Outcome, Table, measured
from recommender.errors import UnknownNameError
from recommender.tables.dataset import Dataset

README = Path(dirt.__file__).parent / "README.md"


@pytest.fixture(scope="module")
def X():
    """Five columns of numbers, one of them with missing values, and one of categories."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.lognormal(1, 1, (120, 4)), columns=list("abcd"))
    table["e"] = rng.normal(0, 1, 120)
    table["f"] = pd.Categorical(rng.choice(list("xyz"), 120))
    table.loc[3, "b"] = np.nan
    return table


@pytest.fixture(scope="module")
def y(X):
    return pd.Series(np.log(X["a"]) * 30 + X["e"], name="y")


def test_there_are_many_kinds_and_no_two_of_one_name():
    assert len(KINDS) == len(_ALL) >= 30


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_kind_is_drawn_from_its_seed_changes_cells_and_keeps_rows(kind, X, y):
    dirty, again = dirtied(X, y, kind, 1.0), dirtied(X, y, kind, 1.0)
    pd.testing.assert_frame_equal(dirty.X, again.X)
    pd.testing.assert_frame_equal(dirty.meant, again.meant)
    pd.testing.assert_series_equal(dirty.y, again.y)
    for part in (dirty.X, dirty.meant, dirty.y, dirty.meant_y):
        assert part.index.equals(X.index)
    cells, clean = (dirty.y, y) if kind.dirties == "target" else (dirty.X.iloc[:, 0], X["a"])
    assert cells.dtype != clean.dtype or not cells.equals(clean)
    assert list(dirty.meant.columns) == list(X.columns)
    assert dirty.y.notna().all()


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_the_page_of_kinds_shows_each_kind(kind):
    assert f"| {kind.name} | {example(kind)} |" in README.with_name("kinds.md").read_text()


@pytest.mark.parametrize("name", dirt.TABLES.values())
def test_the_readme_names_each_table(name):
    assert name in README.read_text()


def test_a_kind_leaves_clean_tables_as_they_were(X, y):
    before = X.copy()
    for kind in KINDS.values():
        dirtied(X, y, kind, 1.0)
    pd.testing.assert_frame_equal(X, before)


@pytest.mark.parametrize(
    ("write", "number", "typical", "cell"),
    [
        (numerals.form("{} kmpl"), 12.5, 12.5, "12.5 kmpl"),
        (numerals.dollars, -1234.5, 5e3, "-$1,234.50"),
        (numerals.euros, 1234.5, 5e3, "1.234,50 €"),
        (numerals.percent, 12.5, 50, "12.50%"),
        (numerals.thousands("'"), 1234567, 5e4, "1'234'567"),
        (numerals.indian, 12345678, 5e5, "1,23,45,678"),
        (numerals.indian, -12345, 5e5, "-12,345"),
        (numerals.indian, 123, 5e5, "123"),
        (numerals.accounting, 48_766, 5e4, "(1,234)"),
        (numerals.decimal_comma, 123.45, 500, "123,45"),
        (numerals.magnitudes({"M": 1e6, "k": 1e3}, 3e5), 2_500_000, 5e5, "2.5M"),
        (numerals.magnitudes({"M": 1e6, "k": 1e3}, 3e5), 12_300, 5e5, "12.3k"),
        (numerals.magnitudes({"M": 1e6, "k": 1e3}, 3e5), 123, 5e5, "123"),
        (numerals.durations, 170, 500, "2h 50m"),
        (numerals.durations, 120, 500, "2h"),
        (numerals.durations, 0, 500, "0m"),
        (numerals.clocks, 5_400, 86_399, "01:30:00"),
    ],
)
def test_numbers_are_written_as_people_do(write, number, typical, cell):
    """Zero and what is typical settle the size."""
    assert write(np.array([number, 0, *[typical] * 9]), np.random.default_rng(0))[0] == cell


@pytest.mark.parametrize(
    ("form", "cell"),
    [
        (days.short_form, "1-Feb-85"),
        (days.long_form, "February 1, 1985"),
        (days.digits, 19850201),
        (days.with_offset, "1985-02-01T12:00:00+01:00"),
    ],
)
def test_dates_are_written_as_people_do(form, cell):
    assert form(days.days_of(np.array([0.0, 31.0, 12_000.0])))[1] == cell


def test_cells_that_hold_everything_mean_the_clean_table(X, y):
    for name in ("two units", "accounting negatives", "resolution", "numbers as decimals", "id of digits"):
        dirty = dirtied(X[list("acde")], y, find_kind(name), 1.0)
        pd.testing.assert_frame_equal(dirty.meant, X[list("acde")])
    assert dirty.X["customer_id"].is_unique


def test_words_for_missing_values_hide_the_same_cells_and_mean_nothing(X, y):
    meant = [dirtied(X, y, find_kind(f"{word} for missing"), 1.0).meant for word in ("?", "blank", "n/a")]
    pd.testing.assert_frame_equal(meant[0], meant[1])
    pd.testing.assert_frame_equal(meant[0], meant[2])
    dirty = dirtied(X, y, find_kind("? for missing"), 1.0)
    assert dirty.meant["a"].isna().equals(dirty.X["a"] == "?")
    assert dirty.meant["a"].isna().mean() == pytest.approx(0.05, abs=0.05)
    assert (dirtied(X, y, find_kind("one ?"), 1.0).X["a"] == "?").sum() == 1


def test_a_sentinel_is_written_only_where_it_lies_far_outside(X, y):
    kind = find_kind("-999 for missing")
    assert set(dirtied(X, y, kind, 1.0).columns) == set("abcde")
    assert set(dirtied(X.assign(a=X["a"] * 1e4), y, kind, 1.0).columns) == set("bcde")


def test_a_range_has_the_number_in_its_middle(X, y):
    cells = dirtied(X, y, find_kind("ranges"), 1.0).X["a"]
    ranges = cells.str.contains(" - ")
    middles = [np.mean([float(end) for end in cell.split(" - ")]) for cell in cells]
    assert 0.1 < ranges.mean() < 0.5
    assert np.corrcoef(middles, X["a"])[0, 1] > 0.9999


def test_ordered_words_keep_the_order_of_numbers(X, y):
    dirty = dirtied(X, y, find_kind("clipped ends"), 1.0)
    assert {"<1", "10", ">20"} <= set(dirty.X["a"])
    assert dirty.X["a"][X["a"].idxmin()] == "<1"
    assert dirty.meant["a"].corr(X["a"], method="spearman") > 0.99
    steps = dirtied(X, y, find_kind("at least"), 1.0)
    assert [f"{step:,}+" for step in steps.meant["a"]] == steps.X["a"].tolist()


def test_lists_hold_several_columns(X, y):
    dirty = dirtied(X[["a", "c", "e"]], y, find_kind("lists"), 1.0)
    joined = dirty.X["a"].fillna("").str.split(", ")
    for column, option in {"a": "wifi", "c": "parking", "e": "pool"}.items():
        assert [option in cells for cells in joined] == (dirty.meant[column] == 1).tolist()
    assert dirtied(X, y, find_kind("lists"), 1.0).X.shape[1] == 2


def test_a_target_is_written_but_its_numbers_are_known(X, y):
    dirty = dirtied(X, y, find_kind("target in dollars"), 1.0)
    read = dirty.y.str.replace("[$,]", "", regex=True).astype(float)
    assert np.abs(read - dirty.meant_y).max() < 0.01
    assert np.corrcoef(dirty.meant_y, y)[0, 1] == pytest.approx(1)
    assert dirtied(X, pd.Series(["a", "b"] * 60), find_kind("target in dollars"), 1.0) is None


def test_a_share_of_the_columns_that_suit_is_dirtied_and_at_least_one(X, y):
    kind = find_kind("percent")
    few, all_of_them = dirtied(X, y, kind, 0.3), dirtied(X, y, kind, 1.0)
    assert len(few.columns) == 2
    assert set(few.columns) < set(all_of_them.columns) == set("abcde")
    assert len(dirtied(X[["a", "f"]], y, kind, 0.3).columns) == 1
    assert dirtied(X[["f"]], y, kind, 1.0) is None
    found = [
        (kind.name, rate) for kind, rate, _ in dirt.dirty_tables(Dataset(X[["a"]], y, "regression"), [kind], [0.3, 1])
    ]
    assert found == [("percent", 1)]  # both rates would dirty the same


def test_an_unknown_kind_is_told():
    with pytest.raises(UnknownNameError, match="percent"):
        find_kind("per cent")


@pytest.mark.parametrize("method", METHODS)
def test_methods_are_measured_on_cells_and_judged_on_what_they_mean(method, X, y):
    clean = measured(Table(y, Dataset(X, y, "regression")), method)
    assert clean.status == "ok", clean.message
    assert clean.score > 0.5
    assert clean.seconds > 0
    broken = measured(Table(pd.Series(["?"] * 120, name="y"), Dataset(X, y, "regression")), method)
    assert broken.status == "failed"
    assert broken.message


def test_a_target_that_is_taken_for_classes_is_a_failure(X, y):
    done = measured(Table(pd.Series(["low", "high"] * 60, name="y"), Dataset(X, y, "regression")), "recommended")
    assert (done.status, np.isnan(done.score)) == ("failed", True)
    assert "binary" in done.message


@pytest.fixture
def tried(X, y, monkeypatch):
    """What is fitted, of methods that score each table by how many of its columns hold numbers."""
    fitted = []

    def measured(table, method):
        fitted.append((method, table.truth.X.shape))
        return Outcome(0.2 + 0.1 * table.truth.X.select_dtypes("number").shape[1], seconds=0.5)

    task = type("Task", (), {"dataset": Dataset(X, y, "regression", "drawn")})
    monkeypatch.setattr(dirt, "measured", measured)
    monkeypatch.setattr(dirt, "read_task", lambda task_id: task)
    return fitted


def test_rows_are_kept_as_they_come_and_nothing_is_measured_twice(tried, tmp_path):
    output = tmp_path / "some" / "rows.csv"
    dirt.run([1], [find_kind("percent"), find_kind("euros")], [0.3, 1.0], ["skrub"], output)
    rows = pd.read_csv(output)
    assert rows[["kind", "rate", "columns"]].to_numpy().tolist() == [
        ["percent", 0.3, 2], ["percent", 1.0, 5], ["euros", 0.3, 2], ["euros", 1.0, 5],
    ]  # fmt: skip
    assert rows["clean"].tolist() == rows["meant"].tolist() == pytest.approx([0.7] * 4)
    assert rows["loss"].tolist() == pytest.approx([2 / 7, 5 / 7] * 2, abs=1e-5)
    assert len(tried) == 5  # the clean table once
    dirt.run([1], [find_kind("percent"), find_kind("one ?")], [1.0], ["skrub"], output)
    assert len(tried) == 7  # what has a hole, and what it means
    assert pd.read_csv(output)["kind"].tolist()[-1] == "one ?"


def test_what_a_method_gave_can_be_forgotten(tried, tmp_path):
    output = tmp_path / "rows.csv"
    dirt.run([1], [find_kind("percent")], [1.0], ["recommended", "skrub"], output)
    before = output.read_text()
    for path in (output, tmp_path / dirt.REFERENCES_FILE):
        dirt.forget(path, ["recommended"])
        assert set(pd.read_csv(path)["method"]) == {"skrub"}
    tried.clear()
    dirt.run([1], [find_kind("percent")], [1.0], ["recommended", "skrub"], output)
    assert [method for method, _ in tried] == ["recommended", "recommended"]
    assert sorted(output.read_text().splitlines()) == sorted(before.splitlines())


def test_a_table_with_hardly_any_signal_is_left_out(tried, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(dirt, "measured", lambda table, method: Outcome(0.19 if method == "skrub" else 0.9))
    dirt.run([1], [find_kind("percent")], [1.0], ["recommended", "skrub"], tmp_path / "rows.csv")
    assert pd.read_csv(tmp_path / "rows.csv").empty
    assert "left out drawn" in capsys.readouterr().out


def test_losses_are_averaged_by_kind_and_each_kind_counts_the_same(tmp_path):
    losses = {("percent", 0.3): [0.0, 0.2], ("percent", 1.0): [0.4, 0.6], ("clock", 1.0): [1.0]}
    rows = [
        {"task_id": i, "task": "binary", "kind": kind, "rate": rate, "method": "skrub", "loss": loss,
         "dirty": 0.9 - 0.4 * loss, "status": "failed" if loss == 1 else "ok", "chosen": "", "message": ""}
        for (kind, rate), found in losses.items() for i, loss in enumerate(found)
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "rows.csv", index=False)
    summary = dirt_report.report(tmp_path / "rows.csv").set_index(["kind", "rate"])
    assert summary.loc[("percent", "0.3"), "skrub"] == pytest.approx(0.1)
    assert summary.loc[("percent", "all"), ["tables", "skrub", "skrub failed"]].tolist() == pytest.approx([2, 0.3, 0])
    assert summary.loc[(dirt_report.ALL, "all"), ["tables", "skrub", "skrub failed"]].tolist() == pytest.approx(
        [2, 0.65, 1]
    )
    assert (tmp_path / "summary.csv").exists()
