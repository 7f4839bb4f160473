from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.tables.cells.dates import fit_dates, looks_like_yyyymmdd, read_dates

DATES = [
    (["2015-01-05", "2015-02-28"], ["2015-01-05", "2015-02-28"]),
    (["2015-01-05 10:00:00", "2015-02-28T23:59:59.25"], ["2015-01-05 10:00", "2015-02-28 23:59:59.25"]),
    (["2015-01-05T10:00:00.123Z", "2015-01-05T10:00:00Z"], ["2015-01-05 10:00:00.123", "2015-01-05 10:00"]),
    (["2015-03-01T10:00:00+01:00", "2015-07-01T10:00:00+02:00"], ["2015-03-01 09:00", "2015-07-01 08:00"]),
    (["2015-01-05 10:00:00 UTC", "2015-01-06 10:00:00 UTC"], ["2015-01-05 10:00", "2015-01-06 10:00"]),
    (["31/12/2021 13:00", "01/02/2021 4:05"], ["2021-12-31 13:00", "2021-02-01 04:05"]),
    (["12/31/2021", "01/02/2021"], ["2021-12-31", "2021-01-02"]),
    (["01/02/2021", "03/04/2020"], ["2021-01-02", "2020-03-04"]),
    (["01.02.2021", "03.04.2020"], ["2021-02-01", "2020-04-03"]),
    (["01/02/21", "13/02/21"], ["2021-02-01", "2021-02-13"]),
    (["01-01-84", "31-12-55", "05-06-04"], ["1984-01-01", "1955-12-31", "2004-06-05"]),
    (["2021/3/4", "2021/11/30"], ["2021-03-04", "2021-11-30"]),
    (["1/2/2021 5:30 PM", "12/31/2021 11:05 AM"], ["2021-01-02 17:30", "2021-12-31 11:05"]),
    (["7-Jan-18", "12-Feb-99"], ["2018-01-07", "1999-02-12"]),
    (["January 7, 2018", "May 12, 2018"], ["2018-01-07", "2018-05-12"]),
    (["Jan 1st, 2019", "March 3rd, 2020"], ["2019-01-01", "2020-03-03"]),
    (["Friday, 26 October 2012", "Saturday, 27 October 2012"], ["2012-10-26", "2012-10-27"]),
    (["Mon, 05 Mar 2018 10:00:00 +0100", "Tue, 06 Mar 2018 10:00:00 GMT"], ["2018-03-05 09:00", "2018-03-06 10:00"]),
    (["01 Jan 2015", "5 May 2016"], ["2015-01-01", "2016-05-05"]),
    (["26OCT2012", "01JAN2013"], ["2012-10-26", "2013-01-01"]),
    (["Sept 5, 2018", "Sep 6, 2018"], ["2018-09-05", "2018-09-06"]),
    (["Jan-2015", "May-2016"], ["2015-01-01", "2016-05-01"]),
    (["Jan 2015", "December 2016"], ["2015-01-01", "2016-12-01"]),
    (["Jan-18", "Feb-99"], ["2018-01-01", "1999-02-01"]),
    (["2015-01", "2015-12"], ["2015-01-01", "2015-12-01"]),
    (["2015/01", "2015/12"], ["2015-01-01", "2015-12-01"]),
    (["2014-15", "1999-00", "2010-11"], ["2014-01-01", "1999-01-01", "2010-01-01"]),
    (["2013/14", "2015/16"], ["2013-01-01", "2015-01-01"]),
    (["2010-11", "2011-10"], ["2010-11-01", "2011-10-01"]),
    (["5/2015", "12/2016"], ["2015-05-01", "2016-12-01"]),
    (["20150101", "20161231"], ["2015-01-01", "2016-12-31"]),
    (["20150101T101500", "20150102T101500"], ["2015-01-01 10:15", "2015-01-02 10:15"]),
    (["22:20 01 Mar", "10:10 29 Feb"], ["2000-03-01 22:20", "2000-02-29 10:10"]),
    (["01 Mar", "29 Feb"], ["2000-03-01", "2000-02-29"]),
    (["2015-W05", "2016-W52"], ["2015-01-26", "2016-12-26"]),
    (["2015Q1", "Q3 2016", "2017-Q4"], ["2015-01-01", "2016-07-01", "2017-10-01"]),
    (["2015-01-05", "unknown", "?", " 2015-01-06 "], ["2015-01-05", None, None, "2015-01-06"]),
    (["1/1/2020", "2020-05-05", "Jan 5, 2020"], ["2020-01-01", "2020-05-05", "2020-01-05"]),
    (["9999-12-31", "2015-01-01"], [None, "2015-01-01"]),
]

