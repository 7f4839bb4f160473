"""Units as people write them: of which quantity they are, and how they convert into one another."""

from __future__ import annotations

import re
from collections.abc import Iterable

QUANTITIES: dict[str, dict[float, str]] = {
    "length": {
        1e-9: "nm",
        1e-6: "µm um",
        1e-3: "mm millimeter millimeters millimetre millimetres",
        1e-2: "cm centimeter centimeters centimetre centimetres",
        1: "m mtr mtrs meter meters metre metres",
        1e3: "km kms kilometer kilometers kilometre kilometres",
        0.0254: "in inch inches \" ″ ” ''",
        0.3048: "ft feet foot ' ′ ’",
        0.9144: "yd yds yard yards",
        1609.344: "mi mile miles",
    },
    "time": {
        1e-6: "µs us microsecond microseconds",
        1e-3: "ms msec millisecond milliseconds",
        1: "s sec secs second seconds",
        60: "m min mins minute minutes",
        3600: "h hr hrs hour hours",
        86400: "d day days",
        7 * 86400: "w wk wks week weeks",
        30.4375 * 86400: "mo mos mth mths month months",
        365.25 * 86400: "y yr yrs year years",
    },
    "mass": {
        1e-9: "µg mcg ug",
        1e-6: "mg",
        1e-3: "g gm gms gr gram grams",
        1: "kg kgs kilo kilos kilogram kilograms",
        1e3: "t mt ton tons tonne tonnes",
        0.45359237: "lb lbs pound pounds",
        0.028349523125: "oz ounce ounces",
    },
    "memory": {
        1: "byte bytes",
        2**10: "kb kib",
        2**20: "mb mib",
        2**30: "gb gib",
        2**40: "tb tib",
    },
    "area": {
        1: "sqm m² m2 m^2|sq m|sq meter|sq meters|sq metre|sq metres|sq mtr|square meter|square meters|square metre"
        "|square metres",
        0.09290304: "sqft ft² ft2 ft^2|sq ft|sq feet|square feet|square foot",
        0.83612736: "sqyd sqyrd|sq yrd|sq yd|sq yard|sq yards|square yard|square yards",
        4046.8564224: "acre acres",
        1e4: "ha hectare hectares",
        1e6: "sqkm km² km2|sq km|square kilometers|square kilometres",
        2589988.110336: "sqmi|sq mi|sq miles|square miles",
    },
    "volume": {1e-3: "ml", 1e-2: "cl", 0.1: "dl", 1: "l ltr ltrs liter liters litre litres"},
    "frequency": {1: "hz", 1e3: "khz", 1e6: "mhz", 1e9: "ghz"},
    "power": {1e-3: "mw", 1: "w watt watts", 1e3: "kw", 745.69987: "hp bhp", 735.49875: "ps"},
    "energy": {1: "wh", 1e3: "kwh", 1e6: "mwh"},
    "voltage": {1e-3: "mv", 1: "v volt volts", 1e3: "kv"},
    "current": {1e-3: "ma", 1: "a amp amps"},
    "charge": {1: "mah", 1e3: "ah"},
    "speed": {1: "kmh kph kmph km/h km/hr", 1.609344: "mph mi/h", 3.6: "m/s"},
    "magnitude": {
        1e3: "k K thousand thousands",
        1e5: "L lakh lakhs lac lacs",
        1e6: "M m mn mln mio million millions",
        1e7: "cr crore crores",
        1e9: "B b G bn bln billion billions mrd",
        1e12: "T tn trillion trillions",
    },
}
"""Per quantity the units that are the same, by how many of the quantity's own unit they are. Memory counts by 1024."""

