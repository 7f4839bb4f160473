from __future__ import annotations

from decimal import Decimal

import hypothesis
import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from recommender.tables.cells.dates import fit_dates
from recommender.tables.cells.numbers import fit_numbers

NAN = float("nan")

PLAIN = [
    (["12", "-3.5", "+4", "1e-5", ".5", "5.", "−7", " 8 "], [12, -3.5, 4, 1e-5, 0.5, 5, -7, 8]),
    (["1", "?", "", " ", "-", "n/a", "3", "unknown", "#N/A"], [1, NAN, NAN, NAN, NAN, NAN, 3, NAN, NAN]),
    (["12.5%", "(3%)"], [12.5, -3]),
    (["$1,234.50", "($200.00)", "-$5", "$-6", "12-"], [1234.5, -200, -5, -6, -12]),
    (["(1,234)", "17"], [-1234, 17]),
    (["10,000+", "500+", "0"], [10000, 500, 0]),
    (["<1", "1", "2", ">20", "<= 3"], [0.5, 1, 2, 20, 3]),
    (["~5", "≈6", "approx 7", "about 8", "9"], [5, 6, 7, 8, 9]),
    (["1133 - 1384", "1200", "1 to 3", "5–7", "-5 - -3"], [1258.5, 1200, 2, 6, -4]),
    (["10-49", "50-99", "1000+"], [29.5, 74.5, 1000]),
    (["2015-2016", "2016-2017"], [2015.5, 2016.5]),
    (["8/10", "7.5/10"], [8, 7.5]),
    (["[70-80)", "[60-70)", "[0-10)"], [75, 65, 5]),
    (["(0, 5]", "(5.5, 10]"], [2.5, 7.75]),
    (["12*", "13[2]", "14†", "#15"], [12, 13, 14, 15]),
    (["15.90N", "10.5S", "3N"], [15.9, -10.5, 3]),
    (["10.33° E", "74.5° W"], [10.33, -74.5]),
]

MARKS = [
    (["1,234", "12"], [1234, 12]),
    (["1,234", "12,5", "7,25"], [1.234, 12.5, 7.25]),
    (["1.234", "12.345"], [1.234, 12.345]),
    (["0.125", "1.234"], [0.125, 1.234]),
    (["1.234.567", "1.234"], [1234567, 1234]),
    (["1.234", "12,5"], [1234, 12.5]),
    (["3.463,57", "12,75"], [3463.57, 12.75]),
    (["1 234,5", "12,75"], [1234.5, 12.75]),
    (["1\u00a0234", "567", "1\u202f234\u202f567"], [1234, 567, 1234567]),
    (["1'234.50", "12", "1’000"], [1234.5, 12, 1000]),
    (["4,25,000", "30,000", "1,04,25,000"], [425000, 30000, 10425000]),
    (["4,25000", "30000"], [425000, 30000]),
    (["3,14159", "2,5"], [3.14159, 2.5]),
]