NO_DATES = [
    ["1.2.3", "2.3.4"],
    ["v1.2.2015", "v1.3.2015"],
    ["12", "15"],
    ["2015", "2016"],
    ["1.5", "2.5"],
    ["18:00:00", "22:20:11"],
    ["555-12-1234", "123-45-6789"],
    ["192.168.1.1", "10.0.0.1"],
    ["3-1", "2-2"],
    ["12/13", "1/2"],
    ["2015-2016", "2016-2017"],
    ["12345678", "87654321"],
    ["5551-12", "1234-11"],
    ["2013-02-31", "2013-01-01"],
    ["May", "June"],
    ["Monday", "Friday"],
    ["2014 Toyota", "2015 Ford"],
    ["a", "b"],
    ["?", ""],
    [],
]


@pytest.mark.parametrize(("texts", "dates"), DATES)
def test_dates_are_read_as_a_person_reads_them(texts, dates):
    format = fit_dates(texts)
    assert format is not None
    found = format.parse(texts)
    assert found.dtype == "datetime64[ns]"
    np.testing.assert_array_equal(found, np.array(dates, dtype="datetime64[ns]"))
    assert format.odd == ()


@pytest.mark.parametrize("texts", NO_DATES)
def test_numbers_names_and_codes_are_no_dates(texts):
    assert fit_dates(texts) is None


def test_later_dates_follow_the_order_of_the_column():
    format = fit_dates(["31/12/2021", "01/02/2021"])
    assert format.day_first
    later = format.parse(["03/04/2021", "03-04-2021 10:00", "May 5, 2021", "soon"])
    expected = ["2021-04-03", "2021-04-03 10:00", "2021-05-05", None]
    np.testing.assert_array_equal(later, np.array(expected, dtype="datetime64[ns]"))


def test_few_odd_texts_are_told_and_missing():
    texts = [str(day) for day in pd.date_range("2020-01-01", periods=100).date] + ["31 of June"]
    format = fit_dates(texts)
    assert format.odd == ("31 of June",)
    assert format.understood == pytest.approx(100 / 101)
    assert np.isnat(format.parse(texts)[-1])


def test_counts_weigh_the_texts():
    assert fit_dates(["2020-01-01", "2020-01-02", "2020-01-03", "never"], counts=[50, 50, 50, 1]).odd == ("never",)
    assert fit_dates(["2020-01-01", "2020-01-02", "soon"], counts=[5, 5, 5]) is None


def test_missing_values_stay_in_place():
    found = fit_dates(["2020-01-01"]).parse(pd.Series([None, "2020-01-02", np.nan], dtype=object))
    np.testing.assert_array_equal(found, np.array([None, "2020-01-02", None], dtype="datetime64[ns]"))


@pytest.mark.parametrize(
    ("values", "are_dates"),
    [
        ([20150131, 20160229, 20150131], True),
        ([20150131, 20150232], False),
        ([20150131], False),
        ([20150101, 20150131], False),
        ([18991231, 20150131], False),
        ([1, 2], False),
    ],
)
def test_whole_numbers_are_dates_only_where_all_are_valid(values, are_dates):
    assert looks_like_yyyymmdd(np.array(values)) is are_dates


def test_a_column_is_read_into_dates_at_once():
    found = read_dates(pd.Series(["2026-01-31", "soon", None], index=[5, 6, 7]))
    assert found.tolist()[0] == pd.Timestamp("2026-01-31")
    assert found.isna().tolist() == [False, True, True]
    assert found.index.tolist() == [5, 6, 7]