CURRENCIES: dict[str, str] = {
    "$": "$ us$ usd dollar dollars",
    "€": "€ eur euro euros",
    "£": "£ gbp pound_sterling",
    "₹": "₹ rs rs. inr rupees rupee",
    "¥": "¥ jpy cny rmb yen yuan",
    "A$": "a$ au$ aud",
    "C$": "c$ ca$ cad",
    "R$": "r$ brl",
    "S$": "s$ sgd",
    "HK$": "hk$ hkd",
    "₩": "₩ krw",
    "₽": "₽ rub",
    "₺": "₺ tl",
    "₴": "₴ uah",
    "₦": "₦ ngn",
    "₱": "₱ php",
    "฿": "฿ thb",
    "₫": "₫ vnd",
    "₪": "₪ ils nis",
    "CHF": "chf fr. sfr",
    "kr": "kr kr. sek nok dkk",
    "zł": "zł pln",
    "Kč": "kč czk",
    "Ft": "huf",
    "R": "zar",
    "Rp": "rp rp. idr",
    "RM": "rm myr",
    "AED": "aed dhs",
    "SAR": "sar",
    "MXN": "mxn mx$",
    "KES": "kes ksh",
    "PKR": "pkr",
    "BDT": "bdt tk ৳",
    "LKR": "lkr",
    "EGP": "egp",
    "BTC": "btc ₿",
    "ETH": "eth",
}
"""Ways of writing a currency, under the one that is shown."""


def _factors() -> dict[str, dict[str, float]]:
    return {
        quantity: {
            unit: factor
            for factor, names in rows.items()
            for unit in (part for i, group in enumerate(names.split("|")) for part in ([group] if i else group.split()))
        }
        for quantity, rows in QUANTITIES.items()
    }


FACTORS: dict[str, dict[str, float]] = _factors()
"""Per quantity, how many of its own unit each unit is."""

SHOWN_CURRENCY: dict[str, str] = {way: shown for shown, ways in CURRENCIES.items() for way in ways.split()}
"""The currency that each way of writing stands for."""

NEXT_SMALLER: dict[str, str] = {
    "h": "min",
    "hr": "min",
    "hrs": "min",
    "min": "s",
    "m": "s",
    "ft": "in",
    "'": '"',
    "′": '"',
    "lb": "oz",
    "lbs": "oz",
}
"""The unit that is meant where the last of several is not written: the minutes of `2h 30`, the inches of `5'7`."""

_WORDS = sorted({unit for units in FACTORS.values() for unit in units}, key=len, reverse=True)
_UNIT = re.compile(
    "(" + "|".join(re.escape(word).replace(r"\ ", r"[.\s-]*") for word in _WORDS) + r")(?![\w/²³^*·%°])\.?\s*",
    re.IGNORECASE,
)
_SYMBOL = re.compile(r"(''|[\"″”'′’])\s*")


def split_unit(text: str) -> tuple[str, str]:
    """The known unit at the start of a text, and what follows it.

    Examples
    --------
    >>> split_unit("GB SSD"), split_unit("Sq. Ft"), split_unit("km/l")
    (('GB', 'SSD'), ('Sq Ft', ''), ('', 'km/l'))
    """
    found = _SYMBOL.match(text) or _UNIT.match(text)
    if found is None:
        return "", text
    return re.sub(r"[.\s-]+", " ", found[1]), text[found.end() :].strip()


def factor(quantity: str, unit: str) -> float | None:
    """How many of the quantity's own unit a unit is; None where it is no unit of it.

    Examples
    --------
    >>> factor("time", "h"), factor("magnitude", "M"), factor("time", "kg"), factor("magnitude", "")
    (3600, 1000000.0, None, 1)
    """
    units = FACTORS[quantity]
    if quantity == "magnitude" and len(unit) < 2:  # a million is M, or m
        return units.get(unit, None if unit else 1)
    return units.get(unit.lower())


def quantity_of(units: Iterable[str], *, money: bool = False) -> str:
    """The one quantity that all of the units belong to; empty where there is none.

    Single letters are of several: `m` is a minute beside `h`, a metre beside `cm`, a million beside `k` and in money.

    Examples
    --------
    >>> quantity_of(["m", "h"]), quantity_of(["m", "cm"]), quantity_of(["m"], money=True), quantity_of(["kg", "gb"])
    ('time', 'length', 'magnitude', '')
    """
    units = {unit for unit in units if unit}
    if not units:
        return ""
    first = money or all(unit in "KMBTG" for unit in units)
    order = sorted(FACTORS, key=lambda quantity: (quantity == "magnitude") != first)
    return next((q for q in order if all(factor(q, unit) is not None for unit in units)), "")