UNITS = [
    (["19.67 kmpl", "23 kmpl", "null kmpl", "null bhp"], [19.67, 23, NAN, NAN], "kmpl"),
    (["8GB", "16GB"], [8, 16], "GB"),
    (["8GB", "16GB", "1TB", "512 MB"], [8, 16, 1024, 0.5], "GB"),
    (["1.37kg", "2 kg", "800g"], [1.37, 2, 0.8], "kg"),
    (["1,133 sq ft", "900 sq. ft."], [1133, 900], "sq ft"),
    (["Rs. 450", "Rs.1,29,900", "₹ 20", "INR 30", "Rs. 50/-"], [450, 129900, 20, 30, 50], "₹"),
    (["USD 12", "12 USD", "$13"], [12, 12, 13], "$"),
    (["€ 12,50", "3,5 €"], [12.5, 3.5], "€"),
    (["£3", "£4.20"], [3, 4.2], "£"),
    ([" $1,493,660 ", " $12 "], [1493660, 12], "$"),
    (["5.3 km/l", "6 km/l"], [5.3, 6], "km/l"),
    (["120 V", "230 V"], [120, 230], "V"),
    (["37°C", "36.6 °C"], [37, 36.6], "°C"),
    (["5'", "6'"], [5, 6], "'"),
    (["25 kg/m2", "31.5 kg/m2"], [25, 31.5], "kg/m2"),
    (["3m", "12 m"], [3, 12], "m"),
    (["12 kg", "15", "20 kg"], [12, 15, 20], "kg"),
    (["18,500 miles", "200 miles", "-"], [18500, 200, NAN], "miles"),
    (["$1,200/month", "$900/month"], [1200, 900], "$ /month"),
    (["3 BHK", "2 BHK"], [3, 2], "BHK"),
    (["2 Kids", "1 Kid", "3 Kids"], [2, 1, 3], "Kids"),
    (["1,299 ratings", "1 rating"], [1299, 1], "ratings"),
    (["4.1 out of 5 stars", "3.5 out of 5 stars"], [4.1, 3.5], "stars"),
    (["5 ft 7 in", "6 ft"], [5 + 7 / 12, 6], "ft"),
    (["5.5 l/100 km", "6.1 l/100 km"], [5.5, 6.1], "l/ km"),
    (["CHF 1'200.50", "CHF 90.-"], [1200.5, 90], "CHF"),
    (["6-11", "5-9", "7-0", "6-0", "6-5"], [83, 69, 84, 72, 77], "in"),
    (["$0.99", "Free", "$1.99", "$2.99", "$4"], [0.99, 0, 1.99, 2.99, 4], "$"),
    (["9.00 mg", "0.00 mg", "6.00 mcg"], [9, 0, 0.006], "mg"),
    (["1,200 sq-yrd", "900 Sq. Yd"], [1200, 900], "sq yrd"),
    (["5'7\"", "6'1\"", "5' 6''"], [5 + 7 / 12, 6 + 1 / 12, 5.5], "'"),
    (["12 lbs 4 oz", "8 lbs"], [12.25, 8], "lbs"),
    (["10+ years", "< 1 year", "3 years", "n/a"], [10, 0.5, 3, NAN], "years"),
    (["Week 3", "Week 12"], [3, 12], "Week"),
]

MAGNITUDES = [
    (["3.4M", "870k", "2.5 B"], [3.4e6, 870e3, 2.5e9], ""),
    (["19M", "201k", "8.7M"], [19e6, 201e3, 8.7e6], ""),
    (["3.4M", "870"], [3.4e6, 870], ""),
    (["$5m", "$300k"], [5e6, 300e3], "$"),
    (["2.5 Cr", "12 Lakh", "1 Cr 20 Lakh"], [25e6, 1.2e6, 12e6], ""),
    (["₹ 1.5 Lakh", "₹ 50,000"], [150e3, 50e3], "₹"),
    (["3.4M", "2M"], [3.4, 2], "M"),
    (["$137K-$171K (Glassdoor est.)", "$50K-$80K (Employer est.)"], [154, 65], "$ K"),
    (["<$20k", "$20k-$40k", "$120k+"], [10, 30, 120], "$ k"),
    (["0-10k", "10-20k"], [5, 15], "k"),
]

DURATIONS = [
    (["2h 50m", "1h", "45m"], [10200, 3600, 2700]),
    (["1 hour 5 minutes", "2 hrs 5 min", "55 min"], [3900, 7500, 3300]),
    (["90 min", "3 days", "2 hours"], [5400, 259200, 7200]),
    (["01:30:00", "00:05:10"], [5400, 310]),
    (["18:00", "22:20", "09:05"], [64800, 80400, 32700]),
    (["18:00", "22:20 01 Mar"], [64800, 80400]),
    (["3:45", "1:02:03.5", "12:10"], [225, 3723.5, 730]),
    (["3:45", "59:59"], [225, 3599]),
    (["6:30 PM", "12:15 am", "11:00 AM"], [66600, 900, 39600]),
    (["PT1H5M", "PT45S"], [3900, 45]),
    (["0 days 01:05:00", "1 days 00:00:00"], [3900, 86400]),
]

SEVERAL = [
    (["1920x1080", "1366 x 768", "3840×2160"], [[1920, 1080], [1366, 768], [3840, 2160]]),
    (["10x12x3", "1 x 2 x 3"], [[10, 12, 3], [1, 2, 3]]),
    (["IPS Panel Full HD 1920x1080", "1366x768", "4K Ultra HD 3840x2160"], [[1920, 1080], [1366, 768], [3840, 2160]]),
    (["120/80", "126/83"], [[120, 80], [126, 83]]),
    (["100 kW (136 PS)", "50 kW (68 PS)"], [[100, 100.0279], [50, 50.014]]),
    (["POINT (-73.9 40.7)", "POINT (-74 40.6)"], [[-73.9, 40.7], [-74, 40.6]]),
    (["88+2", "78+3"], [[88, 2], [78, 3]]),
    (["4.2 (1,234 reviews)", "3.9 (87 reviews)"], [[4.2, 1234], [3.9, 87]]),
    (["12.5 [10.1-14.3]", "13 [10-12]"], [[12.5, 12.2], [13, 11]]),
    (["(40.7, -74.0)", "(41.2, -73.9)"], [[40.7, -74], [41.2, -73.9]]),
    (
        ["190Nm@ 2000rpm", "250Nm@ 1500-2500rpm", "22.4 kgm at 1750-2750rpm"],
        [[190, 2000], [250, 2000], [22.4, 2250]],
    ),
]

