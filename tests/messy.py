"""A table as people keep them, in which nearly every column wants reading, and whose names are attacks."""

from __future__ import annotations

import numpy as np
import pandas as pd

HOSTILE = "<img src=x onerror=alert(1)>'\"\\ \x1b[31m{{ 7 * 7 }}\n#"
"""A name that would be markup, code or a command wherever it is not taken as text."""


def messy_table(n: int = 60) -> pd.DataFrame:
    """Money, units, percents, dates, lists, sizes and more, of which `sold` (classes) and `total` (money) depend."""
    rng = np.random.default_rng(0)
    price, pieces = rng.lognormal(6, 1, n).round(2), rng.integers(1, 40, n)
    extras = [", ".join(rng.permutation(["wifi", "parking", "pool", "tv"])[: 1 + i % 4]) for i in range(n)]
    return pd.DataFrame(
        {
            "id": np.arange(n) + 1000,
            HOSTILE: [f"${v:,.2f}" for v in price],
            "share": [f"{v:.0f}%" for v in rng.uniform(0, 100, n)],
            "listed": pd.date_range("2018-01-07", periods=n, freq="5D").strftime("%d-%b-%y"),
            "size": rng.choice(["S", "M", "L"], n),
            "extras": extras,
            "weight": [f"{v} {unit}" for v, unit in zip(pieces, rng.choice(["kg", "pcs"], n), strict=True)],
            "temperature": np.where(np.arange(n) % 10 == 0, -999, rng.normal(20, 5, n).round(1)),
            "power": ["?" if i % 9 == 0 else f"{v} bhp" for i, v in enumerate(rng.integers(60, 200, n))],
            "x": rng.normal(size=n).round(3),
            "colour": rng.choice(["red", "green", "<b>blue</b>"], n),
            "sold": np.where(price + 300 * rng.normal(size=n) > np.median(price), "yes", "no"),
            "total": [f" $ {v:,.0f} " for v in 3 * price + 10 * pieces],
        }
    )