NO_NUMBERS = [
    ["A123", "B7", "C12"],
    ["12A", "12B", "3C", "4D", "5A"],
    ["12", "12A", "14B", "15", "16C"],
    ["X-15", "X-16"],
    ["1.2.3", "4.0.3", "1.10.0"],
    ["555-1234", "555-0199", "234-9876"],
    ["+1 555 123 4567", "+1 555 765 4321"],
    ["02134", "10001", "90210"],
    ["1234567890123456789", "1234567890123456780"],
    ["2021-01-05", "2021-02-06"],
    ["12/31/2021", "01/02/2020"],
    ["31.12.2021", "01.02.2020"],
    ["7-Jan-18", "8-Feb-19"],
    ["January 7, 2018", "May 8, 2018"],
    ["01 Mar", "02 Mar", "03 Mar"],
    ["22:20 01 Mar", "05:50 24 Feb"],
    ["Q1 2015", "Q2 2015"],
    ["2015-01", "2015-02"],
    ["5/2015", "12/2016"],
    ["192.168.1.1", "10.0.0.1"],
    ["1st", "2nd", "3rd", "4th"],
    ["WH-1000XM4", "WH-1000XM3"],
    ["3e8", "1a2b", "ff00"],
    ["12 Main St", "34 Oak Ave", "5 Elm St", "88 Pine Rd"],
    ["12 Angry Men", "21 Jump Street"],
    ["3 Series", "5 Series", "911 Carrera", "500 Abarth"],
    ["1 - Yes", "2 - No"],
    ["10", "20", "30", "A1"],
    ["a, b", "c"],
    ["1, 2", "2, 3"],
    ["16:9", "4:3"],
    ["Room 12", "Room 14"],
    ["rs10907175", "rs3813199"],
    ["<= 3 cm", "> 3 cm"],
    [*map(str, range(100, 300)), "207a", "229a"],
    ["15-24", "25-39", "40-"],
    ["low", "high", "none"],
    ["?", "", "n/a"],
    [],
]


def read(texts):
    format = fit_numbers(texts)
    assert format is not None
    return format, *format.parse(texts)


@pytest.mark.parametrize(("texts", "values"), [*PLAIN, *MARKS])
def test_numbers_are_read_as_a_person_reads_them(texts, values):
    format, found, units = read(texts)
    np.testing.assert_allclose(found, values)
    assert units is None
    assert format.odd == ()
    assert format.understood == 1


@pytest.mark.parametrize(("texts", "values", "unit"), [*UNITS, *MAGNITUDES])
def test_units_and_magnitudes_are_read(texts, values, unit):
    format, found, units = read(texts)
    np.testing.assert_allclose(found, values)
    assert units is None
    assert format.units == ((unit,) if unit else ())


@pytest.mark.parametrize(("texts", "seconds"), DURATIONS)
def test_durations_and_clocks_are_seconds(texts, seconds):
    format, found, _ = read(texts)
    np.testing.assert_allclose(found, seconds)
    assert format.units == ("s",)


@pytest.mark.parametrize(("texts", "values"), SEVERAL)
def test_a_cell_may_hold_several_numbers(texts, values):
    format, found, _ = read(texts)
    np.testing.assert_allclose(found, values, rtol=1e-5)
    assert format.n_numbers == len(values[0])


@pytest.mark.parametrize("texts", NO_NUMBERS)
def test_names_codes_and_dates_are_no_numbers(texts):
    assert fit_numbers(texts) is None


def test_units_that_do_not_convert_stand_beside_the_number():
    format, values, units = read(["23.1 km/kg", "19 kmpl", "17.5 kmpl", "20.1 km/kg", "8 kmpl"])
    assert values.tolist() == [23.1, 19, 17.5, 20.1, 8]
    assert units.tolist() == ["km/kg", "kmpl", "kmpl", "km/kg", "kmpl"]
    assert format.units == ("kmpl", "km/kg")
    assert format.parse(["3 mpg"])[0].tolist() == pytest.approx([NAN], nan_ok=True)


def test_memory_of_several_kinds_is_converted_and_told_apart():
    _, values, units = read(["256GB SSD", "1TB HDD", "128GB SSD +  1TB HDD", "512GB SSD", "2TB HDD"])
    assert values.tolist() == [256, 1024, 1152, 512, 2048]
    assert units.tolist() == ["GB SSD", "GB HDD", "GB SSD + HDD", "GB SSD", "GB HDD"]


def test_later_values_convert_to_the_unit_of_the_training_rows():
    format = fit_numbers(["142 min", "90 min"])
    assert format.units == ("min",)
    assert format.parse(["2h 5min", "1 hr", "30"])[0].tolist() == [125, 60, 30]


def test_later_values_may_have_thousands():
    assert fit_numbers(["12", "950.5"]).parse(["1,234.5"])[0].tolist() == [1234.5]
    assert fit_numbers(["12", "950,5"]).parse(["1.234,5"])[0].tolist() == [1234.5]


def test_other_objects_are_read_as_they_are_written():
    found, _ = fit_numbers([1, 2.5, Decimal("3.10"), "4 "]).parse(np.array([Decimal("3.10"), 2, True], dtype=object))
    np.testing.assert_array_equal(found, [3.1, 2, NAN])


def test_few_odd_texts_are_told_and_missing():
    texts = [f"{i}.5M" for i in range(50)] + ["Varies with device"]
    format = fit_numbers(texts)
    assert format.odd == ("Varies with device",)
    assert format.understood == pytest.approx(50 / 51)
    assert np.isnan(format.parse(texts)[0][-1])


def test_a_frequent_word_among_many_numbers_does_not_make_them_text():
    texts = [f"{i}.5M" for i in range(50)] + ["Varies with device"]
    format = fit_numbers(texts, counts=[1] * 50 + [10])
    assert format.understood == pytest.approx(50 / 60)
    assert fit_numbers(["1", "2", "3", "many"], counts=[5, 5, 5, 2]) is None


def test_rare_units_of_another_kind_are_odd():
    texts = [str(i + 500) for i in range(300)] + ["34.46Sq. Meter", "4125Perch"]
    format = fit_numbers(texts)
    assert format.units == ()
    assert set(format.odd) == {"34.46Sq. Meter", "4125Perch"}


PIECES = tuple(
    [
        "1",
        "12",
        "1,234",
        "1.5",
        "0",
        "05",
        "-",
        " ",
        "$",
        "kg",
        "k",
        "h",
        "(",
        ")",
        "x",
        "/",
        ":",
        "Jan",
        "2015",
        "%",
        "+",
        "<",
    ]
)


@hypothesis.given(st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), max_size=12))
def test_any_text_is_read_or_refused_and_one_row_as_among_many(texts):
    numbers, dates = fit_numbers(texts), fit_dates(texts)
    parsers = [lambda rows: numbers.parse(rows)[0]] * (numbers is not None) + ([dates.parse] if dates else [])
    for parse in parsers:
        for text, value in zip(texts, parse(texts), strict=True):
            np.testing.assert_array_equal(parse([text])[0], value)


@pytest.mark.parametrize("form", ["{:,.2f}", "${:,.2f}", "{:.2f} kmpl", "{:.2f}%", "{:.4e}"])
@hypothesis.given(values=st.lists(st.floats(-1e9, 1e9), min_size=1))
def test_what_is_written_is_read_back(values, form):
    texts = [form.format(value) for value in values]
    found, _ = fit_numbers(texts).parse(texts)
    np.testing.assert_allclose(found, values, rtol=1e-4, atol=0.006)


def test_missing_values_of_any_kind_stay_missing_in_place():
    format = fit_numbers(["1", "2"])
    values, _ = format.parse(pd.Series(["2", None, np.nan, "1", "2"], dtype=object))
    np.testing.assert_array_equal(values, [2, NAN, NAN, 1, 2])


def test_a_parse_of_nothing_is_empty():
    assert fit_numbers(["1", "2"]).parse([])[0].shape == (0,)
    assert fit_numbers(["1x2", "2x3"]).parse([])[0].shape == (0, 2)
